/** An exchange that changes its messages in the middle of a run: the new layout is reported, once for each stream that shows it. */
import type { DataFrame } from '../../../model/frame.js'
import { Session } from '../../session.js'
import { frameOf, marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

export const driftProbe: Probe = {
  mechanism: 'drift',
  promise: 'a message that looks unlike all before is still read, and reported once',
  run,
}

async function run(use: Use): Promise<Findings> {
  const market = marketFrames({ seed: 19, symbols: ['BTCUSDT'], channels: ['trade'], rate: 100, seconds: 10 })
  const session = new Session({ command: 'probe', streams: [], feed: null, keepDeadLetter: () => undefined, filter: null, drift: use === 'with' ? 'on' : 'off' }) // prettier-ignore
  const reports: string[] = []
  let trades = 0
  session.bus.subscribe('status', ({ state, detail }) => {
    if (state === 'drift') reports.push(detail)
  })
  session.bus.subscribe('trade', () => {
    trades++
  })
  for (const frame of withNewField(market)) session.deliver(frame)
  await session.bus.stop()
  return {
    measured: { messages: market.length, trades, reports: reports.length, report: reports[0] ?? '' },
    required: {
      trades: { equal: market.length },
      reports: { equal: 1 },
      report: { equal: 'message layout: +rev:number' },
    },
  }
}

/** Half of the way through, a field is added. */
function withNewField(frames: readonly DataFrame[]): DataFrame[] {
  return frames.map((frame, index) => {
    if (index < frames.length / 2) return frame
    return frameOf(frame.data.toString('utf8').replace(/}$/, ',"rev":2}'), frame.receivedAt)
  })
}
