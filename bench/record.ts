/** Frames to disk: the recorder beside a stream that is written to line by line. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync } from 'node:zlib'
import { Recorder } from '../src/journal/recorder.js'
import type { DataFrame } from '../src/model/frame.js'
import type { Bench, Contender } from './bench.js'
import { FIRST_MS, mixFrames, type FrameKind } from './frames.js'
import { scratchPath } from './scratch.js'

const FRAMES = 100_000

export const recordBench: Bench = {
  name: 'record',
  about: 'Received frames → a recording on disk, complete and closed; not forced through to the platter by either.',
  cases: () => [
    {
      name: 'plain',
      unit: 'frames',
      rounds: 7,
      open: () => [recorder('jsonl'), stream('jsonl')],
      targets: { 'createWriteStream, line by line': 8 },
    },
    {
      name: 'gzip',
      unit: 'frames',
      rounds: 7,
      open: () => [recorder('jsonl.gz'), stream('jsonl.gz')],
      targets: { 'createWriteStream, line by line': 1.2 },
    },
  ],
}

/** Trades and quotes, as a socket delivers them. */
export function recordedFrames(
  count: number,
  kinds: readonly FrameKind[] = ['binance trade', 'binance bookTicker'],
): DataFrame[] {
  return mixFrames(kinds, count).map((data, index) => {
    // Half a millisecond after the exchange's own time, which the frames tell.
    const receivedAt = (FIRST_MS + index) * 1000 + 500
    return { kind: 'data', receivedAt, exchange: 'binance', line: 0, data, binary: false }
  })
}

/** A microsecond apart, about as they are offered: what has waited for a quarter of a second, by the frames' times, is written however little it is. */
function busyFrames(): DataFrame[] {
  return recordedFrames(FRAMES).map((frame, index) => ({ ...frame, receivedAt: FIRST_MS * 1000 + index }))
}

function recorder(suffix: string): Contender {
  const path = scratchPath(`genesis.${suffix}`)
  const frames = busyFrames()
  const run = async (): Promise<number> => {
    await rm(path, { force: true })
    const recording = await Recorder.open({ path, created: FIRST_MS * 1000, streams: [], sync: 'none' })
    for (const frame of frames) if (!recording.append(frame, 'decoded')) await recording.drained()
    const { written } = await recording.close()
    return written
  }
  const note = 'frames that a decoder has read, as in every run'
  return { name: 'genesis', run, note, digest: () => run().then(() => digestOf(path)) }
}

function stream(suffix: string): Contender {
  const path = scratchPath(`stream.${suffix}`)
  const frames = busyFrames()
  const run = async (): Promise<number> => {
    const file = createWriteStream(path)
    const packer = suffix.endsWith('.gz') ? createGzip({ level: 1 }) : undefined
    const target = packer ?? file
    const done = packer ? pipeline(packer, file) : once(file, 'finish')
    target.write(`{"genesis":"recording","version":1,"created":${FIRST_MS * 1000},"streams":[]}\n`)
    for (const { receivedAt, exchange, data } of frames) {
      const line = `{"t":${receivedAt},"c":"${exchange}","d":${data.toString()}}\n`
      if (!target.write(line)) await once(target, 'drain')
    }
    target.end()
    await done
    return frames.length
  }
  return { name: 'createWriteStream, line by line', run, digest: () => run().then(() => digestOf(path)) }
}

/** Over the lines of the frames; headers differ. */
function digestOf(path: string): string {
  const bytes = path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
  return createHash('sha256')
    .update(bytes.subarray(bytes.indexOf(0x0a) + 1))
    .digest('hex')
}

/** Writes the recording that the benches of files read. */
export async function writeRecording(path: string, count: number, kinds?: readonly FrameKind[]): Promise<void> {
  await rm(path, { force: true })
  const recording = await Recorder.open({ path, created: FIRST_MS * 1000, streams: [], sync: 'none' })
  for (const frame of recordedFrames(count, kinds)) if (!recording.append(frame)) await recording.drained()
  await recording.close()
}
