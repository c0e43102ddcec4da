/** How a desk is set up; everything that is left out has a stated default, pessimistic where it matters. */
import type { Clock } from '../engine/clock.js'
import type { BookSource } from './book-view.js'
import type { BorrowRates } from './borrowing.js'
import type { OrderNote } from './executor.js'
import type { FeeSchedule } from './fees.js'
import type { FillModelName } from './fill-model.js'
import type { LatencyModel } from './latency.js'
import type { RuleSource } from './market.js'
import type { RiskLimits } from './risk.js'
import type { Sizing } from './sizing.js'
import type { StrategyLike } from './strategy-runner.js'

export interface DeskOptions {
  readonly strategy: StrategyLike
  /** Already read and validated. */
  readonly parameters: unknown
  /** Engine time. */
  readonly clock: Clock
  /** Uniform in [0, 1), seeded for this desk. */
  readonly random: () => number
  /** Opening balance in the quote asset, or balances by asset. */
  readonly capital: string | Readonly<Record<string, string>>
  /** The asset in which equity is told. */
  readonly quoteAsset: string
  /** The instrument's own rates where known, else 0.1 % maker and taker. */
  readonly fees?: FeeSchedule
  /** One number for both legs together; 50 ms unless told. */
  readonly latencyMs?: number
  /** The legs one by one, or as they are measured, instead of `latencyMs`. */
  readonly latency?: LatencyModel
  /** `pessimistic` unless told. */
  readonly model?: FillModelName
  readonly rules?: RuleSource
  readonly books?: BookSource
  readonly riskLimits?: RiskLimits
  /** For signals without a size: 95 % of equity unless told. */
  readonly sizing?: Sizing
  /** `cash` (default) sells only what it holds; `margin` may go short. Perpetuals always use margin. */
  readonly account?: 'cash' | 'margin'
  /** `1` unless told. */
  readonly leverage?: string
  /** Interest on what a margin account owes, percent a day by asset, `*` for all others; none unless told. */
  readonly borrowRates?: BorrowRates
  /** Share of a position's value below which equity may not fall on margin; `0.005` unless told. */
  readonly maintenanceRate?: string
  /** Hears what moves waiting orders: queue, triggers, trades that passed. */
  readonly onNote?: (note: OrderNote) => void
  /** Interval of the equity curve; 10,000 unless told. It doubles when 8,192 samples are kept. */
  readonly sampleMs?: number
}
