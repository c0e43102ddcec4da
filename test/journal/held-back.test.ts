import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { HeldBack } from '../../src/journal/held-back.js'
import { readAll, useFolder } from './support.js'

const MIB = 1024 * 1024
const file = useFolder()

describe('HeldBack', () => {
  it('holds what is short, and of what is long the end alone, in order', () => {
    const held = new HeldBack()
    const given: number[] = []
    for (let mark = 0; mark < 40; mark++) {
      held.add(Buffer.alloc(MIB / 2, mark))
      for (const bytes of held.passed()) given.push(bytes[0] ?? -1)
      const added = mark + 1
      expect(given).toHaveLength(added > 16 ? added - 2 : 0)
    }
    expect([...given, ...held.rest().map(bytes => bytes[0])]).toEqual(Array.from({ length: 40 }, (_, mark) => mark))
    expect(held.rest()).toHaveLength(2)
  })

  it('holds the rest of a piece that is longer than it holds back', () => {
    const held = new HeldBack()
    held.add(Buffer.alloc(9 * MIB, 1))
    expect([...held.passed()]).toHaveLength(1)
    expect(held.rest()).toEqual([])
  })
})

describe('a file that another program packed in one piece', () => {
  const lines = (count: number): Buffer => {
    const text = Array.from({ length: count }, (_, id) => `{"e":"trade","E":${1_700_000_000_000 + id},"id":${id}}\n`)
    return Buffer.from(text.join(''))
  }

  it.each([
    { what: 'short', count: 100_000, trusted: 0 },
    { what: 'long', count: 300_000, trusted: 300_000 - MIB / 40 },
  ])('is given out only as far as it can be trusted: $what', async ({ count, trusted }) => {
    const whole = lines(count)
    const packed = gzipSync(whole, { level: 1 })
    writeFileSync(file('whole.jsonl.gz'), packed)
    expect((await readAll(file('whole.jsonl.gz'))).items).toHaveLength(count)
    // Its checksum is wrong: nobody knows where.
    packed[packed.length - 8]! ^= 1
    writeFileSync(file('spoilt.jsonl.gz'), packed)
    const { items, reader } = await readAll(file('spoilt.jsonl.gz'), { onCorrupt: 'skip' }).catch(() => ({ items: [], reader: null })) // prettier-ignore
    expect(items.length).toBeLessThanOrEqual(trusted)
    expect(items.length).toBeGreaterThanOrEqual(trusted * 0.95)
    if (trusted > 0) expect(reader?.report().damagedBytes).toBe(packed.length)
  })
})
