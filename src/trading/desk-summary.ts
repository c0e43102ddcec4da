/** What a desk reports of itself. */
import type { Micros } from '../model/time.js'
import type { Equity, Fill, Halt, Order, Position } from '../model/trading.js'
import type { Dealings } from './dealings.js'
import type { DeskParts } from './desk-parts.js'
import type { EquitySample } from './equity-curve.js'

export interface DeskSummary {
  readonly strategy: string
  readonly equity: Equity
  readonly positions: readonly Position[]
  /** By asset, decimals. */
  readonly balances: Readonly<Record<string, string>>
  readonly locked: Readonly<Record<string, string>>
  readonly fees: Readonly<Record<string, string>>
  readonly funding: Readonly<Record<string, string>>
  readonly counts: Readonly<Dealings['counts']>
  /** Refusals by reason. */
  readonly refusals: Readonly<Record<string, number>>
  readonly openOrders: readonly Order[]
  readonly blocks: Halt['blocks']
  /** Share by which equity may still fall before the kill switch goes on; null without a limit. */
  readonly drawdownLeft: number | null
  /** Why the strategy was stopped; null where it was not. */
  readonly failure: string | null
  readonly fills: readonly Fill[]
  readonly curve: readonly EquitySample[]
  readonly curveIntervalMicros: Micros
}

export function summarise(parts: DeskParts, dealings: Dealings, now: Micros): DeskSummary {
  const { ledger, funds, risk, paper, runner, curve } = parts
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
    fills: dealings.fills,
    curve: curve.samples,
    curveIntervalMicros: curve.intervalMicros,
  }
}
