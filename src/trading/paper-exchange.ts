/** The exchange that fills paper orders from real market data: latency, queues, consumed liquidity, fees. Pure: events in, events out. */
import type { Book, Candle, Quote, Status, Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import type { Fill, ModifyRequest, Order, OrderStatus, ReasonCode, TradingEvent } from '../model/trading.js'
import { fillBar } from './bars.js'
import type { BookSource } from './book-view.js'
import { feeOf, type AssetPrice, type FeeSchedule } from './fees.js'
import type { FillModel } from './fill-model.js'
import { drawLatency, type LatencyModel } from './latency.js'
import type { Market } from './market.js'
import { decimal, decimalOf, floorTo, readAmount, smaller, textOf, ZERO, type Decimal } from './money.js'
import { joinQueue, levelChanged, meets, reach } from './queue.js'
import { beyond, displayedWithin, takeDisplayed, takeFromTrade } from './taking.js'
import { triggersUp, Venue } from './venue.js'
import { WorkingOrder } from './working-order.js'

export interface PaperExchangeOptions {
  readonly model: FillModel
  readonly fees: FeeSchedule
  readonly latency: LatencyModel
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number
  readonly market: (exchange: string, symbol: string) => Market
  readonly books?: BookSource
  readonly assetPrice?: AssetPrice
  readonly purse?: Purse
}

/** The account's side of an execution. */
export interface Purse {
  /** The most of `size` that the order's locked funds pay for at `price`; asked before each fill. */
  allowance(order: WorkingOrder, price: Decimal, size: Decimal): Decimal
  /** So much was executed. */
  spend(order: WorkingOrder, price: Decimal, size: Decimal): void
}

const NOTHING: readonly TradingEvent[] = Object.freeze([])

export class PaperExchange {
  private readonly venues = new Map<string, Map<string, Venue>>()
  private latest: Venue | undefined
  private readonly orders = new Map<string, WorkingOrder>()
  private out: TradingEvent[] = []
  private now: Micros = 0
  private sequence = 0
  private fills = 0

  constructor(private readonly options: PaperExchangeOptions) {}

  /** Takes a submitted order on its way. @returns when it arrives; the caller calls {@link arrive} then. */
  submit(order: Order, now: Micros): Micros {
    const venue = this.venue(order.exchange, order.symbol)
    this.orders.set(order.id, new WorkingOrder(venue.market, order))
    return now + this.delay()
  }

  /** How long a cancel or change takes to reach the exchange. */
  delay(): Micros {
    return drawLatency(this.options.latency, this.options.random)
  }

  /** The order reaches the exchange: it is rejected, fills, rests or waits for its trigger. */
  arrive(id: string, now: Micros): readonly TradingEvent[] {
    const order = this.orders.get(id)
    if (order?.status !== 'submitted') return NOTHING
    this.begin(now)
    const venue = this.venue(order.market.exchange, order.market.symbol)
    order.sequence = ++this.sequence
    venue.orders.push(order)
    if (this.isTriggered(order)) this.place(venue, order)
    else this.wait(venue, order)
    venue.refresh()
    return this.end()
  }

  /** A cancel reaches the exchange; a finished or unknown order is left as it is. */
  cancel(id: string, reason: ReasonCode, now: Micros): readonly TradingEvent[] {
    const order = this.orders.get(id)
    if (order?.open !== true) return NOTHING
    this.begin(now)
    this.finish(order, reason === 'time' ? 'expired' : 'cancelled', reason)
    this.venue(order.market.exchange, order.market.symbol).refresh()
    return this.end()
  }

  /** A change reaches the exchange. Only a smaller size keeps the order's place in the queue. */
  modify(id: string, change: ModifyRequest, now: Micros): readonly TradingEvent[] {
    const order = this.orders.get(id)
    if (order?.open !== true || order.status === 'submitted') return NOTHING
    this.begin(now)
    const venue = this.venue(order.market.exchange, order.market.symbol)
    const size = readAmount(change.size)
    const shrinks = size !== undefined && size.lt(order.size) && change.price === undefined
    order.amend({
      ...(change.price === undefined ? {} : { price: String(change.price) }),
      ...(change.stopPrice === undefined ? {} : { stopPrice: String(change.stopPrice) }),
      ...(size === undefined ? {} : { size }),
    })
    if (order.remaining.lte(ZERO)) this.finish(order, 'cancelled', 'request')
    else if (order.waiting || shrinks) this.tell(order, order.status, null)
    else this.replace(venue, order)
    venue.refresh()
    return this.end()
  }

  /** Fills what this trade can fill. With no order near its price this is a few comparisons. */
  match(trade: Trade, now: Micros): readonly TradingEvent[] {
    const venue = this.venue(trade.exchange, trade.symbol)
    if (venue.source === 'none' || venue.source === 'bars') venue.source = 'trades'
    const concerned = venue.orders.length > 0 && venue.concerns(trade.price)
    if (concerned) {
      this.begin(now)
      this.matchOrders(venue, trade)
      venue.refresh()
    }
    if (venue.source !== 'trades' && this.options.model.seeding === 'trades-consume') venue.note(trade)
    if (concerned) this.trigger(venue, trade.price)
    venue.last = trade.price
    if (trade.side === 'buy') venue.lastBuy = trade.price
    else if (trade.side === 'sell') venue.lastSell = trade.price
    return concerned ? this.end() : NOTHING
  }

  onQuote(quote: Quote, now: Micros): readonly TradingEvent[] {
    const venue = this.venue(quote.exchange, quote.symbol)
    this.displayQuote(venue, quote)
    if (venue.orders.length === 0 || venue.source === 'book') return NOTHING
    this.begin(now)
    this.moveQueues(venue)
    this.matchDisplayed(venue)
    if (Number.isNaN(venue.last)) this.trigger(venue, Number.NaN)
    venue.refresh()
    return this.end()
  }

  /** The book has changed by this event; {@link BookSource} gives the book after it. */
  onBook(event: Book, now: Micros): readonly TradingEvent[] {
    const venue = this.venue(event.exchange, event.symbol)
    venue.book = this.options.books?.(event.exchange, event.symbol) ?? null
    if (venue.book === null) return NOTHING
    venue.source = 'book'
    venue.stale = !venue.book.synchronised
    if (event.snapshot) venue.renewAll()
    for (const [price] of event.bids) venue.renew('bids', price)
    for (const [price] of event.asks) venue.renew('asks', price)
    venue.forgetTape()
    if (venue.orders.length === 0 || venue.stale) return NOTHING
    this.begin(now)
    this.moveQueues(venue)
    this.matchDisplayed(venue)
    venue.refresh()
    return this.end()
  }

  /** A closed bar fills orders only where bars are all there is. */
  onCandle(candle: Candle, now: Micros): readonly TradingEvent[] {
    const venue = this.venue(candle.exchange, candle.symbol)
    if (venue.source === 'none') venue.source = 'bars'
    if (!candle.closed || venue.source !== 'bars') return NOTHING
    this.begin(now)
    if (venue.orders.length > 0) fillBar(venue, candle, this.options.model, this.execute, this.fire)
    venue.last = candle.close
    venue.refresh()
    return this.end()
  }

  /** A gap or a broken link leaves the book and quote untrusted until the next good data. */
  onStatus(status: Status): void {
    if (status.state !== 'gap' && status.state !== 'disconnected' && status.state !== 'stale') return
    for (const venue of this.venues.get(status.exchange)?.values() ?? []) {
      if (venue.source === 'book' || venue.source === 'quotes') venue.stale = true
    }
  }

  openOrders(): WorkingOrder[] {
    return [...this.orders.values()].filter(order => order.open)
  }

  find(id: string): WorkingOrder | undefined {
    return this.orders.get(id)
  }

  venue(exchange: string, symbol: string): Venue {
    const { latest } = this
    if (latest !== undefined && latest.market.symbol === symbol && latest.market.exchange === exchange) return latest
    let symbols = this.venues.get(exchange)
    if (symbols === undefined) this.venues.set(exchange, (symbols = new Map<string, Venue>()))
    let venue = symbols.get(symbol)
    if (venue === undefined) symbols.set(symbol, (venue = new Venue(this.options.market(exchange, symbol))))
    this.latest = venue
    return venue
  }

  private begin(now: Micros): void {
    this.now = now
  }

  private end(): readonly TradingEvent[] {
    if (this.out.length === 0) return NOTHING
    const { out } = this
    this.out = []
    for (const event of out) if (event.type === 'order') this.forget(event)
    return out
  }

  /** Finished orders leave the exchange; their last event tells the rest of their story. */
  private forget(event: Order): void {
    if (this.orders.get(event.id)?.open === false) this.orders.delete(event.id)
  }

  private isTriggered(order: WorkingOrder): boolean {
    return order.order.kind === 'market' || order.order.kind === 'limit'
  }

  private wait(venue: Venue, order: WorkingOrder): void {
    order.waiting = true
    this.tell(order, 'open', null)
    if (!Number.isNaN(venue.last)) this.trigger(venue, venue.last)
  }

  /** A market or limit order meets the market. */
  private place(venue: Venue, order: WorkingOrder): void {
    const displays = venue.source === 'book' || venue.source === 'quotes'
    if (displays && venue.stale) {
      this.finish(order, 'rejected', 'stale-book')
      return
    }
    if (venue.source === 'bars' || venue.source === 'none') {
      this.placeUnseen(order)
      return
    }
    const opposing = venue.opposing(order.buying)
    const crosses = Number.isNaN(order.limit) || (!Number.isNaN(opposing) && !beyond(order, opposing))
    if (crosses && order.order.postOnly) {
      this.finish(order, 'rejected', 'post-only')
      return
    }
    if (!crosses) {
      this.rest(venue, order)
      return
    }
    if (!displays) {
      this.tellTaking(order)
      return
    }
    venue.settleTape()
    if (order.order.timeInForce === 'FOK' && displayedWithin(venue, order).lt(order.remaining)) {
      this.finish(order, 'cancelled', 'fill-or-kill')
      return
    }
    takeDisplayed(venue, order, this.execute)
    if (order.open) this.afterTaking(venue, order)
  }

  private placeUnseen(order: WorkingOrder): void {
    order.taking = Number.isNaN(order.limit)
    this.tell(order, order.status === 'submitted' ? 'open' : order.status, null)
  }

  private tellTaking(order: WorkingOrder): void {
    order.taking = true
    if (order.status === 'submitted') this.tell(order, 'open', null)
  }

  /** What a taker could not fill at once is cancelled, rests, or waits for new liquidity. */
  private afterTaking(venue: Venue, order: WorkingOrder): void {
    const { timeInForce } = order.order
    if (timeInForce === 'IOC' || timeInForce === 'FOK') {
      this.finish(order, 'cancelled', 'liquidity')
      return
    }
    if (!Number.isNaN(order.limit)) {
      this.rest(venue, order)
      return
    }
    if (venue.source === 'book') {
      this.finish(order, 'cancelled', 'liquidity')
      return
    }
    this.tellTaking(order)
  }

  private rest(venue: Venue, order: WorkingOrder): void {
    const { timeInForce } = order.order
    if (timeInForce === 'IOC') {
      this.finish(order, 'cancelled', 'liquidity')
      return
    }
    if (timeInForce === 'FOK') {
      this.finish(order, 'cancelled', 'fill-or-kill')
      return
    }
    order.taking = false
    joinQueue(venue, order)
    if (order.status === 'submitted') this.tell(order, 'open', null)
  }

  private replace(venue: Venue, order: WorkingOrder): void {
    order.sequence = ++this.sequence
    order.ahead = null
    order.taking = false
    this.tell(order, order.status, null)
    this.place(venue, order)
  }

  /** Our orders against one trade, in price-time priority; its size is spent once. */
  private matchOrders(venue: Venue, trade: Trade): void {
    let left = decimalOf(trade.size)
    let taken = ZERO
    for (const order of byPriority(venue)) {
      if (!order.open || order.waiting) continue
      if (order.taking) {
        if (venue.source !== 'trades') continue
        const rest = this.takeTrade(venue, order, trade, left)
        taken = taken.plus(left.minus(rest))
        left = rest
      } else if (meets(order, trade, this.options.model)) {
        const share = smaller(smaller(reach(order, trade, this.options.model).minus(taken), left), order.remaining)
        if (share.lte(ZERO)) continue
        const filled = this.execute(order, order.limitPrice ?? decimalOf(trade.price), share, 'maker')
        taken = taken.plus(filled)
        left = left.minus(filled)
      }
    }
  }

  private takeTrade(venue: Venue, order: WorkingOrder, trade: Trade, left: Decimal): Decimal {
    const { timeInForce } = order.order
    if (timeInForce === 'FOK' && (left.lt(order.remaining) || beyond(order, trade.price))) {
      this.finish(order, 'cancelled', 'fill-or-kill')
      return left
    }
    const rest = takeFromTrade(order, trade, venue, left, this.options.model, this.execute)
    if (order.open && timeInForce === 'IOC') this.finish(order, 'cancelled', 'liquidity')
    else if (order.open && beyond(order, trade.price)) order.taking = false
    return rest
  }

  /** Takers waiting for liquidity, and resting orders the display has moved through. */
  private matchDisplayed(venue: Venue): void {
    if (venue.stale) return
    for (const order of byPriority(venue)) {
      if (!order.open || order.waiting) continue
      takeDisplayed(venue, order, this.execute, order.taking ? 'taker' : 'maker')
    }
  }

  private moveQueues(venue: Venue): void {
    for (const order of venue.orders) {
      if (!order.open || order.waiting || order.taking) continue
      const size = displayedAt(venue, order)
      if (size !== null) levelChanged(order, size, this.options.model)
    }
  }

  private displayQuote(venue: Venue, quote: Quote): void {
    if (venue.source !== 'book') {
      const old = venue.quote
      venue.source = 'quotes'
      venue.stale = false
      if (old === null || old.ask !== quote.ask || old.askSize !== quote.askSize) venue.renewSide('asks')
      if (old === null || old.bid !== quote.bid || old.bidSize !== quote.bidSize) venue.renewSide('bids')
      venue.forgetTape()
    }
    venue.quote = quote
  }

  /** Fires the stops that `price` reaches. What the trade itself took is not there for them any more. */
  private trigger(venue: Venue, price: number): void {
    for (const order of [...venue.orders]) {
      if (!order.open || !order.waiting) continue
      const seen = Number.isNaN(price) ? venue.opposing(order.buying) : price
      const reached = triggersUp(order) ? seen >= order.stop : seen <= order.stop
      if (reached) this.fire(order)
      else order.trail(seen)
    }
    venue.refresh()
  }

  private readonly fire = (order: WorkingOrder): void => {
    order.waiting = false
    this.tell(order, 'triggered', null)
    this.place(this.venue(order.market.exchange, order.market.symbol), order)
  }

  /** One execution: limited by funds and reduce-only, on the size step, with its fee. */
  private readonly execute = (
    order: WorkingOrder,
    price: Decimal,
    wanted: Decimal,
    liquidity: Fill['liquidity'],
  ): Decimal => {
    const venue = this.venue(order.market.exchange, order.market.symbol)
    const size = this.allowed(venue, order, price, wanted)
    if (size.lte(ZERO)) return ZERO
    order.fill(size)
    this.options.purse?.spend(order, price, size)
    venue.net = order.buying ? venue.net.plus(size) : venue.net.minus(size)
    this.out.push(this.fillEvent(order, price, size, liquidity))
    this.tell(order, order.remaining.eq(ZERO) ? 'filled' : 'partial', null)
    this.cancelSiblings(order)
    return size
  }

  private allowed(venue: Venue, order: WorkingOrder, price: Decimal, wanted: Decimal): Decimal {
    const step = order.market.stepSize ?? decimal('0.00000001')
    let size = floorTo(wanted, step)
    if (order.order.reduceOnly) {
      const reducible = order.buying === venue.net.lt(ZERO) ? venue.net.abs() : ZERO
      if (reducible.eq(ZERO)) {
        this.finish(order, 'cancelled', 'reduce-only')
        return ZERO
      }
      size = smaller(size, reducible)
    }
    const affordable = this.options.purse?.allowance(order, price, size) ?? size
    if (affordable.gte(size)) return size
    const cut = floorTo(affordable, step)
    if (cut.lte(ZERO)) this.finish(order, 'cancelled', 'funds')
    return cut
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
      id: `${strategy}-f${++this.fills}`,
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
      if (sibling !== order && sibling.open && sibling.order.group === group) this.finish(sibling, 'cancelled', 'oco')
    }
  }

  private finish(order: WorkingOrder, status: OrderStatus, reason: ReasonCode): void {
    this.tell(order, status, reason)
  }

  private tell(order: WorkingOrder, status: OrderStatus, reason: ReasonCode | null): void {
    this.out.push(order.turn(status, reason, this.now))
  }
}

/** Better prices first, then earlier arrivals; takers before all. */
function byPriority(venue: Venue): WorkingOrder[] {
  return [...venue.orders].sort((a, b) => rank(a, b) || a.sequence - b.sequence)
}

function rank(a: WorkingOrder, b: WorkingOrder): number {
  if (a.taking !== b.taking) return a.taking ? -1 : 1
  if (a.taking || a.buying !== b.buying) return 0
  return a.buying ? b.limit - a.limit : a.limit - b.limit
}

/** The size displayed at the order's own price; null where the display does not reach that far. */
function displayedAt(venue: Venue, order: WorkingOrder): Decimal | null {
  const side = order.buying ? 'bids' : 'asks'
  if (venue.source === 'book' && venue.book !== null) return decimalOf(venue.book.sizeAt(side, order.limit))
  if (venue.quote === null) return null
  const [price, size] =
    side === 'bids' ? [venue.quote.bid, venue.quote.bidSize] : [venue.quote.ask, venue.quote.askSize]
  return price === order.limit ? decimalOf(size) : null
}
