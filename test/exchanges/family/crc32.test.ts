/** CRC-32 against published vectors. */
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32, signedCrc32 } from '../../../src/exchanges/family/crc32.js'

describe('crc32', () => {
  it.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['a', 0xe8b7be43],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of %j', (text, sum) => expect(crc32(text)).toBe(sum))

  it('is signed where asked', () => expect(signedCrc32('123456789')).toBe(0xcbf43926 - 2 ** 32))

  it('agrees with another implementation on any ASCII text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), text => crc32(text) === zlibCrc32(text)),
      { numRuns: 200 },
    )
  })
})
