/** One instrument at the paper exchange: the latest market, our orders there, and what of the displayed size we have used up. */
import type { Level, Quote, Trade } from '../model/event.js'
import type { BookSide, BookView } from './book-view.js'
import type { Market } from './market.js'
import { decimalOf, ZERO, type Decimal } from './money.js'
import type { WorkingOrder } from './working-order.js'

/** Where liquidity comes from, the best that has been seen: a book, else quotes, else trades, else bars. */
export type LiquiditySource = 'none' | 'bars' | 'trades' | 'quotes' | 'book'

export class Venue {
  last = Number.NaN
  lastBuy = Number.NaN
  lastSell = Number.NaN
  quote: Quote | null = null
  book: BookView | null = null
  source: LiquiditySource = 'none'
  /** True between a reported gap or break and the next good data. */
  stale = false
  /** Net of our fills here. */
  net: Decimal = ZERO
  /** Open orders by arrival. */
  readonly orders: WorkingOrder[] = []
  /** Below or at `buyTop` a trade may touch our bids; the other three likewise. */
  buyTop = Number.NEGATIVE_INFINITY
  sellLow = Number.POSITIVE_INFINITY
  stopUp = Number.POSITIVE_INFINITY
  stopDown = Number.NEGATIVE_INFINITY
  /** Takers and trailing stops must look at every trade. */
  attentive = false
  private readonly used = { bids: new Map<number, Decimal>(), asks: new Map<number, Decimal>() }
  /** Trades since the book or quote last changed, which the display does not show yet. */
  private readonly since: Trade[] = []

  constructor(readonly market: Market) {}

  /** Whether a trade at this price could concern any of our orders. */
  concerns(price: number): boolean {
    return (
      this.attentive || price <= this.buyTop || price >= this.sellLow || price >= this.stopUp || price <= this.stopDown
    )
  }

  /** Drops finished orders and sets the thresholds anew; called after any change to the orders. */
  refresh(): void {
    this.buyTop = this.stopDown = Number.NEGATIVE_INFINITY
    this.sellLow = this.stopUp = Number.POSITIVE_INFINITY
    this.attentive = false
    let kept = 0
    for (const order of this.orders) {
      if (!order.open) continue
      this.orders[kept++] = order
      this.watch(order)
    }
    this.orders.length = kept
  }

  /** Best price on the side a taker would meet; NaN where unknown. */
  opposing(buying: boolean): number {
    if (this.book !== null && this.source === 'book') {
      for (const [price] of this.book.levels(buying ? 'asks' : 'bids')) return price
      return Number.NaN
    }
    if (this.quote !== null) return buying ? this.quote.ask : this.quote.bid
    return this.last
  }

  /** Displayed levels of a side, best first. */
  levels(side: BookSide): Iterable<Readonly<Level>> {
    if (this.source === 'book' && this.book !== null) return this.book.levels(side)
    if (this.source !== 'quotes' || this.quote === null) return []
    const { bid, bidSize, ask, askSize } = this.quote
    return [side === 'bids' ? [bid, bidSize] : [ask, askSize]]
  }

  /** What is left of a displayed level after our own fills. */
  left(side: BookSide, price: number, displayed: Decimal): Decimal {
    return displayed.minus(this.used[side].get(price) ?? ZERO)
  }

  use(side: BookSide, price: number, size: Decimal): void {
    this.used[side].set(price, (this.used[side].get(price) ?? ZERO).plus(size))
  }

  /** A level was displayed anew: what we had used of the old display no longer counts. */
  renew(side: BookSide, price: number): void {
    this.used[side].delete(price)
  }

  renewSide(side: BookSide): void {
    this.used[side].clear()
  }

  renewAll(): void {
    this.renewSide('bids')
    this.renewSide('asks')
  }

  /** The display has caught up with the tape. */
  forgetTape(): void {
    this.since.length = 0
  }

  /** Remembers a trade that the display does not show yet; bounded, since the display changes often. */
  note(trade: Trade): void {
    if (this.since.length < 4_096) this.since.push(trade)
  }

  /** Takes what has traded since the last display off the display: the tape came first. */
  settleTape(): void {
    for (const trade of this.since) this.consume(trade)
    this.since.length = 0
  }

  private consume(trade: Trade): void {
    if (trade.side === 'unknown') return
    const side: BookSide = trade.side === 'buy' ? 'asks' : 'bids'
    let rest = decimalOf(trade.size)
    for (const [price, size] of this.levels(side)) {
      const within = trade.side === 'buy' ? price <= trade.price : price >= trade.price
      if (!within || rest.lte(ZERO)) return
      const left = this.left(side, price, decimalOf(size))
      const taken = left.lt(rest) ? left : rest
      if (taken.gt(ZERO)) this.use(side, price, taken)
      rest = rest.minus(taken)
    }
  }

  private watch(order: WorkingOrder): void {
    if (order.waiting) {
      if (order.order.kind === 'trailing-stop') this.attentive = true
      else if (triggersUp(order)) this.stopUp = Math.min(this.stopUp, order.stop)
      else this.stopDown = Math.max(this.stopDown, order.stop)
    } else if (order.taking) this.attentive = true
    else if (order.buying) this.buyTop = Math.max(this.buyTop, order.limit)
    else this.sellLow = Math.min(this.sellLow, order.limit)
  }
}

/** Stops trigger against the order's side, take-profits with it. */
export function triggersUp(order: WorkingOrder): boolean {
  return (order.order.kind === 'take-profit') !== order.buying
}
