/** A finished run as a report shows it: prices, accounts, metrics, and how good the data was. */
import type { GapRow, GapTotals } from '../market/gap-ledger.js'
import type { Micros } from '../model/time.js'
import type { DeskRecord, DeskSummary } from '../trading/desk.js'
import { conventionsSideBySide, type ConventionRow } from '../trading/conventions/side-by-side.js'
import { gatherReturns, type PeriodReturn } from '../trading/metrics/calendar.js'
import { drawdownsOf, type Drawdown } from '../trading/metrics/drawdowns.js'
import { returnsOf } from '../trading/metrics/returns.js'
import type { ChartSeries } from './chart-candles.js'
import { degradedProfit, type DegradedProfit, type Span } from './degraded.js'
import type { Summary } from './summary.js'
import type { TradingOptions } from './trading.js'

export type { ConventionRow, DeskRecord, DeskSummary, Drawdown, GapRow, PeriodReturn }

export interface RunRecord {
  /** Name and version of the program. */
  readonly software: string
  /** Files, a session, or `live`. */
  readonly inputs: readonly string[]
  readonly options: TradingOptions
  /** Its times, counts and digest. */
  readonly summary: Summary
  readonly strategies: readonly StrategyRecord[]
  readonly instruments: readonly InstrumentRecord[]
  readonly health: HealthRecord
  /** What came out when a kept session was run again; null where nothing was run again, or the session holds no result. */
  readonly proof: { readonly same: boolean; readonly digest: string } | null
}

export interface StrategyRecord {
  /** What fills were judged by. */
  readonly model: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly summary: DeskSummary
  readonly record: DeskRecord
  /** Every fall from a peak, deepest first. */
  readonly drawdowns: readonly Drawdown[]
  /** By calendar month, UTC. */
  readonly months: readonly PeriodReturn[]
  readonly conventions: readonly ConventionRow[]
  readonly degraded: DegradedProfit
}

/** What the bars were made of. */
export type PriceSource = 'trades' | 'candles' | 'quotes' | 'books'

export interface InstrumentRecord {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly source: PriceSource
  readonly series: ChartSeries
}

export interface HealthRecord {
  readonly gaps: readonly Readonly<GapRow>[]
  readonly totals: GapTotals
  /** Frames that could not be decoded, by reason. */
  readonly deadLetters: Readonly<Record<string, number>>
  /** Times in which a stream was down, silent or missing something. */
  readonly degraded: readonly Span[]
}

export type Account = Pick<StrategyRecord, 'model' | 'parameters' | 'summary' | 'record'>

/** Adds what follows from an account and from the times of bad data. */
export function strategyRecord(account: Account, degraded: readonly Span[], begin: Micros): StrategyRecord {
  const { record } = account
  const { curve, startEquity } = record
  const equities = [startEquity, ...curve.map(sample => sample.equity)]
  const times = curve.map(sample => sample.time)
  const falls = drawdownsOf([{ time: begin, equity: startEquity }, ...curve])
  return {
    ...account,
    drawdowns: falls.sort((a, b) => b.depth - a.depth),
    months: gatherReturns(returnsOf(equities), times, 'month'),
    conventions: conventionsSideBySide(record),
    degraded: degradedProfit(record, degraded, begin),
  }
}
