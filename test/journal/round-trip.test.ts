/** What was appended comes back: the same frames, in the same order, byte for byte. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import type { JournalItem } from '../../src/journal/item.js'
import { type JournalOptions, type JournalReader, openJournal } from '../../src/journal/reader.js'
import { Recorder } from '../../src/journal/recorder.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const start = 1_700_000_000_000_000

function data(text: string | Buffer, receivedAt = start, exchange = 'binance', line = 0): Frame {
  const binary = Buffer.isBuffer(text)
  return { kind: 'data', receivedAt, exchange, line, data: binary ? text : Buffer.from(text), binary }
}

async function record(path: string, frames: readonly Frame[]): Promise<void> {
  const recorder = await Recorder.open({ path, created: start, streams: ['btcusdt@trade'] })
  for (const frame of frames) recorder.append(frame)
  const report = await recorder.close()
  expect(report).toMatchObject({ accepted: frames.length, written: frames.length, synced: frames.length, failed: 0 })
}

async function readAll(
  path: string,
  options?: JournalOptions,
): Promise<{ items: JournalItem[]; reader: JournalReader }> {
  const reader = await openJournal(path, options)
  const items: JournalItem[] = []
  for await (const batch of reader.batches()) items.push(...batch)
  return { items, reader }
}

const comparable = (items: readonly JournalItem[]): unknown[] =>
  items.map(item => (item.kind === 'data' ? { ...item, data: item.data.toString('latin1') } : item))

const awkward: Frame[] = [
  data('{"e":"trade","p":"0.10"}'),
  data('pong'),
  data(''),
  data('42'),
  data('"text"'),
  data(' {"space":"before"}'),
  data('{"space": "within", "a" : [1, 2]}'),
  data('{\n"line":"break"\r\n}'),
  data('{"unicode":"\u2028 é 币"}'),
  data('{"broken":'),
  data('{broken}'),
  data('[0,[-1.5e-7,true,null,false],"a\\u00e9\\n"]'),
  data('{"leading":01}'),
  data('}'),
  data(Buffer.from([0, 1, 2, 255, 10, 13])),
  data('{"other":"line"}', start + 1, 'coinbase', 3),
  {
    kind: 'link',
    receivedAt: start + 2,
    exchange: 'binance',
    line: 1,
    state: 'stale',
    streams: ['a@trade'],
    detail: 'x"\n',
  },
  { kind: 'control', receivedAt: start + 3, topic: 'end', value: { reason: 'limit', deep: [1, null] } },
]

describe.each(['.jsonl', '.jsonl.gz'])('a recording in %s', suffix => {
  it('gives back every kind of frame, verbatim', async () => {
    const path = join(folder, `tape${suffix}`)
    await record(path, awkward)
    const { items, reader } = await readAll(path)
    expect(comparable(items)).toEqual(comparable(awkward))
    expect(reader.header).toMatchObject({ version: 1, created: start, streams: ['btcusdt@trade'] })
    const { bytes, linesOf } = reader.report()
    const raw = suffix === '.jsonl' ? readFileSync(path) : gunzipSync(readFileSync(path))
    expect(bytes).toBe(raw.length)
    expect(linesOf).toEqual({ item: awkward.length, header: 1, other: 0, blank: 0, corrupt: 0, torn: 0 })
  })

  it('has only lines of valid JSON', async () => {
    const path = join(folder, `tape${suffix}`)
    await record(path, awkward)
    const raw = suffix === '.jsonl' ? readFileSync(path) : gunzipSync(readFileSync(path))
    const lines = raw.toString().trimEnd().split('\n')
    expect(lines).toHaveLength(awkward.length + 1)
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object')
  })

  it('is appended to', async () => {
    const path = join(folder, `tape${suffix}`)
    await record(path, awkward.slice(0, 3))
    await record(path, awkward.slice(3))
    const { items } = await readAll(path)
    const [resumed, ...rest] = items.filter(item => item.kind === 'control')
    expect(resumed).toMatchObject({ topic: 'recording.resumed', value: { cut: 0 } })
    expect(rest).toHaveLength(1)
    expect(comparable(items.filter(item => item !== resumed))).toEqual(comparable(awkward))
  })

  it('round-trips any text and any bytes', async () => {
    let serial = 0
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }).map(text => data(Buffer.from(text).toString())),
      fc.json().map(text => data(text)),
      fc.uint8Array({ maxLength: 300 }).map(bytes => data(Buffer.from(bytes))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async frames => {
        const path = join(folder, `any-${serial++}${suffix}`)
        await record(path, frames)
        expect(comparable((await readAll(path)).items)).toEqual(comparable(frames))
      }),
      { numRuns: 40 },
    )
  })
})

describe('a plain recording cut at every byte', () => {
  it('is a prefix without holes, and says where it was cut', async () => {
    const path = join(folder, 'tape.jsonl')
    await record(path, awkward)
    const whole = readFileSync(path)
    const expected = comparable(awkward)
    const cut = join(folder, 'cut.jsonl')
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
    const path = join(folder, 'tape.jsonl.gz')
    for (let at = 0; at < awkward.length; at += 6) await record(path, awkward.slice(at, at + 6))
    const whole = readFileSync(path)
    const expected = comparable((await readAll(path)).items)
    const cut = join(folder, 'cut.jsonl.gz')
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
