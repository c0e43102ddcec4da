/** What a desk reports of itself. */
import type { Micros } from '../model/time.js'
import type { Equity, Fill, Halt, Order, Position } from '../model/trading.js'
import type { Dealings } from './dealings.js'
import type { DeskParts } from './desk-parts.js'
import { measure, type Metric, type Run } from './metrics/measure.js'

export interface DeskSummary {
  readonly strategy: string
  readonly equity: Equity
  readonly positions: readonly Position[]
  /** By asset, decimals. */
  readonly balances: Readonly<Record<string, string>>
  readonly locked: Readonly<Record<string, string>>
  readonly fees: Readonly<Record<string, string>>
  readonly funding: Readonly<Record<string, string>>
  /** Paid on what was owed, by asset; empty where no rate was set. */
  readonly interest: Readonly<Record<string, string>>
  readonly counts: Readonly<Dealings['counts']>
  /** Refusals by reason. */
  readonly refusals: Readonly<Record<string, number>>
  readonly openOrders: readonly Order[]
  readonly blocks: Halt['blocks']
  /** Share by which equity may still fall before the kill switch goes on; null without a limit. */
  readonly drawdownLeft: number | null
  /** Why the strategy was stopped; null where it was not. */
  readonly failure: string | null
  /** Each with its formula, convention and sample size. */
  readonly metrics: readonly Metric[]
}

/** What a report shows beside the summary. */
export interface DeskRecord extends Run {
  readonly fills: readonly Fill[]
  /** Fills beyond what is kept. */
  readonly fillsDropped: number
  readonly tripsDropped: number
}

export function summarise(parts: DeskParts, dealings: Dealings, now: Micros): DeskSummary {
  const { ledger, funds, risk, paper, runner } = parts
  ledger.remeasure()
  const equity = ledger.equity(now)
  return {
    strategy: equity.strategy,
    equity,
    positions: [...ledger.all()].map(holding => ledger.position(holding, now)),
    locked: funds.locked(),
    ...ledger.statement(),
    counts: { ...dealings.counts },
    refusals: Object.fromEntries(dealings.refusedBy),
    openOrders: paper.openOrders().map(({ order }) => order),
    blocks: risk.blocks,
    drawdownLeft: risk.distance(ledger.fastTotal),
    failure: runner.failure ?? null,
    metrics: measure(recordOf(parts, now)),
  }
}

/** The run so far, with its equity as it stands at `now` as the last sample. */
export function recordOf({ ledger, curve, tally }: DeskParts, now: Micros): DeskRecord {
  ledger.remeasure()
  const last = { time: now, equity: ledger.fastTotal, exposure: ledger.grossExposure() }
  return {
    startEquity: tally.startEquity,
    // A sample of this very moment was taken before the last event was booked.
    curve: [...curve.samples.filter(({ time }) => time < now), last],
    intervalMicros: curve.intervalMicros,
    trips: tally.trips.closed,
    fees: Number(ledger.equity(now).fees),
    turnover: tally.turnover,
    slippage: tally.slippage,
    firstPrice: tally.firstPrice,
    lastPrice: tally.lastPrice,
    fills: tally.fills,
    fillsDropped: tally.fillsDropped,
    tripsDropped: tally.trips.dropped,
  }
}
