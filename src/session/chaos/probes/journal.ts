/** A paper run killed at one byte after another, started again each time: its digest is that of a run nobody killed. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../../engine/random.js'
import { openJournal } from '../../../journal/reader.js'
import { Recorder } from '../../../journal/recorder.js'
import type { DataFrame, Frame } from '../../../model/frame.js'
import { marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import { inScratch } from '../scratch.js'
import { tradeFrames } from '../traded.js'
import type { Findings } from '../trial.js'

const KILLS = 8

export const journalProbe: Probe = {
  mechanism: 'journal',
  promise: 'killed at any byte and started again, a run comes to the same digest',
  run: use => inScratch(directory => run(use, directory)),
}

async function run(use: Use, directory: string): Promise<Findings> {
  const frames = marketFrames({ seed: 17, symbols: ['BTCUSDT'], channels: ['trade'], rate: 50, seconds: 12 })
  const random = new Random('kills')
  const whole = await tradeFrames(frames)
  const path = join(directory, 'tape.jsonl')
  let same = 0
  for (let kill = 0; kill < KILLS; kill++) {
    await record(path, frames)
    const bytes = readFileSync(path).length
    truncateSync(path, random.int(Math.floor(bytes / 4), bytes - 1))
    if (use === 'with') await resume(path, frames)
    else goOn(path, frames)
    const resumed = await tradeFrames(tape(path))
    if (resumed.digest === whole.digest) same++
    writeFileSync(path, '')
  }
  return {
    measured: { kills: KILLS, same, fills: whole.fills },
    required: { same: { equal: KILLS }, fills: { atLeast: 1 } },
  }
}

async function record(path: string, frames: readonly DataFrame[]): Promise<void> {
  const recorder = await Recorder.open({ path, created: frames[0]?.receivedAt ?? 0, streams: [], sync: 'none' })
  for (const frame of frames) recorder.append(frame)
  await recorder.close()
}

/** Opening cuts what the kill left half done; what is then on the tape is where the run goes on. */
async function resume(path: string, frames: readonly DataFrame[]): Promise<void> {
  const recorder = await Recorder.open({ path, created: frames[0]?.receivedAt ?? 0, streams: [], sync: 'none' })
  let kept = 0
  for await (const frame of tape(path)) if (frame.kind === 'data') kept++
  for (const frame of frames.slice(kept)) recorder.append(frame)
  await recorder.close()
}

/** Appends to whatever is there, as a log without a journal's care would. */
function goOn(path: string, frames: readonly DataFrame[]): void {
  const kept = readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line.includes('"d":')).length
  const lines = frames
    .slice(kept)
    .map(({ receivedAt, data }) => `{"t":${receivedAt},"c":"binance","l":0,"d":${data.toString('utf8')}}`)
  appendFileSync(path, `${lines.join('\n')}\n`)
}

async function* tape(path: string): AsyncGenerator<Frame> {
  const reader = await openJournal(path, { onCorrupt: 'skip' })
  for await (const batch of reader.batches()) {
    for (const item of batch) if (item.kind === 'data') yield { ...item, data: Buffer.from(item.data) }
  }
}
