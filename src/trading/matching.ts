/** Our orders against the market: what happens to them when they arrive, when a trade passes and when the display changes. */
import type { Trade } from '../model/event.js'
import type { Fill } from '../model/trading.js'
import type { Executor } from './executor.js'
import { worst, type FillModel } from './fill-model.js'
import { decimalOf, smaller, textOf, ZERO, type Decimal } from './money.js'
import { joinQueue, levelChanged, meets, reach } from './queue.js'
import { displayedWithin, takeDisplayed, takeFromTrade } from './taking.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

export class Matching {
  constructor(
    private readonly venue: Venue,
    private readonly executor: Executor,
    private readonly model: FillModel,
  ) {}

  /** An order that is live at the exchange: it is rejected, fills, rests, or waits for liquidity. */
  place(order: WorkingOrder): void {
    const { display } = this.venue
    if (display.showing && display.stale) {
      this.executor.tell(order, 'rejected', 'stale-book')
      return
    }
    if (display.source === 'bars' || display.source === 'none') this.await(order, Number.isNaN(order.limit))
    else if (!this.crosses(order)) this.rest(order)
    else if (order.order.postOnly) this.executor.tell(order, 'rejected', 'post-only')
    else if (display.showing) this.takeNow(order)
    else this.await(order, true)
  }

  /** A stop or trailing order begins to wait; its trigger may have been reached already. */
  wait(order: WorkingOrder): void {
    order.waiting = true
    this.executor.tell(order, 'open', null)
    const seen = Number.isNaN(this.venue.last) ? this.venue.opposing(order) : this.venue.last
    if (!Number.isNaN(seen)) this.watchStop(order, seen)
  }

  /** Our orders against one trade, in price-time priority; its size is spent once. */
  trade(trade: Trade): void {
    let left = decimalOf(trade.size)
    let taken = ZERO
    for (const order of this.venue.byPriority()) {
      if (!order.open) continue
      const filled = order.taking ? this.takeTrade(order, trade, left) : this.passTrade(order, trade, left, taken)
      left = left.minus(filled)
      taken = taken.plus(filled)
    }
  }

  /** Fires the stops that a price reaches. What the trade itself took is not there for them any more. */
  trigger(price: number): void {
    for (const order of [...this.venue.orders]) {
      if (order.open && order.waiting) this.watchStop(order, Number.isNaN(price) ? this.venue.opposing(order) : price)
    }
  }

  /** The display has changed: queues move, takers that wait go on, and what it moved through fills. */
  displayChanged(): void {
    const { display } = this.venue
    if (display.stale) return
    for (const order of this.venue.byPriority()) {
      if (!order.open) continue
      if (!order.taking) this.moveQueue(order)
      else if (this.model.rest === 'no-better')
        order.floor = worst(order.buying, this.venue.opposing(order), order.floor)
      takeDisplayed(display, order, this.execute, order.taking ? 'taker' : 'maker')
    }
  }

  /** A triggered stop becomes a market order, or a limit order where it has a price. */
  fire(order: WorkingOrder): void {
    order.waiting = false
    this.executor.tell(order, 'triggered', null)
    this.executor.note(order, 'triggered', `at ${String(order.stop)}`)
    this.place(order)
  }

  readonly execute = (order: WorkingOrder, price: Decimal, size: Decimal, liquidity: Fill['liquidity']): Decimal =>
    this.executor.execute(this.venue, order, price, size, liquidity)

  private crosses(order: WorkingOrder): boolean {
    if (Number.isNaN(order.limit)) return true
    const opposing = this.venue.opposing(order)
    return !Number.isNaN(opposing) && !order.beyond(opposing)
  }

  private takeNow(order: WorkingOrder): void {
    const { display } = this.venue
    display.settleTape()
    if (order.order.timeInForce === 'FOK' && displayedWithin(display, order).lt(order.remaining)) {
      this.executor.tell(order, 'cancelled', 'fill-or-kill')
      return
    }
    if (this.model.rest === 'no-better') order.floor = this.venue.opposing(order)
    takeDisplayed(display, order, this.execute, 'taker')
    if (order.open) this.afterTaking(order)
  }

  /** What a taker could not fill at once is cancelled, rests, or waits for new quotes. */
  private afterTaking(order: WorkingOrder): void {
    const { timeInForce } = order.order
    const isMarket = Number.isNaN(order.limit)
    if (timeInForce === 'IOC' || timeInForce === 'FOK' || (isMarket && this.venue.display.source === 'book')) {
      this.executor.tell(order, 'cancelled', 'liquidity')
    } else if (isMarket) this.await(order, true)
    else this.rest(order)
  }

  private rest(order: WorkingOrder): void {
    const { timeInForce } = order.order
    if (timeInForce === 'IOC' || timeInForce === 'FOK') {
      this.executor.tell(order, 'cancelled', timeInForce === 'IOC' ? 'liquidity' : 'fill-or-kill')
      return
    }
    order.taking = false
    joinQueue(this.venue.display, order)
    if (order.status === 'submitted') this.executor.tell(order, 'open', null)
    this.executor.note(order, 'joined', `the queue at ${String(order.limit)}`)
  }

  /** Nothing to trade against yet: the order waits for trades, quotes or the next bar. */
  private await(order: WorkingOrder, taking: boolean): void {
    order.taking = taking
    if (order.status === 'submitted') this.executor.tell(order, 'open', null)
    this.executor.note(order, taking ? 'taking' : 'joined', `from what comes next`)
  }

  private takeTrade(order: WorkingOrder, trade: Trade, left: Decimal): Decimal {
    if (this.venue.display.showing) return ZERO
    const { timeInForce } = order.order
    if (timeInForce === 'FOK' && (left.lt(order.remaining) || order.beyond(trade.price))) {
      this.executor.tell(order, 'cancelled', 'fill-or-kill')
      return ZERO
    }
    const rest = takeFromTrade(order, trade, this.venue, left, this.model, this.execute)
    if (order.open && timeInForce === 'IOC') this.executor.tell(order, 'cancelled', 'liquidity')
    else if (order.open && order.beyond(trade.price)) this.rest(order)
    return left.minus(rest)
  }

  private passTrade(order: WorkingOrder, trade: Trade, left: Decimal, taken: Decimal): Decimal {
    if (!meets(order, trade, this.model)) return ZERO
    const reached = reach(order, trade, this.model)
    const through = trade.price === order.limit ? 'traded' : 'through'
    this.executor.note(order, through, `${String(trade.size)} at ${String(trade.price)}, trade ${trade.id}`)
    const share = smaller(smaller(reached.minus(taken), left), order.remaining)
    return share.gt(ZERO) ? this.execute(order, order.limitPrice ?? decimalOf(trade.price), share, 'maker') : ZERO
  }

  private moveQueue(order: WorkingOrder): void {
    const size = this.venue.display.sizeAt(order.buying ? 'bids' : 'asks', order.limit)
    if (size === null || order.levelSize?.eq(size) === true) return
    levelChanged(order, size, this.model)
    this.executor.note(order, 'level', `displays ${textOf(size)}`)
  }

  private watchStop(order: WorkingOrder, price: number): void {
    const reached = order.triggersUp ? price >= order.stop : price <= order.stop
    if (reached) this.fire(order)
    else if (order.trail(price)) this.executor.note(order, 'trailed', `to ${String(order.stop)}`)
  }
}
