/** A recording in many files is one recording: nothing lost at the seams, every file proven by the manifest. */
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import type { Manifest } from '../../src/journal/manifest.js'
import { Recorder, type RecorderOptions } from '../../src/journal/recorder.js'
import { comparable, data, readAll, start, useFolder } from './support.js'

const file = useFolder()
const second = 1_000_000
const frames: Frame[] = Array.from({ length: 500 }, (_, at) => data(`{"i":${at}}`, start + at * second))

async function recordAll(options: Partial<RecorderOptions> & { path: string }, of = frames): Promise<void> {
  const recorder = await Recorder.open({ created: of[0]!.receivedAt, streams: [], ...options })
  for (const frame of of) {
    recorder.append(frame)
    // A file may only be as long as it is known to be: let the disk follow.
    if (frame.receivedAt % (50 * second) === 0) await recorder.flush()
  }
  expect(await recorder.close()).toMatchObject({
    accepted: of.length,
    written: of.length,
    failed: 0,
    failure: undefined,
  })
}

function manifestAt(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

describe.each(['tape.jsonl', 'tape.jsonl.gz'])('rotation of %s', name => {
  it('by time: on the boundary, no frame lost', async () => {
    await recordAll({ path: file(name), rotate: { every: 100 * second } })
    const { segments } = manifestAt(file('tape.manifest.json'))
    expect(segments.length).toBe(5)
    for (const { first, last } of segments) expect(Math.floor(first! / 100e6)).toBe(Math.floor(last! / 100e6))
    expect(segments.reduce((sum, segment) => sum + segment.frames, 0)).toBe(frames.length)
    expect(segments[1]).toMatchObject({ file: name.replace('.', '.000002.'), streams: { binance: { frames: 100 } } })
    const { items, reader } = await readAll(file('tape.manifest.json'))
    expect(comparable(items)).toEqual(comparable(frames))
    expect(reader.report()).toMatchObject({ items: 500, linesOf: { header: 5, item: 500 } })
  })

  it('chains the checksums of its files', async () => {
    await recordAll({ path: file(name), rotate: { every: 200 * second } })
    let chain = ''
    for (const segment of manifestAt(file('tape.manifest.json')).segments) {
      const bytes = readFileSync(file(segment.file))
      expect(segment.bytes).toBe(bytes.length)
      expect(segment.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      chain = createHash('sha256').update(chain).update(segment.sha256).digest('hex')
      expect(segment.chain).toBe(chain)
    }
  })
})

describe('rotation', () => {
  it('by size', async () => {
    await recordAll({ path: file('tape.jsonl'), rotate: { bytes: 4000 } })
    const { segments } = manifestAt(file('tape.manifest.json'))
    expect(segments.length).toBeGreaterThan(3)
    for (const { bytes } of segments) expect(bytes).toBeLessThan(5000)
    expect((await readAll(file('tape.manifest.json'))).items).toHaveLength(500)
  })

  it('into a folder, with first and last ids where they are known', async () => {
    mkdirSync(file('tape'))
    const describeFrame: RecorderOptions['describe'] = frame => ({ stream: 'x@trade', id: frame.data.toString() })
    await recordAll({ path: file('tape'), rotate: { every: 250 * second }, describe: describeFrame })
    const { segments } = manifestAt(file('tape/manifest.json'))
    const [first] = segments
    expect(first?.streams['x@trade']).toEqual({
      frames: first?.frames,
      firstId: '{"i":0}',
      lastId: `{"i":${first!.frames - 1}}`,
    })
    expect((await readAll(file('tape'))).items).toHaveLength(500)
  })

  it('goes on after a crash: what is not in the manifest is mended and entered', async () => {
    const path = file('tape.jsonl')
    await recordAll({ path, rotate: { every: 100 * second } }, frames.slice(0, 300))
    const manifest = manifestAt(file('tape.manifest.json'))
    const names = readdirSync(dirname(path)).filter(name => /\d{6}/.test(name))
    // As a kill leaves it: the last file is not in the manifest and ends within a line.
    writeFileSync(file('tape.manifest.json'), JSON.stringify({ ...manifest, segments: manifest.segments.slice(0, -1) }))
    appendFileSync(file(names.at(-1)!), '{"t":17000')
    await recordAll({ path, rotate: { every: 100 * second } }, frames.slice(300))
    const { segments } = manifestAt(file('tape.manifest.json'))
    expect(segments.map(segment => segment.cut)).toContain(10)
    expect(segments.map(segment => segment.frames).reduce((a, b) => a + b)).toBe(500)
    expect(comparable((await readAll(file('tape.manifest.json'))).items)).toEqual(comparable(frames))
  })

  it('reads only the files that a time range needs', async () => {
    await recordAll({ path: file('tape.jsonl'), rotate: { every: 100 * second } })
    const [from, to] = [start + 220 * second, start + 230 * second]
    const { items, reader } = await readAll(file('tape.manifest.json'), { from, to })
    expect(comparable(items)).toEqual(comparable(frames.slice(220, 231)))
    expect(reader.report().lines).toBeLessThan(150)
  })

  it('a manifest cannot lead out of its folder', async () => {
    const segment = {
      file: join('..', 'secret'),
      bytes: 1,
      frames: 1,
      first: 0,
      last: 0,
      streams: {},
      sha256: '',
      chain: '',
    }
    writeFileSync(file('manifest.json'), JSON.stringify({ genesis: 'manifest', version: 1, segments: [segment] }))
    await expect(readAll(file('manifest.json'))).rejects.toThrow(/outside its folder/)
  })
})

describe('a part of a recording', () => {
  it.each(['tape.jsonl', 'tape.jsonl.gz'])('of %s is found without reading up to it', async name => {
    const many = Array.from({ length: 12_000 }, (_, at) =>
      data(JSON.stringify({ at, fill: hash(at).repeat(3) }), start + at * second),
    )
    await recordAll({ path: file(name) }, many)
    for (const at of [0, 1, 5_000, 11_998, 11_999]) {
      const { items, reader } = await readAll(file(name), { from: start + at * second, to: start + (at + 5) * second })
      expect(comparable(items)).toEqual(comparable(many.slice(at, at + 6)))
      expect(reader.header?.version).toBe(1)
      expect(reader.report().skippedBytes > 0).toBe(at >= 5_000)
      expect(reader.report().lines).toBeLessThan(6_000)
    }
    expect((await readAll(file(name), { from: start + 1e13 })).items).toEqual([])
  })
})

function hash(of: number): string {
  return createHash('sha256').update(String(of)).digest('hex')
}
