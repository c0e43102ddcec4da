/** A crash or a bad disk may take the end of a recording or a bit of it, and nothing else, and never in silence. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gzipCodec } from '../../src/journal/gzip-codec.js'
import type { JournalItem } from '../../src/journal/item.js'
import { openJournal } from '../../src/journal/reader.js'
import { awkward, comparable, readAll, record, useFolder } from './support.js'

const file = useFolder()

describe('a plain recording cut at every byte', () => {
  it('is a prefix without holes, and says where it was cut', async () => {
    const path = file('tape.jsonl')
    await record(path, awkward)
    const whole = readFileSync(path)
    const expected = comparable(awkward)
    const cut = file('cut.jsonl')
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(cut, whole.subarray(0, length))
      const { items, reader } = await readAll(cut)
      expect(comparable(items)).toEqual(expected.slice(0, items.length))
      const { bytes, torn } = reader.report()
      expect(bytes).toBe(length)
      const last = whole.subarray(0, length).lastIndexOf(10) + 1
      const isWhole = whole[length] === 10
      if (last === length || isWhole) expect(torn).toBeUndefined()
      else expect(torn).toMatchObject({ byte: last, length: length - last })
    }
  })
})

describe('a packed recording cut at every byte', () => {
  it('is a prefix without holes, and says where it was cut', async () => {
    const path = file('tape.jsonl.gz')
    for (let at = 0; at < awkward.length; at += 6) await record(path, awkward.slice(at, at + 6))
    const whole = readFileSync(path)
    const expected = comparable((await readAll(path)).items)
    const cut = file('cut.jsonl.gz')
    let longest = 0
    for (let length = 2; length < whole.length; length++) {
      writeFileSync(cut, whole.subarray(0, length))
      const { items, reader } = await readAll(cut)
      expect(comparable(items)).toEqual(expected.slice(0, items.length))
      expect(items.length).toBeGreaterThanOrEqual(longest)
      longest = items.length
      const { torn, corruptions } = reader.report()
      expect(corruptions).toEqual([])
      expect(torn === undefined ? 0 : torn.byte + torn.length).toBe(torn === undefined ? 0 : length)
    }
    expect(longest).toBeGreaterThan(6)
  })
})

describe('a bit flipped in a packed recording', () => {
  it('is noticed before any frame of its member is given out', async () => {
    const path = file('tape.jsonl.gz')
    const parts = [awkward.slice(0, 6), awkward.slice(6, 12), awkward.slice(12)]
    for (const part of parts) await record(path, part)
    const whole = readFileSync(path)
    const { items: all } = await readAll(path)
    const ends = [0]
    while (ends.at(-1)! < whole.length) ends.push(ends.at(-1)! + gzipCodec.readHeader(whole, ends.at(-1)!)!.size)
    // What the recorder itself has to say, then what it was given; the first header is no item.
    const perMember = [0, 6, 1, 6, 1, parts[2]!.length]
    expect(ends).toHaveLength(perMember.length + 1)
    const flipped = file('flipped.jsonl.gz')
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(flipped, bytes)
      const member = ends.findLastIndex(end => end <= at)
      const before = perMember.slice(0, member).reduce((a, b) => a + b, 0)
      const seen: JournalItem[] = []
      const reading = (async () => {
        const reader = await openJournal(flipped)
        for await (const batch of reader.batches()) seen.push(...batch)
      })()
      // Without its two first bytes the file is no gzip file at all.
      await expect(reading).rejects.toThrow(at < 2 ? /./ : /gzip member/)
      expect(comparable(seen)).toEqual(comparable(all.slice(0, before)))
      if (at < 2) continue
      const { items, reader } = await readAll(flipped, { onCorrupt: 'skip' })
      const rest = comparable([...all.slice(0, before), ...all.slice(before + perMember[member]!)])
      expect(comparable(items), `bit flipped at byte ${at}`).toEqual(rest)
      expect(reader.report().damagedBytes).toBe(ends[member + 1]! - ends[member]!)
    }
  })
})
