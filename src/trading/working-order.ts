/** One order's life at the exchange: what is left of it, where it stands, and the events that tell of each change. */
import type { DecimalText, Order, OrderStatus, ReasonCode } from '../model/trading.js'
import type { Micros } from '../model/time.js'
import type { Market } from './market.js'
import { decimal, textOf, ZERO, type Decimal } from './money.js'
import { turnedOrder } from './order-event.js'

/** Orders in these states can still change. */
export function isOpen(status: OrderStatus): boolean {
  return status !== 'filled' && status !== 'cancelled' && status !== 'rejected' && status !== 'expired'
}

export class WorkingOrder {
  readonly id: string
  readonly buying: boolean
  /** Prices as doubles, for comparing with the market; NaN where the order has none. */
  limit: number
  stop: number
  size: Decimal
  filled: Decimal
  status: OrderStatus
  /** Arrival sequence: time priority among our own orders. */
  sequence = 0
  /** Volume that trades before ours at our price; null while unknown. */
  ahead: Decimal | null = null
  /** The level's size when it was last seen; the queue model needs it to tell a cancel from a trade. */
  levelSize: Decimal | null = null
  /** Whether this order takes: market orders, triggered stops, and limits that crossed when they arrived. */
  taking = false
  /** Takers that wait for the display to go on: the worst price they must pay at least; NaN where none is set. */
  floor = Number.NaN
  /** A stop or trailing order that has not been triggered. */
  waiting = false
  /** Trailing orders: the best price since arrival, or since the activation. */
  extreme = Number.NaN
  /** Trailing orders: the price at which they begin to trail; NaN once they do. */
  activation: number
  /** When it reached the exchange, or a change of its prices did; infinity while it is on its way. */
  arrivedAt: Micros = Number.POSITIVE_INFINITY

  constructor(
    readonly market: Market,
    private last: Order,
  ) {
    this.id = last.id
    this.buying = last.side === 'buy'
    this.limit = last.price === null ? Number.NaN : Number(last.price)
    this.stop = last.stopPrice === null ? Number.NaN : Number(last.stopPrice)
    this.size = decimal(last.size)
    this.filled = decimal(last.filled)
    this.status = last.status
    this.activation = Number(last.activation)
  }

  /** As it was last told. */
  get order(): Order {
    return this.last
  }

  get remaining(): Decimal {
    return this.size.minus(this.filled)
  }

  get open(): boolean {
    return isOpen(this.status)
  }

  /** Stops trigger against the order's side, take-profits with it. */
  get triggersUp(): boolean {
    return (this.last.kind === 'take-profit') !== this.buying
  }

  /** Whether a price is worse than the limit; market orders have none. */
  beyond(price: number): boolean {
    return this.buying ? price > this.limit : price < this.limit
  }

  get limitPrice(): Decimal | null {
    return this.last.price === null ? null : decimal(this.last.price)
  }

  /** Moves to `status` and tells so. */
  turn(status: OrderStatus, reason: ReasonCode | null, now: Micros): Order {
    this.status = status
    const size = textOf(this.size)
    this.last = turnedOrder(this.last, { size, filled: textOf(this.filled), status, reason, time: now })
    return this.last
  }

  /** Changes price, stop or size; the caller decides what that does to its place in the queue. */
  amend(change: { price?: DecimalText; stopPrice?: DecimalText; size?: Decimal }): void {
    if (change.price !== undefined) this.limit = Number(change.price)
    if (change.stopPrice !== undefined) this.stop = Number(change.stopPrice)
    if (change.size !== undefined) this.size = change.size
    this.last = {
      ...this.last,
      price: change.price ?? this.last.price,
      stopPrice: change.stopPrice ?? this.last.stopPrice,
    }
  }

  /** Counts a fill. @throws Error where it would overfill. */
  fill(size: Decimal): void {
    if (size.lte(ZERO) || size.gt(this.remaining)) {
      throw new Error(`order ${this.id}: a fill of ${textOf(size)} where ${textOf(this.remaining)} remains`)
    }
    this.filled = this.filled.plus(size)
  }

  /** The stop moves with the market: `distance` below the best price of a sell, above that of a buy. @returns whether it moved. */
  trail(price: number): boolean {
    if (this.last.trailing === null || !this.activate(price)) return false
    const better = Number.isNaN(this.extreme) || (this.buying ? price < this.extreme : price > this.extreme)
    if (!better) return false
    this.extreme = price
    const distance = trailingDistance(this.last.trailing, price)
    this.stop = this.buying ? price + distance : price - distance
    return true
  }

  private activate(price: number): boolean {
    if (this.buying ? price > this.activation : price < this.activation) return false
    this.activation = Number.NaN
    return true
  }
}

function trailingDistance(trailing: string, price: number): number {
  return trailing.endsWith('%') ? (price * Number(trailing.slice(0, -1))) / 100 : Number(trailing)
}
