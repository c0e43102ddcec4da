/** The newest state of everything a run has published, so that whoever comes later can begin from it. */
import { conflationKey } from '../engine/conflation-rule.js'
import { Book } from '../market/book.js'
import { CandleBuilder, type BuiltCandle } from '../market/candles.js'
import { parseInterval } from '../market/interval.js'
import type { Book as BookEvent, Candle, Status, Trade } from '../model/event.js'
import type { TradingEvent } from '../model/trading.js'

type StateEvent = Readonly<{ type: string; exchange?: string; symbol?: string; strategy?: string }>

interface KeptBook {
  readonly book: Book
  last: BookEvent
  /** False from a gap until the next snapshot: a book that may be wrong is not shown. */
  isWhole: boolean
}

/** Intervals that are built from trades, with how many candles of each are kept. */
const BUILT = [
  { interval: '1s', kept: 1_800 },
  { interval: '1m', kept: 1_440 },
] as const

/** States kept of one run; beyond it new ones are not taken in. */
const LIMIT = 50_000

/** Fed with every event in order; asked in between. */
export class MarketState {
  readonly #states = new Map<string, object>()
  readonly #books = new Map<string, KeptBook>()
  readonly #candles = new Map<string, CandleSeries>()

  apply(event: { readonly type: string }): void {
    switch (event.type) {
      case 'book':
        this.#applyBook(event as BookEvent)
        break
      case 'trade':
        this.#build(event as Trade)
        break
      case 'candle':
        this.#keepCandle(event as Candle)
        break
      case 'status':
        this.#applyStatus(event as Status)
        break
      default:
        this.#keep(event)
    }
  }

  /** Every state as events that bring a newcomer up to date: books complete, of everything else the newest. */
  *snapshot(): Generator<object> {
    yield* this.#states.values()
    for (const kept of this.#books.values()) if (kept.isWhole) yield completeBook(kept)
  }

  /** The whole book, best levels first; undefined where there is none or it may be wrong. */
  book(exchange: string, symbol: string, depth?: number): BookEvent | undefined {
    const kept = this.#books.get(keyOf(exchange, symbol))
    return kept?.isWhole === true ? completeBook(kept, depth) : undefined
  }

  *books(): Generator<{
    readonly event: BookEvent
    readonly isWhole: boolean
    readonly levels: readonly [number, number]
  }> {
    for (const { book, last, isWhole } of this.#books.values()) {
      yield { event: last, isWhole, levels: [book.bids.length, book.asks.length] }
    }
  }

  /** Oldest first, the open one last: from the exchange where it sends them, else built from trades (`1s` and `1m`). */
  candles(exchange: string, symbol: string, interval: string): readonly Candle[] {
    return this.#candles.get(keyOf(exchange, symbol, interval))?.all() ?? []
  }

  #keep(event: StateEvent): void {
    const key = conflationKey(event) ?? tradingKey(event)
    if (key !== undefined) this.#set(key, event)
  }

  #set(key: string, event: object): void {
    if (this.#states.has(key) || this.#states.size < LIMIT) this.#states.set(key, event)
  }

  #applyBook(event: BookEvent): void {
    const key = keyOf(event.exchange, event.symbol)
    let kept = this.#books.get(key)
    if (kept === undefined) {
      if (this.#books.size >= LIMIT) return
      this.#books.set(key, (kept = { book: new Book(), last: event, isWhole: false }))
    }
    const change = { bids: event.bids, asks: event.asks, texts: null }
    if (event.snapshot) {
      kept.book.replace(change)
      kept.isWhole = true
    } else kept.book.apply(change)
    kept.last = event
  }

