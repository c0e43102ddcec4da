/** Trial 1, connection and communication: every stream of a live market connects, is acknowledged and delivers, again after each cut. */
import { storyOf, together } from './figures.js'
import { runRig } from './rig.js'
import { faultsOf, forTwoLines, STORM_SYMBOLS } from './storm.js'
import { TAPE_CHANNELS } from './tape.js'
import type { Findings, Ground } from './trial.js'
import { abandoning, Venue } from './venue.js'

/** Shorter than the others, since nothing here has a rhythm to learn. */
const SECONDS = 4.2
/** The live market keeps its pace only on average. */
const PACE_MARGIN = 1.25
const ACK_DELAY = 'late-ack=50ms'
const MICROS_PER_MS = 1_000

export async function tryConnection({ storm: whole, tape }: Ground): Promise<Findings> {
  const storm = { ...whole, strikes: whole.strikes.filter(({ what, atSeconds }) => what !== 'stall' && atSeconds < SECONDS - 1) } // prettier-ignore
  const { yieldPerRate } = await tape(forTwoLines(whole))
  const rate = Math.ceil((storm.messagesPerSecond * PACE_MARGIN) / yieldPerRate)
  const venue = await Venue.start([
    ...['--seed', String(storm.seed), '--rate', String(rate), '--symbols', STORM_SYMBOLS.join(',')],
    ...['--fault', `${faultsOf(storm, 1)},${ACK_DELAY}`],
  ])
  const report = await runRig({
    urls: [venue.url],
    lines: 1,
    channels: TAPE_CHANNELS,
    seconds: SECONDS,
    isDone: ({ outages }) => outages.losses.length >= storm.strikes.length && outages.open === 0,
  }).catch(abandoning(venue))
  const stats = await venue.stop()
  const { latency, events } = report.summary
  const ms = (micros: number | null): number => (micros === null ? -1 : micros / MICROS_PER_MS)
  return together(storyOf(storm, stats.offered, report), {
    measured: {
      streams: report.streams,
      connections: report.connections,
      acknowledgedOnEach: report.acknowledged,
      deliveringSymbols: report.witness.trades.size,
      trades: events['trade'] ?? 0,
      quotes: events['quote'] ?? 0,
      latencyP50Ms: ms(latency.p50),
      latencyP99Ms: ms(latency.p99),
      latencyMaxMs: ms(latency.max),
    },
    required: {
      connections: { equal: storm.strikes.length + 1 },
      acknowledgedOnEach: { equal: report.streams },
      deliveringSymbols: { equal: STORM_SYMBOLS.length },
      // What it comes to is the machine's affair; that it was measured is ours.
      latencyP50Ms: { atLeast: 0 },
      latencyMaxMs: { atLeast: 0 },
    },
  })
}
