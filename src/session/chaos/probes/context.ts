/** One strategy over one recording in two contexts, at its own pace and at full speed: it does the same. */
import type { DataFrame, Frame } from '../../../model/frame.js'
import { RealClock } from '../../../feed/real-clock.js'
import { paceOf } from '../../pace.js'
import { marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import { tradeFrames, type Traded } from '../traded.js'
import type { Findings } from '../trial.js'

const SECONDS = 20
const SPEED = 40

export const contextProbe: Probe = {
  mechanism: 'context',
  promise: 'one strategy does the same in every context: at the pace of the recording and as fast as it can be read',
  run,
}

async function run(use: Use): Promise<Findings> {
  const frames = marketFrames({ seed: 11, symbols: ['BTCUSDT'], channels: ['trade'], rate: 40, seconds: SECONDS })
  const told = use === 'with' ? (): DataFrame[] => frames : (): Iterable<Frame> => stampedByWall(frames)
  const paced = await inContext('paced', told())
  const unhurried = await inContext('none', told())
  return {
    measured: {
      fills: paced.fills,
      sameFills: paced.fills === unhurried.fills,
      same: paced.digest === unhurried.digest,
    },
    required: { fills: { atLeast: 1 }, same: { equal: true } },
  }
}

function inContext(pace: 'paced' | 'none', frames: Iterable<Frame>): Promise<Traded> {
  const gait = paceOf(pace === 'paced' ? SPEED : Infinity, () => performance.now())
  return tradeFrames(frames, async ({ receivedAt }) => {
    while (!gait.isDue(receivedAt)) await gait.until(receivedAt)
  })
}

/** Time as the surroundings have it when a frame is read, instead of as the context tells it. */
function* stampedByWall(frames: readonly DataFrame[]): Generator<Frame> {
  const clock = new RealClock()
  for (const frame of frames) yield { ...frame, receivedAt: clock.now() }
}
