/** ResilientReplicationV4 in the market: of several copies of a trade the first one wins, and what no copy brought is named. */
import type { Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import type { HoleReport } from './gap-ledger.js'
import type { TradeIdKind } from './trade-ids.js'
import { TradeLane, type HoldLimits, type IdsRestarted } from './trade-lane.js'
import type { FirstCopy } from './trade-rows.js'

/** Two copies of one id disagree; the first was passed on, the second is not. */
export interface TradeConflict {
  readonly type: 'tradeConflict'
  readonly stream: string
  readonly first: Trade
  readonly second: Trade
}

/** A trade is one to pass on, in this order; the rest is news about the stream. */
export type ArbiterResult = Trade | HoleReport | TradeConflict | IdsRestarted

export interface ArbiterOptions {
  readonly kindOf: (exchange: string, stream: string) => TradeIdKind
  /** Connections that carry each stream. With more than one, a hole waits for the other lines before it is believed. */
  readonly lines?: number
  /** How long trades behind a hole wait at most (100 ms). */
  readonly holdMicros?: Micros
  /** How many trades behind a hole wait at most (64). */
  readonly holdTrades?: number
}

export interface LineStats {
  /** Trades that this line brought first. */
  wins: number
  /** Copies that came after the other line's. */
  losses: number
  /** Sum of what its wins were ahead of the copies that followed. */
  leadMicros: Micros
}

export interface ArbiterStats {
  readonly received: number
  readonly passed: number
  readonly duplicates: number
  readonly conflicts: number
  readonly held: number
  readonly restarts: number
  /** Missing on one line, brought in time by another. */
  readonly healed: number
  /** Missing on every line when it was believed; some may have come later. */
  readonly missing: number
  readonly lines: ReadonlyMap<number, Readonly<LineStats>>
}

const HOLD: HoldLimits = { micros: 100_000, trades: 64 }

/** Bounded per stream. Always exact: received = passed + duplicates + conflicts + held. */
export class Arbiter {
  private readonly lanes = new Map<string, Map<string, TradeLane>>()
  private readonly holding = new Set<TradeLane>()
  private readonly lineStats = new Map<number, LineStats>()
  private readonly counts = { received: 0, duplicates: 0, conflicts: 0, restarts: 0 }
  private readonly hold: HoldLimits
  private last: TradeLane | undefined

  constructor(private readonly options: ArbiterOptions) {
    this.hold = {
      micros: (options.lines ?? 1) > 1 ? (options.holdMicros ?? HOLD.micros) : 0,
      trades: options.holdTrades ?? HOLD.trades,
    }
  }

  /**
   * Takes a copy of a trade and appends what follows from it to `out`.
   * @param stream where its id counts: a symbol's trades and its aggregated trades are two streams.
   */
  offer(trade: Trade, stream: string, line: number, out: ArbiterResult[]): void {
    const lane = this.lane(trade.exchange, stream)
    this.counts.received++
    const verdict = lane.offer(trade, line, out)
    if (lane.heldCount > 0) this.holding.add(lane)
    switch (verdict.is) {
      case 'first':
      case 'late':
        this.line(line).wins++
        break
      case 'duplicate':
        this.countCopy(trade, verdict.earlier, line)
        break
      case 'conflict':
        this.counts.conflicts++
        out.push({ type: 'tradeConflict', stream, first: verdict.first, second: trade })
        break
      case 'restart':
        this.line(line).wins++
        this.counts.restarts++
        break
    }
  }

  /** When {@link advanceTo} has something to do, or null. */
  get nextDue(): Micros | null {
    let earliest: Micros | null = null
    for (const lane of this.holding) {
      const due = lane.nextDue
      if (due === null) this.holding.delete(lane)
      else if (earliest === null || due < earliest) earliest = due
    }
    return earliest
  }

  /** Gives up waiting for the other lines where the time is over. */
  advanceTo(now: Micros, out: ArbiterResult[]): void {
    for (const lane of this.holding) {
      lane.advanceTo(now, out)
      if (lane.heldCount === 0) this.holding.delete(lane)
    }
  }

  /** Every stream's trades so far. */
  *all(): Generator<TradeLane> {
    for (const lanes of this.lanes.values()) yield* lanes.values()
  }

  stats(): ArbiterStats {
    const totals = { passed: 0, healed: 0, missing: 0, held: 0 }
    for (const lanes of this.lanes.values()) {
      for (const lane of lanes.values()) {
        totals.passed += lane.counts.passed
        totals.healed += lane.counts.healed
        totals.missing += lane.counts.missing
        totals.held += lane.heldCount
      }
    }
    return { ...this.counts, ...totals, lines: this.lineStats }
  }

  private lane(exchange: string, stream: string): TradeLane {
    // Trades come in bursts of one stream; the lane of the last one is usually the lane of the next.
    if (this.last?.stream === stream && this.last.exchange === exchange) return this.last
    return (this.last = this.findLane(exchange, stream))
  }

  /** The trades of one stream. */
  findLane(exchange: string, stream: string): TradeLane {
    let lanes = this.lanes.get(exchange)
    if (lanes === undefined) this.lanes.set(exchange, (lanes = new Map<string, TradeLane>()))
    let lane = lanes.get(stream)
    if (lane === undefined) {
      lane = new TradeLane(exchange, stream, this.options.kindOf(exchange, stream), this.hold)
      lanes.set(stream, lane)
    }
    return lane
  }

  private countCopy(trade: Trade, earlier: FirstCopy | null, line: number): void {
    this.counts.duplicates++
    if (earlier === null || earlier.line === line) return
    this.line(line).losses++
    this.line(earlier.line).leadMicros += trade.received - earlier.received
  }

  private line(line: number): LineStats {
    let stats = this.lineStats.get(line)
    if (stats === undefined) this.lineStats.set(line, (stats = { wins: 0, losses: 0, leadMicros: 0 }))
    return stats
  }
}
