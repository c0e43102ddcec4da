/** Carries out executions and changes of state, and collects the events that tell of them. */
import type { Micros } from '../model/time.js'
import type { Fill, OrderStatus, ReasonCode, TradingEvent } from '../model/trading.js'
import { feeOf, type AssetPrice, type FeeSchedule } from './fees.js'
import { FINEST, floorTo, smaller, textOf, ZERO, type Decimal } from './money.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/** The account's side of an execution. */
export interface Purse {
  /** The most of `size` that the order's locked funds pay for at `price`; asked before each fill. */
  allowance(order: WorkingOrder, price: Decimal, size: Decimal): Decimal
  /** So much was executed. */
  spend(order: WorkingOrder, price: Decimal, size: Decimal): void
}

/** One thing that happened to an order while it waited, for whoever wants to know why it filled or did not. */
export interface OrderNote {
  readonly order: string
  readonly time: Micros
  readonly what: 'joined' | 'traded' | 'level' | 'through' | 'triggered' | 'trailed' | 'taking'
  /** Volume ahead after it; null where it is unknown. */
  readonly ahead: string | null
  readonly detail: string
}

export interface ExecutorOptions {
  readonly fees: FeeSchedule
  readonly assetPrice?: AssetPrice
  readonly purse?: Purse
  readonly onNote?: (note: OrderNote) => void
}

const NOTHING: readonly TradingEvent[] = Object.freeze([])

export class Executor {
  now: Micros = 0
  readonly orders = new Map<string, WorkingOrder>()
  private out: TradingEvent[] = []
  private fills = 0

  constructor(private readonly options: ExecutorOptions) {}

  /** Gives the events collected since the last call and forgets finished orders. */
  take(): readonly TradingEvent[] {
    const { out } = this
    if (out.length === 0) return NOTHING
    this.out = []
    for (const event of out) {
      if (event.type === 'order' && this.orders.get(event.id)?.open === false) this.orders.delete(event.id)
    }
    return out
  }

  /** One execution: limited by funds and reduce-only, on the size step, with its fee. @returns the size filled. */
  execute(venue: Venue, order: WorkingOrder, price: Decimal, wanted: Decimal, liquidity: Fill['liquidity']): Decimal {
    const size = this.allowed(venue, order, price, wanted)
    if (size.lte(ZERO)) return ZERO
    this.options.purse?.spend(order, price, size)
    order.fill(size)
    venue.net = order.buying ? venue.net.plus(size) : venue.net.minus(size)
    this.out.push(this.fillEvent(order, price, size, liquidity))
    this.tell(order, order.remaining.eq(ZERO) ? 'filled' : 'partial', null)
    this.cancelSiblings(order)
    return size
  }

  /** A change of state, as an event. */
  tell(order: WorkingOrder, status: OrderStatus, reason: ReasonCode | null): void {
    this.out.push(order.turn(status, reason, this.now))
  }

  note(order: WorkingOrder, what: OrderNote['what'], detail: string): void {
    const { onNote } = this.options
    if (onNote === undefined) return
    onNote({
      order: order.id,
      time: this.now,
      what,
      ahead: order.ahead === null ? null : textOf(order.ahead),
      detail,
    })
  }

  private allowed(venue: Venue, order: WorkingOrder, price: Decimal, wanted: Decimal): Decimal {
    const reducible = this.reducible(venue, order, wanted)
    if (reducible.lte(ZERO)) {
      this.tell(order, 'cancelled', 'reduce-only')
      return ZERO
    }
    const step = order.market.stepSize ?? FINEST
    const size = floorTo(reducible, step)
    const affordable = this.options.purse?.allowance(order, price, size) ?? size
    if (affordable.gte(size)) return size
    const cut = floorTo(affordable, step)
    if (cut.lte(ZERO)) this.tell(order, 'cancelled', 'funds')
    return cut
  }

  private reducible(venue: Venue, order: WorkingOrder, wanted: Decimal): Decimal {
    if (!order.order.reduceOnly) return wanted
    const reduces = order.buying ? venue.net.lt(ZERO) : venue.net.gt(ZERO)
    return reduces ? smaller(wanted, venue.net.abs()) : ZERO
  }

  private fillEvent(order: WorkingOrder, price: Decimal, size: Decimal, liquidity: Fill['liquidity']): Fill {
    const { exchange, symbol, pair, strategy, side, id } = order.order
    const { fees, assetPrice } = this.options
    const { fee, feeAsset } = feeOf(order.market, fees, { side, size, price, liquidity }, assetPrice)
    return {
      type: 'fill',
      exchange,
      symbol,
      pair,
      strategy,
      id: `${strategy}-f${String(++this.fills)}`,
      order: id,
      side,
      price: textOf(price),
      size: textOf(size),
      fee: textOf(fee),
      feeAsset,
      liquidity,
      time: this.now,
    }
  }

  private cancelSiblings(order: WorkingOrder): void {
    const { group } = order.order
    if (group === null) return
    for (const sibling of this.orders.values()) {
      if (sibling !== order && sibling.open && sibling.order.group === group) this.tell(sibling, 'cancelled', 'oco')
    }
  }
}
