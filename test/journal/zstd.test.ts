/** Recordings packed with Zstandard: whole, cut, spoilt and from elsewhere, where this Node has it; a clear refusal where it has not. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { GenesisError } from '../../src/model/errors.js'
import type { JournalItem } from '../../src/journal/item.js'
import { openJournal } from '../../src/journal/reader.js'
import { Recorder } from '../../src/journal/recorder.js'
import { verifyJournal } from '../../src/journal/verify.js'
import { zstdCodec } from '../../src/journal/zstd-codec.js'
import { awkward, comparable, data, readAll, record, start, useFolder } from './support.js'

interface Zstd {
  /** 201 is ZSTD_c_checksumFlag. */
  zstdCompressSync(bytes: Buffer, options?: { readonly params: Readonly<Record<number, number>> }): Buffer
  zstdDecompressSync(bytes: Buffer): Buffer
}

const file = useFolder()
const zstd = 'zstdCompressSync' in zlib ? (zlib as unknown as Zstd) : null

const refuses = (): void => {
  it('is refused before anything is written, with what to do', async () => {
    const path = file('tape.jsonl.zst')
    const failure = await Recorder.open({ path, created: start, streams: [] }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(GenesisError)
    expect(failure).toMatchObject({
      code: 'no_zstd',
      message: `${path}: this Node.js (${process.version}) has no Zstandard`,
      hint: expect.stringContaining('22.15') as string,
    })
    expect([existsSync(path), existsSync(`${path}.lock`)]).toEqual([false, false])
  })

  it('is told by its content, whatever the name', async () => {
    for (const opening of ['28b52ffd', '502a4d18', '5a2a4d18']) {
      writeFileSync(file('tape.jsonl'), Buffer.from(`${opening}2c000000`, 'hex'))
      await expect(openJournal(file('tape.jsonl'))).rejects.toMatchObject({ code: 'no_zstd' })
    }
  })
}

const packs = (): void => {
  const path = (): string => file('tape.jsonl.zst')

  /** Several members, and where each begins. */
  async function recorded(): Promise<{
    readonly bytes: Buffer
    readonly begins: readonly number[]
    readonly items: readonly JournalItem[]
  }> {
    for (let at = 0; at < awkward.length; at += 6) await record(path(), awkward.slice(at, at + 6))
    const bytes = readFileSync(path())
    const codec = zstdCodec(path())
    const begins = [0]
    while (begins.at(-1)! < bytes.length) begins.push(begins.at(-1)! + codec.readHeader(bytes, begins.at(-1)!)!.size)
    return { bytes, begins, items: (await readAll(path())).items }
  }

  it('gives back what was recorded, bytes and all, and is one file for any other program', async () => {
    await record(path(), awkward)
    const { items, reader } = await readAll(path())
    expect(comparable(items)).toEqual(comparable(awkward))
    expect(reader.packing).toBe('zstd')
    // A frame behind a skippable one, as any program for the format reads it.
    const { headerLength } = zstdCodec(path())
    const text = zstd!.zstdDecompressSync(readFileSync(path()).subarray(headerLength)).toString('utf8')
    expect(text.split('\n')[0]).toMatch(/^\{"genesis":"recording","version":1/)
    expect(await verifyJournal(path())).toMatchObject({ whole: true, packing: 'zstd' })
  })

  it('reads what another program packed', async () => {
    await record(file('tape.jsonl'), awkward)
    const packed = zstd!.zstdCompressSync(readFileSync(file('tape.jsonl')))
    writeFileSync(file('other.zst'), packed)
    expect(comparable((await readAll(file('other.zst'))).items)).toEqual(comparable(awkward))
    for (let length = 4; length < packed.length; length++) {
      writeFileSync(file('other.zst'), packed.subarray(0, length))
      const { items, reader } = await readAll(file('other.zst'))
      expect(reader.report().torn, `cut at byte ${length}`).toMatchObject({ byte: 0, length })
      expect(comparable(items)).toEqual(comparable(awkward).slice(0, items.length))
    }
    const spoilt = zstd!.zstdCompressSync(readFileSync(file('tape.jsonl')), { params: { 201: 1 } })
    spoilt[spoilt.length >> 1]! ^= 0x40
    writeFileSync(file('other.zst'), spoilt)
    expect((await readAll(file('other.zst'), { onCorrupt: 'skip' })).reader.report().damagedBytes).toBe(spoilt.length)
  })

  it('reads several frames, large ones and any others, one after the other', async () => {
    const frames = Array.from({ length: 30_000 }, (_, at) =>
      data(`{"i":${at},"fill":"${String(at * 7919).repeat(9)}"}`),
    )
    await record(file('large.jsonl'), frames)
    const bytes = readFileSync(file('large.jsonl'))
    const half = bytes.indexOf(0x0a, bytes.length >> 1) + 1
    const parts = [bytes.subarray(0, half), Buffer.alloc(0), bytes.subarray(half)]
    writeFileSync(
      file('large.zst'),
      Buffer.concat(parts.map(part => zstd!.zstdCompressSync(part, { params: { 201: 1 } }))),
    )
    const { items, reader } = await readAll(file('large.zst'))
    expect(items).toHaveLength(frames.length)
    expect(reader.report()).toMatchObject({ bytes: bytes.length, torn: undefined, damagedBytes: 0 })
  })

  it('cut at every byte it is a prefix without holes, and recording goes on behind the last whole member', async () => {
    const { bytes, items: all } = await recorded()
    let longest = 0
    for (let length = 4; length < bytes.length; length++) {
      writeFileSync(path(), bytes.subarray(0, length))
      const { items, reader } = await readAll(path())
      expect(comparable(items)).toEqual(comparable(all).slice(0, items.length))
      expect(items.length).toBeGreaterThanOrEqual(longest)
      longest = items.length
      expect(reader.report().corruptions).toEqual([])
      if (length % 17 !== 0) continue
      await (await Recorder.open({ path: path(), created: start, streams: [] })).close()
      expect((await readAll(path())).reader.report()).toMatchObject({ torn: undefined, corruptions: [] })
    }
    expect(longest).toBeGreaterThan(6)
  })

  it('a bit flipped is noticed before any frame of its member is given out', async () => {
    const { bytes, begins } = await recorded()
    const perMember: number[] = []
    for (const [member, begin] of begins.slice(0, -1).entries()) {
      writeFileSync(file('member.zst'), bytes.subarray(begin, begins[member + 1]))
      perMember.push((await readAll(file('member.zst'))).items.length)
    }
    for (let at = 4; at < bytes.length; at++) {
      const spoilt = Buffer.from(bytes)
      spoilt[at]! ^= 1 << (at % 8)
      writeFileSync(path(), spoilt)
      const member = begins.findLastIndex(begin => begin <= at)
      const seen: JournalItem[] = []
      const reading = (async () => {
        const reader = await openJournal(path())
        for await (const batch of reader.batches()) seen.push(...batch)
      })()
      await expect(reading, `bit flipped at byte ${at}`).rejects.toThrow(/zstd/)
      expect(seen).toHaveLength(perMember.slice(0, member).reduce((sum, count) => sum + count, 0))
    }
  })

  it('is sought by time', async () => {
    await record(path(), awkward)
    const { reader, items } = await readAll(path(), { from: start + 5 })
    expect(reader.format).toBe('recording')
    expect(items.every(({ receivedAt }) => receivedAt >= start + 5)).toBe(true)
  })
}

if (zstd === null) describe('Zstandard on a Node that has none', refuses)
else describe('Zstandard', packs)
