/** What each stream has brought so far: the figures behind the live table. */
import { Histogram } from '../engine/histogram.js'
import { isOrderly } from '../model/frame.js'
import type { MarketEvent, Status } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'

const SPARK_POINTS = 24
const SPARK_EVERY: Micros = 1_000_000

/** `unknown`: receive times are made up from the exchange's own, and latency cannot be told. */
export type Timing = 'measured' | 'unknown'

/** One symbol of one exchange. */
export class StreamRow {
  events = 0
  trades = 0
  gaps = 0
  reconnects = 0
  /** `receiving`: events come, and nothing was said about the connection, as in a replay. */
  state: Status['state'] | 'waiting' | 'receiving' = 'waiting'
  last: number | null = null
  previous: number | null = null
  bid: number | null = null
  ask: number | null = null
  /** When the last event was received. */
  received: Micros = 0
  readonly latency = new Histogram()
  readonly spark: number[] = []
  #sparkDue: Micros = 0

  constructor(
    readonly exchange: string,
    readonly symbol: string,
    readonly pair: string,
    private readonly timing: Timing,
  ) {}

  /** What needs every event. */
  count(event: MarketEvent): void {
    this.events++
    this.received = event.received
    if (this.state === 'waiting') this.state = 'receiving'
    if (this.timing === 'measured' && event.time !== event.received) this.latency.record(event.received - event.time)
    if (event.type === 'trade') this.trades++
  }

  /** What only the newest event of its kind changes. */
  show(event: MarketEvent): void {
    switch (event.type) {
      case 'trade':
        this.#price(event.price, event.received)
        break
      case 'quote':
        this.bid = event.bid
        this.ask = event.ask
        break
      case 'book':
        this.#topOf(event.bids, event.asks, event.snapshot)
        break
      case 'candle':
        this.#price(event.close, event.received)
        break
      case 'ticker':
        this.#price(event.last, event.received)
        break
      default:
    }
  }

  #price(price: number, received: Micros): void {
    this.previous = this.last
    this.last = price
    if (received < this.#sparkDue && this.spark.length > 0) {
      this.spark[this.spark.length - 1] = price
      return
    }
    this.#sparkDue = received + SPARK_EVERY
    this.spark.push(price)
    if (this.spark.length > SPARK_POINTS) this.spark.shift()
  }

  /** Deltas name changed levels only, so just snapshots tell the top. */
  #topOf(
    bids: readonly (readonly [number, number])[],
    asks: readonly (readonly [number, number])[],
    snapshot: boolean,
  ): void {
    if (!snapshot) return
    this.bid = bids[0]?.[0] ?? this.bid
    this.ask = asks[0]?.[0] ?? this.ask
  }
}

/** All rows of a run, in the order in which they first appeared. */
export class StreamStats {
  readonly #rows = new Map<string, Map<string, StreamRow>>()
  readonly #named = new Map<string, StreamRow>()

  /** Streams that were connected once and are not now. */
  readonly #lost = new Set<string>()

  /** Streams that were asked for have their rows from the start. */
  constructor(
    streams: readonly Stream[],
    private readonly timing: Timing = 'measured',
  ) {
    for (const { exchange, symbol, pair, name } of streams)
      this.#named.set(`${exchange}:${name}`, this.row(exchange, symbol, pair))
  }

  /** The row of a symbol, made on first sight. */
  row(exchange: string, symbol: string, pair: string): StreamRow {
    let pairs = this.#rows.get(exchange)
    if (pairs === undefined) this.#rows.set(exchange, (pairs = new Map<string, StreamRow>()))
    let row = pairs.get(pair)
    if (row === undefined) pairs.set(pair, (row = new StreamRow(exchange, symbol, pair, this.timing)))
    return row
  }

  add(event: MarketEvent): void {
    this.count(event)
    this.show(event)
  }

  /** For every event, in order. */
  count(event: MarketEvent): void {
    this.row(event.exchange, event.symbol, event.pair).count(event)
  }

  /** For the newest event of each kind and symbol; which is newest {@link shownKey} tells. */
  show(event: MarketEvent): void {
    this.row(event.exchange, event.symbol, event.pair).show(event)
  }

  /** The run's own end is no trouble of the stream's. */
  addStatus({ exchange, stream, state, detail }: Status): void {
    const key = `${exchange}:${stream}`
    const row = this.#named.get(key)
    if (row === undefined || (state === 'disconnected' && isOrderly(detail))) return
    if (state === 'gap') row.gaps++
    if (state === 'disconnected') this.#lost.add(key)
    if (state === 'connected' && this.#lost.delete(key)) row.reconnects++
    row.state = state
  }

  rows(): StreamRow[] {
    return [...this.#rows.values()].flatMap(pairs => [...pairs.values()])
  }
}

/** Of what a row shows, only the newest of each type matters: even of trades, whose count is kept apart. */
export function shownKey({ type, exchange, symbol }: MarketEvent): string {
  return `${type}|${exchange}|${symbol}`
}
