/** Broken frames among good ones: the run goes to its end, and each broken frame is kept whole. */
import { ErrorBoundary, type DeadLetter, type FrameDecoder, type FrameOutcome } from '../../../engine/boundary.js'
import { VirtualClock } from '../../../engine/clock.js'
import { Engine } from '../../../engine/engine.js'
import { Random } from '../../../engine/random.js'
import { findExchange } from '../../../exchanges/registry.js'
import { garbageFor } from '../../../feed/embedded/garbage.js'
import type { Decoded } from '../../../model/event.js'
import type { DataFrame } from '../../../model/frame.js'
import { marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

const BROKEN_EVERY = 20

export const boundaryProbe: Probe = {
  mechanism: 'boundary',
  promise: 'no input stops the run, and each refused input is kept whole with its code and stage',
  run,
}

function run(use: Use): Findings {
  const letters: DeadLetter[] = []
  const options = { keep: (letter: DeadLetter) => void letters.push(letter) }
  const boundary = use === 'with' ? new ErrorBoundary(options) : new NoBoundary(options)
  const frames = withBroken(marketFrames({ seed: 1, symbols: ['BTCUSDT'], channels: ['trade'], rate: 200, seconds: 5 }))
  const engine = new Engine({
    clock: new VirtualClock(),
    boundary,
    createDecoder: name => findExchange(name).decoder(),
    outlet: NOWHERE,
  })
  let folded = 0
  try {
    for (const frame of frames) {
      engine.ingest(frame)
      folded++
    }
  } catch {
    // The run has been stopped by an input; how far it came is the finding.
  }
  const broken = frames.filter((_, index) => isBroken(index))
  const whole = letters.filter(
    ({ frame, code, stage }, index) => frame === broken[index] && code !== 'internal' && stage === 'decode',
  )
  return {
    measured: { frames: frames.length, folded, broken: broken.length, keptWhole: whole.length },
    required: { folded: { equal: frames.length }, keptWhole: { equal: broken.length } },
  }
}

/** Lets through to the run what the decoder throws. */
class NoBoundary extends ErrorBoundary {
  override decode(frame: DataFrame, decoder: FrameDecoder, out: Decoded[]): FrameOutcome {
    decoder.decode(frame.data, frame.receivedAt, out)
    return 'decoded'
  }
}

function withBroken(frames: readonly DataFrame[]): DataFrame[] {
  const random = new Random('broken')
  return frames.map((frame, index) =>
    isBroken(index) ? { ...frame, data: Buffer.from(garbageFor(frame.data.toString('utf8'), random)) } : frame,
  )
}

function isBroken(index: number): boolean {
  return index % BROKEN_EVERY === BROKEN_EVERY - 1
}

const nothing = (): void => undefined
const NOWHERE = { market: nothing, book: nothing, notice: nothing, imported: nothing, link: nothing, control: nothing }
