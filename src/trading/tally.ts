/** What a run's fills add up to beside the money: round trips, turnover, slippage, and what holding would have earned. */
import type { Fill, Order } from '../model/trading.js'
import type { Ledger } from './ledger.js'
import type { Market } from './market.js'
import { decimal, toNumber } from './money.js'
import { RoundTrips } from './metrics/round-trips.js'

/** Fills are kept for reports up to this many; the figures go on counting. */
const MOST_FILLS = 100_000

export class Tally {
  readonly trips = new RoundTrips()
  readonly fills: Fill[] = []
  fillsDropped = 0
  /** Value traded, in the quote asset. */
  turnover = 0
  /** Cost of filling worse than the price at which the order was sent; negative where it filled better. */
  slippage = 0
  /** Equity before the first event; assets without a price yet count once they have one. */
  startEquity = 0
  /** Of the one instrument traded; NaN where there are several, for holding a mixture means nothing without its weights. */
  firstPrice = Number.NaN
  lastPrice = Number.NaN
  private held: Market | null = null
  private hasSeveral = false
  private readonly sentAt = new Map<string, number>()

  constructor(private readonly ledger: Ledger) {}

  sent(order: Order): void {
    this.sentAt.set(order.id, this.ledger.holding(order.exchange, order.symbol).mark)
  }

  done(order: Order): void {
    this.sentAt.delete(order.id)
  }

  take(fill: Fill): void {
    this.keep(fill)
    const price = toNumber(decimal(fill.price))
    const size = toNumber(decimal(fill.size))
    this.turnover += price * size
    const sent = this.sentAt.get(fill.order)
    if (sent !== undefined && !Number.isNaN(sent))
      this.slippage += (price - sent) * size * (fill.side === 'buy' ? 1 : -1)
    const { market } = this.ledger.holding(fill.exchange, fill.symbol)
    const rate = fill.feeAsset === market.quote ? 1 : this.rateOf(fill.feeAsset, market.quote, market.base, price)
    this.trips.take(fill, price, size, toNumber(decimal(fill.fee)) * rate)
  }

  /** The latest price of an instrument; cheap, called on every trade. */
  see(market: Market, price: number): void {
    if (this.held === null) {
      this.held = market
      this.firstPrice = price
    } else if (!this.hasSeveral && this.held !== market) {
      this.hasSeveral = true
      this.firstPrice = this.lastPrice = Number.NaN
    }
    if (!this.hasSeveral) this.lastPrice = price
    this.trips.mark(market.exchange, market.symbol, price)
  }

  private keep(fill: Fill): void {
    if (this.fills.length < MOST_FILLS) this.fills.push(fill)
    else this.fillsDropped++
  }

  private rateOf(asset: string, quote: string, base: string, price: number): number {
    if (asset === base) return price
    const known = this.ledger.price(asset, quote)
    return known === undefined ? 0 : toNumber(known)
  }
}
