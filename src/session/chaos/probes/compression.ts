/** A packed recording whose process dies after a flush: everything up to the flush is there, byte for byte. */
import { copyFileSync, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { openJournal } from '../../../journal/reader.js'
import { Recorder } from '../../../journal/recorder.js'
import type { DataFrame } from '../../../model/frame.js'
import { marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import { inScratch } from '../scratch.js'
import type { Findings } from '../trial.js'

export const compressionProbe: Probe = {
  mechanism: 'compression',
  promise: 'what was packed comes back byte for byte, and after a crash everything up to the last flush can be read',
  run: use => inScratch(directory => run(use, directory)),
}

async function run(use: Use, directory: string): Promise<Findings> {
  const frames = marketFrames({
    seed: 3,
    symbols: ['BTCUSDT'],
    channels: ['trade', 'bookTicker'],
    rate: 400,
    seconds: 5,
  })
  const flushed = Math.floor(frames.length / 2)
  const crashed = join(directory, 'crashed.jsonl.gz')
  if (use === 'with') await recordAndCrash(frames, flushed, directory, crashed)
  else await streamAndCrash(frames, flushed, crashed)
  const read = await readBack(crashed)
  const same = read.filter((text, index) => text === frames[index]?.data.toString('utf8')).length
  return {
    measured: { flushed, readable: read.length, identical: same },
    required: { readable: { atLeast: flushed }, identical: { equal: read.length } },
  }
}

/** The file as it lies on the disk while the process still runs is what a crash leaves. */
async function recordAndCrash(
  frames: readonly DataFrame[],
  flushed: number,
  directory: string,
  crashed: string,
): Promise<void> {
  const path = join(directory, 'tape.jsonl.gz')
  const recorder = await Recorder.open({ path, created: frames[0]?.receivedAt ?? 0, streams: [], sync: 'none' })
  for (const frame of frames.slice(0, flushed)) recorder.append(frame)
  await recorder.flush()
  for (const frame of frames.slice(flushed)) recorder.append(frame)
  copyFileSync(path, crashed)
  await recorder.close()
}

/** One stream of gzip from the first line to the last, as `| gzip` makes it. */
async function streamAndCrash(frames: readonly DataFrame[], flushed: number, crashed: string): Promise<void> {
  const gzip = createGzip({ level: 1 })
  const file = createWriteStream(crashed)
  gzip.pipe(file)
  for (const { receivedAt, data } of frames.slice(0, flushed)) {
    if (!gzip.write(`{"t":${receivedAt},"c":"binance","d":${data.toString('utf8')}}\n`)) await once(gzip, 'drain')
  }
  // The disk has all that the stream has let go of.
  await new Promise(resolve => setTimeout(resolve, 100))
  gzip.unpipe(file)
  gzip.destroy()
  await new Promise(resolve => file.end(resolve))
}

async function readBack(path: string): Promise<string[]> {
  const texts: string[] = []
  try {
    const reader = await openJournal(path, { onCorrupt: 'skip' })
    for await (const batch of reader.batches()) {
      for (const item of batch) if (item.kind === 'data') texts.push(item.data.toString('utf8'))
    }
  } catch {
    // What was read before the damage is the finding.
  }
  return texts
}
