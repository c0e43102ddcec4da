/** Small accounts, events and desks for the trading tests. */
import type { Book, Candle, Level, Quote, Side, Trade } from '../../src/model/event.js'
import type { TradingRules } from '../../src/model/instrument.js'
import type { Fill, Order, Request, StrategyHandlers, TradingEvent } from '../../src/model/trading.js'
import type { BookView } from '../../src/trading/book-view.js'
import { Desk } from '../../src/trading/desk.js'
import type { DeskOptions } from '../../src/trading/desk-options.js'
import { Ledger } from '../../src/trading/ledger.js'
import { marketOf } from '../../src/trading/market.js'

export const HEAD = { exchange: 'test', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const

export function openLedger(balances: Readonly<Record<string, string>>, pair = 'BTC/USDT', asset = 'USDT'): Ledger {
  return new Ledger({
    strategy: 's',
    asset,
    balances,
    market: (exchange, symbol) => marketOf({ exchange, symbol, pair })!,
  })
}

let fills = 0

export function fillOf(given: Pick<Fill, 'side' | 'size' | 'price'> & Partial<Fill>): Fill {
  return {
    type: 'fill',
    ...HEAD,
    strategy: 's',
    id: `f${String(++fills)}`,
    order: 'o',
    fee: '0',
    feeAsset: 'USDT',
    liquidity: 'taker',
    time: fills,
    ...given,
  }
}

export function tradeOf(price: number, size: number, side: Side, time: number): Trade {
  return { type: 'trade', ...HEAD, id: String(time), price, size, side, time, received: time }
}

export function quoteOf(bid: readonly [number, number], ask: readonly [number, number], time: number): Quote {
  return { type: 'quote', ...HEAD, bid: bid[0], bidSize: bid[1], ask: ask[0], askSize: ask[1], time, received: time }
}

export function candleOf(ohlc: readonly [number, number, number, number], time: number, volume = 0): Candle {
  const [open, high, low, close] = ohlc
  const bar = { interval: '1h', start: time - 3_600_000_000, open, high, low, close, volume, closed: true }
  return { type: 'candle', ...HEAD, ...bar, time, received: time }
}

export function bookOf(bids: readonly Level[], asks: readonly Level[], time: number, snapshot = true): Book {
  return { type: 'book', ...HEAD, snapshot, bids, asks, sequence: String(time), time, received: time }
}

/** A book that holds what its events say. */
export class TestBook implements BookView {
  synchronised = true
  private readonly sides = { bids: new Map<number, number>(), asks: new Map<number, number>() }

  apply(event: Book): void {
    if (event.snapshot) {
      this.sides.bids.clear()
      this.sides.asks.clear()
    }
    for (const side of ['bids', 'asks'] as const) {
      for (const [price, size] of event[side]) {
        if (size === 0) this.sides[side].delete(price)
        else this.sides[side].set(price, size)
      }
    }
  }

  walk(side: 'bids' | 'asks', visit: (price: number, size: number) => boolean): void {
    const levels = [...this.sides[side]].sort(([a], [b]) => (side === 'bids' ? b - a : a - b))
    for (const [price, size] of levels) if (!visit(price, size)) return
  }

  sizeAt(side: 'bids' | 'asks', price: number): number {
    return this.sides[side].get(price) ?? 0
  }
}

export interface Bench {
  readonly desk: Desk
  readonly book: TestBook
  /** Everything the desk told. */
  readonly events: TradingEvent[]
  /** Moves time and feeds market events, in microseconds as their `received` says. */
  feed(...events: (Trade | Quote | Candle | Book)[]): TradingEvent[]
  /** Sends requests, as a command would. */
  ask(...requests: Request[]): TradingEvent[]
  fills(): Fill[]
  last(id: string): Order | undefined
}

/**
 * A desk whose strategy does what `handlers` says, or, through {@link Bench.ask}, what the test says. No latency, no fees and a
 * large account unless told.
 */
export function bench(
  options: Partial<DeskOptions> = {},
  handlers: StrategyHandlers = {},
  rules: TradingRules = {},
): Bench {
  let now = 0
  const book = new TestBook()
  const desk = new Desk({
    strategy: { name: 's', create: () => handlers },
    parameters: {},
    clock: { now: () => now },
    random: () => 0.5,
    capital: { USDT: '1000000000', BTC: '1000000' },
    quoteAsset: 'USDT',
    fees: { maker: '0', taker: '0' },
    latencyMs: 0,
    rules: () => rules,
    books: () => book,
    riskLimits: { maxOrdersPerSecond: 1_000_000, maxOpenOrders: 1_000_000 },
    ...options,
  })
  const events: TradingEvent[] = []
  const keep = (told: readonly TradingEvent[]): TradingEvent[] => {
    events.push(...told)
    return [...told]
  }
  const bench: Bench = {
    desk,
    book,
    events,
    feed: (...fed) =>
      fed.flatMap(event => {
        now = Math.max(now, event.received)
        const due = keep(desk.advance(now))
        if (event.type === 'book') book.apply(event)
        const told = keep(
          event.type === 'trade'
            ? desk.onTrade(event)
            : event.type === 'quote'
              ? desk.onQuote(event)
              : event.type === 'book'
                ? desk.onBook(event)
                : desk.onCandle(event),
        )
        return [...due, ...told, ...keep(desk.advance(now))]
      }),
    ask: (...requests) => keep([...desk.request(requests), ...desk.advance(now)]),
    fills: () => events.filter(event => event.type === 'fill'),
    last: id => events.filter(event => event.type === 'order').findLast(order => order.id === id || order.tag === id),
  }
  return bench
}
