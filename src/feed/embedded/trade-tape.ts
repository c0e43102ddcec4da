/** The newest trades of a simulated market, kept for clients that ask for what they missed. */
import type { Micros } from '../../model/time.js'

/** Prices in ticks, sizes in lots. `first` and `last` are trade ids; equal for a single trade. */
export interface TapedTrade {
  readonly id: number
  readonly first: number
  readonly last: number
  readonly ticks: number
  lots: number
  readonly time: Micros
  readonly taker: 'buy' | 'sell'
}

/** Bounded; the oldest trades are forgotten first. Ids step by one from 1. */
export class TradeTape {
  private readonly ring: TapedTrade[] = []
  private lastId = 0

  constructor(private readonly limit = 20_000) {}

  /** Id of the trade to come. */
  get nextId(): number {
    return this.lastId + 1
  }

  add(trade: TapedTrade): void {
    this.lastId = trade.id
    this.ring[trade.id % this.limit] = trade
  }

  /** Up to `count` trades from `id` on; the newest ones where no id is given. */
  from(id: number | null, count: number): TapedTrade[] {
    const oldest = Math.max(1, this.lastId - this.limit + 1)
    const start = Math.max(oldest, id ?? this.lastId - count + 1)
    const trades: TapedTrade[] = []
    for (let at = start; at <= this.lastId && trades.length < count; at++) {
      const trade = this.ring[at % this.limit]
      if (trade !== undefined) trades.push(trade)
    }
    return trades
  }
}
