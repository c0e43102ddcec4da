/** Figures that several trials report in the same words. */
import type { ServerStats } from '../../feed/embedded/exchange-server.js'
import { round } from './gauge.js'
import type { RigReport } from './rig.js'
import { REQUIRED_PER_INTENSITY, type Storm } from './storm.js'
import type { Tape } from './tape.js'
import type { Findings } from './trial.js'

/** A forced disconnection is over when data flows again on its line. */
export const RECOVERED_WITHIN_MS = 1_000
/** A silent connection has to be suspected first, which takes as long as its rhythm demands; its own timeout would be a minute. */
export const REPLACED_WITHIN_MS = 5_000
const MOST_HEAP_GROWTH_BYTES = 32 * 1024 * 1024

/** What was offered and how the components fared. */
export function storyOf(storm: Storm, offered: number, report: RigReport): Findings {
  const { crowd, outages, activeSeconds } = report
  return {
    measured: {
      messagesPerSecond: Math.round(offered / activeSeconds),
      seconds: round(activeSeconds),
      disconnections: outages.losses.length,
      slowestRecoveryMs: Math.round(Math.max(0, ...outages.losses)),
      unrecovered: outages.open,
      componentFailures: crowd.failures,
      suspended: crowd.suspended,
      conflated: crowd.conflated,
      bystanderFailures: crowd.bystanderFailures,
      witnessMissed: crowd.witnessMissed,
      imbalance: report.imbalance,
    },
    required: {
      messagesPerSecond: { atLeast: storm.intensity * REQUIRED_PER_INTENSITY },
      disconnections: { equal: storm.strikes.filter(({ what }) => what !== 'stall').length },
      slowestRecoveryMs: { atMost: RECOVERED_WITHIN_MS },
      unrecovered: { equal: 0 },
      componentFailures: { atLeast: 1 },
      suspended: { equal: 1 },
      bystanderFailures: { equal: 0 },
      witnessMissed: { equal: 0 },
      imbalance: { equal: '' },
    },
  }
}

/** Stalled connections and what became of them. */
export function silencesOf(storm: Storm, { outages, handovers }: RigReport): Findings {
  const stalls = storm.strikes.filter(({ what }) => what === 'stall').length
  return {
    measured: { stalls, replaced: handovers, slowestReplacementMs: Math.round(Math.max(0, ...outages.silences)) },
    required: { replaced: { atLeast: stalls }, slowestReplacementMs: { atMost: REPLACED_WITHIN_MS } },
  }
}

/** Figures for their own sake. */
export function told({ measured }: Findings): Findings {
  return { measured, required: {} }
}

/** Every frame and every broken one, by the exchange's books and by ours. */
export function framesOf(report: RigReport, { sent: put, asked, garbage, duplicated }: ServerStats): Findings {
  // Each request was answered by one message.
  const sent = put + asked
  return {
    measured: {
      framesSent: sent,
      framesReceived: report.dataFrames,
      brokenSent: garbage,
      deadLettered: report.summary.deadLettered,
      duplicatesSent: duplicated,
    },
    required: {
      framesReceived: { equal: sent },
      brokenSent: { atLeast: 1 },
      deadLettered: { equal: garbage },
    },
  }
}

/** Trades of the tape that no component heard, and what the gap ledger says is missing. */
export function tradesOf(
  tape: Tape,
  { witness, session }: RigReport,
): Record<'tradesOffered' | 'tradesLost' | 'tradesInLedger' | 'tradesOutOfOrder', number> {
  let offered = 0
  let heard = 0
  let jumps = 0
  for (const [symbol, { count }] of tape.trades) {
    offered += count
    heard += witness.trades.get(symbol)?.count ?? 0
    jumps += witness.trades.get(symbol)?.jumps ?? 0
  }
  const { missing, backfilled } = session.gaps.totals()
  return {
    tradesOffered: offered,
    tradesLost: offered - heard,
    tradesInLedger: missing - backfilled,
    tradesOutOfOrder: jumps,
  }
}

export function costOf({ cost }: RigReport): Findings {
  return {
    measured: {
      heapGrowthBytes: cost.heapGrowth,
      peakRssBytes: cost.peakRss,
      loopDelayP50Ms: cost.loopDelayP50Ms,
      loopDelayP99Ms: cost.loopDelayP99Ms,
      loopDelayMaxMs: cost.loopDelayMaxMs,
    },
    required: { heapGrowthBytes: { atMost: MOST_HEAP_GROWTH_BYTES } },
  }
}

export function together(...parts: readonly Findings[]): Findings {
  return {
    measured: Object.fromEntries(parts.flatMap(({ measured }) => Object.entries(measured))),
    required: Object.fromEntries(parts.flatMap(({ required }) => Object.entries(required))),
  }
}
