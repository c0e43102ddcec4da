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

  it('hashes every byte of lines of any length and script', () => {
    const [digest, plain] = [new Digest(), createHash('sha256')]
    for (let length = 0; length < 3_000; length += 7) {
      for (const letter of ['a', 'é', '币', '😀']) {
        const text = letter.repeat(length)
        digest.add({ text })
        plain.update(`{"text":"${text}"}\n`)
      }
    }
    const long = 'é'.repeat(100_000)
    digest.add({ long })
    digest.addTold({ type: 'halt', strategy: 's', blocks: 'all', code: 'failure', detail: long, time: 1 })
    plain.update(`{"long":"${long}"}\n`)
    plain.update(`{"type":"halt","strategy":"s","blocks":"all","code":"failure","detail":"${long}","time":1}\n`)
    expect(digest.hex()).toBe(plain.digest('hex'))
  })
})
