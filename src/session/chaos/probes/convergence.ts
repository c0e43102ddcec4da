/** Two runs of which the second read one price differently: the first record in which they part is named. */
import { Convergence, type Difference } from '../../../engine/convergence.js'
import type { DataFrame } from '../../../model/frame.js'
import { frameOf, marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import { tradeFrames } from '../traded.js'
import type { Findings } from '../trial.js'

export const convergenceProbe: Probe = {
  mechanism: 'convergence',
  promise: 'two accounts of one thing agree, or their first difference is named',
  run,
}

async function run(use: Use): Promise<Findings> {
  const frames = marketFrames({ seed: 13, symbols: ['BTCUSDT'], channels: ['trade'], rate: 50, seconds: 20 })
  const check = use === 'with' ? new Convergence() : new NoCheck()
  const original = await tradeFrames(frames)
  const again = await tradeFrames(frames)
  check.compare('run and re-run', original.records, again.records)
  const altered = await tradeFrames(withOtherPrices(frames))
  check.compare('run and altered run', original.records, altered.records)
  const { checks, agreed, differed, first } = check.stats()
  return {
    measured: { records: original.records.length, checks, agreed, differed, named: first?.subject ?? '' },
    required: { records: { atLeast: 1 }, checks: { equal: 2 }, agreed: { equal: 1 }, differed: { equal: 1 } },
  }
}

/** From the middle on, every price is one unit of its last digit higher. */
function withOtherPrices(frames: readonly DataFrame[]): DataFrame[] {
  return frames.map((frame, index) => {
    if (index < frames.length / 2) return frame
    const text = frame.data
      .toString('utf8')
      .replace(/"p":"(\d+\.\d{2})/, (_, price: string) => `"p":"${(Number(price) + 0.01).toFixed(2)}`)
    return frameOf(text, frame.receivedAt)
  })
}

/** Takes every account at its word. */
class NoCheck extends Convergence {
  override compare<Item>(): Difference<Item> | undefined {
    return undefined
  }
}