  #applyStatus(event: Status): void {
    this.#set(`status|${event.exchange}|${event.stream}`, event)
    // A lost connection that another one stands in for leaves the book right; where it does not, a gap is told.
    if (event.state !== 'gap') return
    const at = event.stream.indexOf('@')
    if (!/^(?:book|depth)/i.test(event.stream.slice(at + 1))) return
    const symbol = lettersOf(event.stream.slice(0, at))
    for (const kept of this.#books.values()) {
      const { exchange, symbol: own, pair } = kept.last
      if (exchange === event.exchange && (lettersOf(own) === symbol || lettersOf(pair) === symbol)) kept.isWhole = false
    }
  }

  #build(trade: Trade): void {
    const { exchange, symbol } = trade
    for (const { interval, kept } of BUILT) this.#series(exchange, symbol, interval, kept)?.addTrade(trade)
  }

  #keepCandle(candle: Candle): void {
    this.#keep(candle)
    this.#series(candle.exchange, candle.symbol, candle.interval, 1_440)?.add(candle)
  }

  #series(exchange: string, symbol: string, interval: string, kept: number): CandleSeries | undefined {
    const key = keyOf(exchange, symbol, interval)
    let series = this.#candles.get(key)
    if (series === undefined) {
      if (this.#candles.size >= LIMIT) return undefined
      this.#candles.set(key, (series = new CandleSeries(interval, kept)))
    }
    return series
  }
}

/** Candles of one symbol and interval. The exchange's own replace those built here. */
class CandleSeries {
  readonly #closed: Candle[] = []
  readonly #out: BuiltCandle[] = []
  #open: Candle | null = null
  #builder: CandleBuilder | null = null
  #isForeign = false

  constructor(
    private readonly interval: string,
    private readonly kept: number,
  ) {}

  add(candle: Candle): void {
    if (!this.#isForeign) this.#closed.length = 0
    this.#isForeign = true
    if (candle.closed) this.#close(candle)
    else this.#open = candle
  }

  addTrade(trade: Trade): void {
    if (this.#isForeign) return
    const { exchange, symbol, pair } = trade
    const interval = parseInterval(this.interval)
    if (interval === undefined) return
    this.#builder ??= new CandleBuilder({ exchange, symbol, pair, interval })
    this.#builder.add(trade, this.#out)
    for (const candle of this.#out) this.#close(plain(candle))
    this.#out.length = 0
    this.#open = running(this.#open, trade, this.interval, interval.startOf(trade.time))
  }

  all(): readonly Candle[] {
    return this.#open === null ? [...this.#closed] : [...this.#closed, this.#open]
  }

  #close(candle: Candle): void {
    if (this.#open !== null && this.#open.start <= candle.start) this.#open = null
    this.#closed.push(candle)
    if (this.#closed.length > this.kept) this.#closed.shift()
  }
}

/** Without what only the builder knows. */
function plain(built: BuiltCandle): Candle {
  const { type, exchange, symbol, pair, interval, start, open, high, low, close, volume, closed, time, received } =
    built
  return { type, exchange, symbol, pair, interval, start, open, high, low, close, volume, closed, time, received }
}

/** The candle that is still open, for display; the closed one of the builder is the exact one. */
function running(open: Candle | null, trade: Trade, interval: string, start: number): Candle {
  const { exchange, symbol, pair, price, size, time, received } = trade
  if (open === null || open.start < start) {
    return { type: 'candle', exchange, symbol, pair, interval, start, open: price, high: price, low: price, close: price, volume: size, closed: false, time, received } // prettier-ignore
  }
  if (open.start > start) return open
  const high = Math.max(open.high, price)
  const low = Math.min(open.low, price)
  return { ...open, high, low, close: price, volume: Number((open.volume + size).toPrecision(12)), time, received }
}

function completeBook({ book, last }: KeptBook, depth?: number): BookEvent {
  return { ...last, snapshot: true, bids: book.bids.top(depth), asks: book.asks.top(depth) }
}

/** The state that `event` updates, for whoever may merge updates; undefined for facts, which stand by themselves. */
export function stateKey(event: object): string | undefined {
  return (
    conflationKey(event) ??
    (event instanceof Object && 'type' in event && event.type !== 'halt' ? tradingKey(event as StateEvent) : undefined)
  )
}

/** Of trading events the newest position, equity and halt say where a strategy stands. */
function tradingKey(event: StateEvent): string | undefined {
  const { type, strategy = '', exchange = '', symbol = '' } = event as Partial<TradingEvent> & StateEvent
  if (type === 'position') return `position|${strategy}|${exchange}|${symbol}`
  return type === 'equity' || type === 'halt' ? `${type}|${strategy}` : undefined
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n')
}

function lettersOf(symbol: string): string {
  return symbol.toLowerCase().replace(/[^a-z0-9]/g, '')
}
