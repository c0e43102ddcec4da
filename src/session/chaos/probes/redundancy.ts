/** Two lines that each lose their share of messages, never both the same: downstream nothing is missing. */
import { Random } from '../../../engine/random.js'
import type { DataFrame } from '../../../model/frame.js'
import { Session } from '../../session.js'
import { marketFrames } from '../market.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

const LOST_SHARE = 0.05
/** The second line is this far behind the first. */
const LAG_MICROS = 3_000

export const redundancyProbe: Probe = {
  mechanism: 'redundancy',
  promise: 'losing either copy of any message changes nothing downstream',
  run,
}

async function run(use: Use): Promise<Findings> {
  const market = marketFrames({ seed: 5, symbols: ['BTCUSDT', 'ETHUSDT'], channels: ['trade'], rate: 200, seconds: 10 })
  const [first, second] = twoLines(market)
  const lines = use === 'with' ? 2 : 1
  const frames = use === 'with' ? [...first, ...second].sort((a, b) => a.receivedAt - b.receivedAt) : first
  const whole = await fold(market, 1)
  const heard = await fold(frames, lines)
  const { wins = 0 } = heard.session.arbiter.stats().lines.get(1) ?? {}
  return {
    measured: { trades: whole.ids.length, heard: heard.ids.length, gaps: heard.session.gaps.totals().gaps, healedBySecond: wins, same: heard.ids.join() === whole.ids.join() },
    required: { heard: { equal: whole.ids.length }, gaps: { equal: 0 }, same: { equal: true } },
  } // prettier-ignore
}

function twoLines(market: readonly DataFrame[]): [DataFrame[], DataFrame[]] {
  const random = new Random('losses')
  const lines: [DataFrame[], DataFrame[]] = [[], []]
  for (const [index, frame] of market.entries()) {
    // The last messages of each symbol arrive, for nothing after them could show that they are missing.
    const draw = index < market.length - 100 ? random.uniform() : 1
    if (draw >= LOST_SHARE) lines[0].push(frame)
    if (draw < LOST_SHARE || draw >= 2 * LOST_SHARE) {
      lines[1].push({ ...frame, line: 1, receivedAt: frame.receivedAt + LAG_MICROS })
    }
  }
  return lines
}

async function fold(
  frames: readonly DataFrame[],
  lines: number,
): Promise<{ readonly session: Session; readonly ids: readonly string[] }> {
  const session = new Session({
    command: 'probe',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
    lines,
  })
  const heard = new Map<string, string[]>()
  session.bus.subscribe('trade', ({ symbol, id }) => {
    const ids = heard.get(symbol)
    if (ids === undefined) heard.set(symbol, [id])
    else ids.push(id)
  })
  for (const frame of frames) session.deliver(frame)
  session.deliver({ kind: 'tick', receivedAt: session.clock.now() + 1_000_000 })
  await session.bus.stop()
  return { session, ids: [...heard].sort().flatMap(([symbol, ids]) => ids.map(id => `${symbol}:${id}`)) }
}
