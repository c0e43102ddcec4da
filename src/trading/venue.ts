/** One instrument at the paper exchange: the latest market, and our open orders there with the prices that concern them. */
import type { Trade } from '../model/event.js'
import type { Display } from './display.js'
import type { LastPrices } from './fill-model.js'
import type { Market } from './market.js'
import { ZERO, type Decimal } from './money.js'
import type { WorkingOrder } from './working-order.js'

export class Venue implements LastPrices {
  last = Number.NaN
  lastBuy = Number.NaN
  lastSell = Number.NaN
  /** Net of our fills here. */
  net: Decimal = ZERO
  /** What our fills have left of the latest bar's volume; null where it tells none. */
  barLeft: Decimal | null = null
  /** Open orders by arrival. */
  readonly orders: WorkingOrder[] = []
  /** At or below it a trade may touch our bids; the other three likewise. */
  private buyTop = Number.NEGATIVE_INFINITY
  private sellLow = Number.POSITIVE_INFINITY
  private stopUp = Number.POSITIVE_INFINITY
  private stopDown = Number.NEGATIVE_INFINITY
  /** Takers and trailing stops must see every trade. */
  private attentive = false

  constructor(
    readonly market: Market,
    readonly display: Display,
  ) {}

  /** Whether a trade at this price could concern any of our orders. */
  concerns(price: number): boolean {
    if (this.orders.length === 0) return false
    return (
      this.attentive || price <= this.buyTop || price >= this.sellLow || price >= this.stopUp || price <= this.stopDown
    )
  }

  /** Takes note of the price of a trade, after everything that hangs on it has happened. */
  see(trade: Trade): void {
    this.last = trade.price
    if (trade.side === 'buy') this.lastBuy = trade.price
    else if (trade.side === 'sell') this.lastSell = trade.price
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

  /** Best price a taker would meet; the last traded one where nothing is displayed; NaN where nothing is known. */
  opposing(order: WorkingOrder): number {
    return this.display.showing ? this.display.best(order.buying ? 'asks' : 'bids') : this.last
  }

  /** Open orders that can fill: takers first, then better prices, then earlier arrivals. */
  byPriority(): WorkingOrder[] {
    return this.orders
      .filter(order => order.open && !order.waiting)
      .sort((a, b) => rank(a, b) || a.sequence - b.sequence)
  }

  private watch(order: WorkingOrder): void {
    if (order.waiting) {
      if (order.order.kind === 'trailing-stop') this.attentive = true
      else if (order.triggersUp) this.stopUp = Math.min(this.stopUp, order.stop)
      else this.stopDown = Math.max(this.stopDown, order.stop)
    } else if (order.taking) this.attentive = true
    else if (order.buying) this.buyTop = Math.max(this.buyTop, order.limit)
    else this.sellLow = Math.min(this.sellLow, order.limit)
  }
}

function rank(a: WorkingOrder, b: WorkingOrder): number {
  if (a.taking !== b.taking) return a.taking ? -1 : 1
  if (a.taking || a.buying !== b.buying) return 0
  return a.buying ? b.limit - a.limit : a.limit - b.limit
}
