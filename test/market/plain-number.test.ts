import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainNumber } from '../../src/market/plain-number.js'

describe('a plain number', () => {
  it('is read as what it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), value => {
        expect(plainNumber(String(value))).toBe(value)
      }),
    )
    expect(plainNumber('999999999999999')).toBe(999_999_999_999_999)
  })

  it('has digits and nothing else, and few enough to be one to the last of them', () => {
    const others = [
      '',
      ' ',
      '07',
      '00',
      '7.0',
      '7.5',
      '-7',
      '+7',
      '1e2',
      '0x10',
      ' 7',
      '7 ',
      'x',
      '٣',
      '1000000000000000',
    ]
    expect(others.map(plainNumber)).toEqual(others.map(() => Number.NaN))
  })

  it('is told by any text that JavaScript would write it as, and by no other', () => {
    const text = fc.string({
      unit: fc.constantFrom('0', '1', '2', '7', '9', '.', 'e', '-', '+', 'x', ' '),
      maxLength: 16,
    })
    fc.assert(
      fc.property(text, written => {
        const value = Number(written)
        const isPlain = written.length < 16 && String(value) === written && Number.isSafeInteger(value) && value >= 0
        expect(plainNumber(written)).toBe(isPlain ? value : Number.NaN)
      }),
      { numRuns: 2_000 },
    )
  })
})
