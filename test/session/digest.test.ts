import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Digest } from '../../src/session/digest.js'

describe('Digest', () => {
  it('is the SHA-256 of the lines, and may be asked for in between', () => {
    const digest = new Digest()
    digest.add({ a: 1 })
    const between = digest.hex()
    digest.add({ b: [0.00000012] })
    expect(between).toBe(createHash('sha256').update('{"a":1}\n').digest('hex'))
    expect(digest.hex()).toBe(createHash('sha256').update('{"a":1}\n{"b":[0.00000012]}\n').digest('hex'))
    expect(digest.count).toBe(2)
  })
})
