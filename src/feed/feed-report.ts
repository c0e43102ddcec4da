/** What a feed tells of itself, for tables and summaries. */
import type { BackpressureStats } from './backpressure.js'
import type { FailoverStats } from './failover.js'
import type { DetectorStats, Health } from './failure-detector.js'
import type { ProbeStats } from './handover.js'
import type { HealthMonitor } from './health-monitor.js'
import type { Line } from './line.js'
import type { LineStats } from './line-parts.js'
import type { SubscriptionState } from './subscriptions.js'

/** What one line is and does. */
export interface LineReport extends Readonly<LineStats> {
  readonly line: number
  readonly exchange: string
  readonly copy: number
  readonly open: boolean
  readonly base: string
  readonly streams: readonly StreamReport[]
  readonly failover: FailoverStats
}

export interface StreamReport {
  readonly name: string
  readonly state: SubscriptionState
  readonly health: Health
  readonly arrivals: number
  readonly rhythm: DetectorStats | null
}

export interface FeedStats {
  /** Handed to the fold, ticks included. */
  readonly frames: number
  /** Connections that were opened again after an end nobody wanted. */
  readonly reconnects: number
  /** Lines replaced before their end. */
  readonly handovers: number
  /** Silences that were looked into, and what was found. */
  readonly probes: ProbeStats
  readonly snapshots: { readonly fetched: number; readonly failed: number }
  readonly longestOwnStallMs: number
  readonly backpressure: BackpressureStats | null
}

export function reportLine(line: Line, health: HealthMonitor): LineReport {
  return {
    ...line.stats,
    line: line.number,
    exchange: line.parts.exchange.name,
    copy: line.parts.copy,
    open: line.open,
    base: line.route.base,
    failover: line.parts.failover.stats(),
    streams: [...line.subscriptions.all()].map(({ stream: { name }, state, arrivals }) => ({
      name,
      state,
      arrivals,
      health: health.healthOf(line, name),
      rhythm: health.rhythmOf(line, name),
    })),
  }
}
