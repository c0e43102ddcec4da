/** One simulated market: makers who quote around a wandering price and takers who trade against them, on a real order book. */
import type { Random } from '../../engine/random.js'
import { Book } from '../../market/book.js'
import type { BookSide } from '../../market/book-side.js'
import { PriceProcess } from './price-process.js'
import type { SymbolProfile } from './symbol-profile.js'

/** What happens in the market, told at the moment it happens. Prices in ticks, sizes in lots. */
export interface MarketObserver {
  /** A level has a new size; 0 where it is gone. */
  levelChanged(side: 'bids' | 'asks', ticks: number, lots: number): void
  traded(ticks: number, lots: number, taker: 'buy' | 'sell'): void
  /** One order has come to its end: every change and trade since the last call belongs to it. */
  orderDone(): void
}

const TAKER_SHARE = 0.25
const MOST_LEVELS = 1_000
const FEWEST_LEVELS = 300
/** Mean distance of quotes from the price, as a share of it: most are near, some far. */
const NEAR = 6e-5
const FAR = 1.5e-3
const LEVEL_DOLLARS = 3_000
const TRADE_DOLLARS = 300
const LEVELS_PER_ORDER = 20

/** How many events of this market there are for each taker's order. */
export const EVENTS_PER_TAKER = 1 / TAKER_SHARE

export class OrderFlow {
  readonly book = new Book()
  private readonly process: PriceProcess
  private fair: number

  constructor(
    private readonly random: Random,
    private readonly profile: SymbolProfile,
    private readonly observer: MarketObserver,
    eventsPerSecond: number,
  ) {
    this.process = new PriceProcess(random.fork('price'), profile.startTicks, eventsPerSecond)
    this.fair = profile.startTicks
    for (let count = 0; count < FEWEST_LEVELS; count++) {
      this.quote('bids')
      this.quote('asks')
    }
    observer.orderDone()
  }

  /** How much faster than usual events follow each other now. */
  get pace(): number {
    return this.process.pace
  }

  /** One order of somebody: a quote, a cancellation, or a trade. */
  step(): void {
    this.fair = this.process.step()
    if (this.random.chance(TAKER_SHARE)) this.take()
    else this.make()
    this.observer.orderDone()
  }

  private make(): void {
    const name = this.random.chance(0.5) ? 'bids' : 'asks'
    const side = this.book[name]
    const best = side.bestPrice
    const stale = best !== undefined && (name === 'bids' ? best > this.fair : best < this.fair)
    if (side.length > FEWEST_LEVELS && this.random.chance(stale ? 0.6 : 0.3)) this.cancel(name, side)
    else this.quote(name)
    for (const ticks of side.truncate(MOST_LEVELS)) this.observer.levelChanged(name, ticks, 0)
  }

  /** Sets a level near the price, never across the spread. */
  private quote(name: 'bids' | 'asks'): void {
    const sign = name === 'bids' ? -1 : 1
    const offset = this.random.exponential(1 / (this.fair * (this.random.chance(0.8) ? NEAR : FAR)))
    const opposite = name === 'bids' ? this.book.asks.bestPrice : this.book.bids.bestPrice
    let ticks = Math.round(this.fair + sign * (offset + 0.5))
    if (opposite !== undefined && sign * (ticks - opposite) < 1) ticks = opposite + sign
    if (ticks > 0) this.setLevel(name, ticks, this.lots(LEVEL_DOLLARS))
  }

  private cancel(name: 'bids' | 'asks', side: BookSide): void {
    // Most cancellations are near the top, where the quotes are.
    let left = Math.floor(this.random.exponential(1 / 8))
    if (left >= side.length) left = 0
    side.walk(ticks => {
      if (left-- > 0) return true
      this.setLevel(name, ticks, 0)
      return false
    })
  }

  private take(): void {
    const { bids, asks } = this.book
    const [bid = 0, ask = Number.POSITIVE_INFINITY] = [bids.bestPrice, asks.bestPrice]
    if (this.fair >= ask) this.sweep('asks', 'buy', Math.floor(this.fair))
    else if (this.fair <= bid) this.sweep('bids', 'sell', Math.ceil(this.fair))
    else if (this.random.chance((this.fair - bid) / (ask - bid))) this.sweep('asks', 'buy', ask)
    else this.sweep('bids', 'sell', bid)
  }

  /** A marketable order with a limit: it takes what is there up to its size, and every part is a trade. */
  private sweep(name: 'bids' | 'asks', taker: 'buy' | 'sell', limit: number): void {
    const side = this.book[name]
    let left = this.lots(TRADE_DOLLARS)
    // Who trades because the price has moved takes every level that is now wrong.
    for (let level = 0; level < LEVELS_PER_ORDER && side.length > 1; level++) {
      const ticks = side.bestPrice ?? limit
      if (taker === 'buy' ? ticks > limit : ticks < limit) return
      const available = side.bestSize
      const lots = Math.min(left, available)
      this.trade(ticks, lots, taker)
      this.setLevel(name, ticks, available - lots)
      left -= lots
      if (left <= 0) return
    }
  }

  /** A level may be the orders of several makers: then one order of the taker trades with each. */
  private trade(ticks: number, lots: number, taker: 'buy' | 'sell'): void {
    const first = lots > 1 && this.random.chance(0.2) ? this.random.int(1, lots - 1) : lots
    this.observer.traded(ticks, first, taker)
    if (first < lots) this.observer.traded(ticks, lots - first, taker)
  }

  private setLevel(name: 'bids' | 'asks', ticks: number, lots: number): void {
    this.book[name].set(ticks, lots)
    this.observer.levelChanged(name, ticks, lots)
  }

  private lots(dollars: number): number {
    return Math.max(1, Math.round(this.profile.lotsPerDollar * dollars * Math.exp(this.random.normal(0, 1.1))))
  }
}
