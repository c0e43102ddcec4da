/** What was appended comes back: the same frames, in the same order, byte for byte. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Recorder } from '../../src/journal/recorder.js'
import { awkward, comparable, data, readAll, record, start, useFolder } from './support.js'

const file = useFolder()

describe.each(['.jsonl', '.jsonl.gz'])('a recording in %s', suffix => {
  it('gives back every kind of frame, verbatim', async () => {
    const path = file(`tape${suffix}`)
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
    const path = file(`tape${suffix}`)
    await record(path, awkward)
    const raw = suffix === '.jsonl' ? readFileSync(path) : gunzipSync(readFileSync(path))
    const lines = raw.toString().trimEnd().split('\n')
    expect(lines).toHaveLength(awkward.length + 1)
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object')
  })

  it('is appended to', async () => {
    const path = file(`tape${suffix}`)
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
        const path = file(`any-${serial++}${suffix}`)
        await record(path, frames)
        expect(comparable((await readAll(path)).items)).toEqual(comparable(frames))
      }),
      { numRuns: 25 },
    )
  })
})

describe('a frame that was decoded', () => {
  it('is not checked again, and still never breaks its line', async () => {
    const path = file('tape.jsonl')
    const recorder = await Recorder.open({ path, created: start, streams: [] })
    const frames = ['{"a":1}', '[1]', '{"a":\n1}', '7', '{"a":1} '].map(text => data(text))
    for (const frame of frames) recorder.append(frame, 'decoded')
    await recorder.close()
    expect(comparable((await readAll(path)).items)).toEqual(comparable(frames))
    for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) expect(JSON.parse(line)).toBeTypeOf('object')
  })
})
