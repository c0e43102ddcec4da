/** The exchange that fills paper orders from real market data: latency, queues, consumed liquidity, fees. Events in, events out. */
import type { Book, Candle, Quote, Status, Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import type { ModifyRequest, Order, ReasonCode, TradingEvent } from '../model/trading.js'
import { fillAttachedExits, fillBar } from './bars.js'
import type { BookSource } from './book-view.js'
import { Display } from './display.js'
import { Executor, type ExecutorOptions } from './executor.js'
import type { FillModel } from './fill-model.js'
import { drawLatency, type LatencyModel } from './latency.js'
import type { Market } from './market.js'
import { Matching } from './matching.js'
import { readAmount, textOf, ZERO } from './money.js'
import { Venue } from './venue.js'
import { WorkingOrder } from './working-order.js'

export interface PaperExchangeOptions extends ExecutorOptions {
  readonly model: FillModel
  readonly latency: LatencyModel
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number
  readonly market: (exchange: string, symbol: string) => Market
  readonly books?: BookSource
}

const NOTHING: readonly TradingEvent[] = Object.freeze([])
const NONE: readonly WorkingOrder[] = Object.freeze([])

interface Place {
  readonly venue: Venue
  readonly matching: Matching
}

export class PaperExchange {
  private readonly places = new Map<string, Map<string, Place>>()
  private latest: Place | undefined
  private readonly executor: Executor
  private sequence = 0
  /** By exchange: when the latest message sent there arrives. */
  private readonly lastDue = new Map<string, Micros>()

  constructor(private readonly options: PaperExchangeOptions) {
    this.executor = new Executor(options)
  }

  /** Takes a submitted order on its way; the caller calls {@link arrive} when it is there. */
  submit(order: Order): void {
    const { venue } = this.place(order.exchange, order.symbol)
    this.executor.orders.set(order.id, new WorkingOrder(venue.market, order))
  }

  /** When a message sent now reaches the exchange. They go over one connection, so none overtakes another. */
  dueAt(exchange: string, now: Micros): Micros {
    const due = now + drawLatency(this.options.latency, exchange, this.options.random)
    const last = this.lastDue.get(exchange) ?? due
    const latest = due < last ? last : due
    this.lastDue.set(exchange, latest)
    return latest
  }

  /** The order reaches the exchange: it is rejected, fills, rests or waits for its trigger. */
  arrive(id: string, now: Micros): readonly TradingEvent[] {
    const order = this.find(id)
    if (order?.status !== 'submitted') return NOTHING
    const { venue, matching } = this.begin(order, now)
    order.sequence = ++this.sequence
    order.arrivedAt = now
    venue.orders.push(order)
    if (order.order.kind === 'market' || order.order.kind === 'limit') matching.place(order)
    else matching.wait(order)
    return this.end(venue)
  }

  /** A cancel reaches the exchange. @returns nothing where the order is finished or unknown. */
  cancel(id: string, reason: ReasonCode, now: Micros): readonly TradingEvent[] {
    const order = this.find(id)
    if (order?.open !== true) return NOTHING
    const { venue } = this.begin(order, now)
    this.executor.tell(order, reason === 'time' ? 'expired' : 'cancelled', reason)
    return this.end(venue)
  }

  /** A change reaches the exchange. Only a smaller size keeps the order's place in the queue. */
  modify(id: string, change: ModifyRequest, now: Micros): readonly TradingEvent[] {
    const order = this.find(id)
    if (order?.open !== true || order.status === 'submitted') return NOTHING
    const { venue, matching } = this.begin(order, now)
    const [price, stopPrice, size] = [change.price, change.stopPrice, change.size].map(readAmount)
    const keepsPlace = order.waiting || (price === undefined && size?.lte(order.size) === true)
    if (price !== undefined || stopPrice !== undefined) order.arrivedAt = now
    order.amend({
      ...(price === undefined ? {} : { price: textOf(price) }),
      ...(stopPrice === undefined ? {} : { stopPrice: textOf(stopPrice) }),
      ...(size === undefined ? {} : { size }),
    })
    if (order.remaining.lte(ZERO)) this.executor.tell(order, 'cancelled', 'request')
    else {
      this.executor.tell(order, order.status, null)
      if (!keepsPlace) {
        order.sequence = ++this.sequence
        matching.place(order)
      }
    }
    return this.end(venue)
  }

  /** Fills what this trade can fill. With no order near its price this is a few comparisons. */
  match(trade: Trade, now: Micros): readonly TradingEvent[] {
    const { venue, matching } = this.place(trade.exchange, trade.symbol)
    const { display } = venue
    if (!display.showing) display.source = 'trades'
    const concerned = venue.concerns(trade.price)
    if (concerned) {
      this.executor.now = now
      matching.trade(trade)
    }
    if (display.showing && this.options.model.seeding === 'trades-consume') display.note(trade)
    if (concerned) matching.trigger(trade.price)
    venue.see(trade)
    return concerned ? this.end(venue) : NOTHING
  }

  onQuote(quote: Quote, now: Micros): readonly TradingEvent[] {
    const { venue, matching } = this.place(quote.exchange, quote.symbol)
    venue.display.showQuote(quote)
    if (venue.orders.length === 0 || venue.display.source === 'book') return NOTHING
    this.executor.now = now
    matching.displayChanged()
    // Where no trades come, quotes trigger the stops.
    if (Number.isNaN(venue.last)) matching.trigger(Number.NaN)
    return this.end(venue)
  }

  /** The book has taken this event already; {@link BookSource} gives the book after it. */
  onBook(event: Book, now: Micros): readonly TradingEvent[] {
    const book = this.options.books?.(event.exchange, event.symbol)
    if (book === undefined) return NOTHING
    const { venue, matching } = this.place(event.exchange, event.symbol)
    venue.display.showBook(event, book)
    if (venue.orders.length === 0) return NOTHING
    this.executor.now = now
    matching.displayChanged()
    return this.end(venue)
  }

  /** The middle of what is displayed; NaN where nothing is. */
  middle(exchange: string, symbol: string): number {
    return this.place(exchange, symbol).venue.display.middle()
  }

  /** The whole of {@link onCandle} and {@link closeBar} for a closed bar that finds no order. @returns false for any other, and nothing was done. */
  passBar(candle: Candle): boolean {
    const { venue } = this.place(candle.exchange, candle.symbol)
    if (!candle.closed || venue.display.source !== 'bars' || venue.orders.length > 0) return false
    venue.last = candle.close
    return true
  }

  /** A closed bar fills orders only where bars are all there is. */
  onCandle(candle: Candle, now: Micros): readonly TradingEvent[] {
    const { venue, matching } = this.place(candle.exchange, candle.symbol)
    if (venue.display.source === 'none') venue.display.source = 'bars'
    if (!candle.closed || venue.display.source !== 'bars') return NOTHING
    const concerned = venue.orders.length > 0
    this.executor.now = now
    if (concerned) fillBar(venue, matching, candle, this.options.model)
    // Exits attached to what has just filled begin their life in this bar, at its open.
    venue.last = candle.open
    return concerned ? this.end(venue) : NOTHING
  }

  /** The end of a bar, after exits were attached to its entries: see {@link fillAttachedExits}. */
  closeBar(candle: Candle, now: Micros, isDue: (order: WorkingOrder) => boolean): readonly TradingEvent[] {
    const { venue, matching } = this.place(candle.exchange, candle.symbol)
    if (!candle.closed || venue.display.source !== 'bars') return NOTHING
    const concerned = venue.orders.length > 0
    this.executor.now = now
    if (concerned) fillAttachedExits(venue, matching, candle, this.options.model, isDue)
    venue.last = candle.close
    return concerned ? this.end(venue) : NOTHING
  }

  /** A gap or a broken link leaves what was displayed untrusted until the next good data. */
  onStatus(status: Status): void {
    if (status.state !== 'gap' && status.state !== 'disconnected' && status.state !== 'stale') return
    for (const { venue } of this.places.get(status.exchange)?.values() ?? []) {
      if (venue.display.showing) venue.display.stale = true
    }
  }

  openOrders(): readonly WorkingOrder[] {
    const { orders } = this.executor
    return orders.size === 0 ? NONE : [...orders.values()]
  }

  find(id: string): WorkingOrder | undefined {
    return this.executor.orders.get(id)
  }

  private begin(order: WorkingOrder, now: Micros): Place {
    this.executor.now = now
    return this.place(order.market.exchange, order.market.symbol)
  }

  private end(venue: Venue): readonly TradingEvent[] {
    venue.refresh()
    return this.executor.take()
  }

  private place(exchange: string, symbol: string): Place {
    const { latest } = this
    if (latest?.venue.market.symbol === symbol && latest.venue.market.exchange === exchange) return latest
    let symbols = this.places.get(exchange)
    if (symbols === undefined) this.places.set(exchange, (symbols = new Map<string, Place>()))
    let place = symbols.get(symbol)
    if (place === undefined) symbols.set(symbol, (place = this.open(exchange, symbol)))
    this.latest = place
    return place
  }

  private open(exchange: string, symbol: string): Place {
    const venue = new Venue(this.options.market(exchange, symbol), new Display())
    return { venue, matching: new Matching(venue, this.executor, this.options.model) }
  }
}
