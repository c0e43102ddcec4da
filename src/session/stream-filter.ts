/** Lets through what was asked for: one message of an exchange can carry more channels and instruments than one. */
import type { FeedEvent, MarketEvent } from '../model/event.js'
import type { Channel, Stream } from '../model/stream.js'

/** The type of the events that a channel brings. */
const TYPE_OF: Readonly<Record<Channel, MarketEvent['type']>> = {
  trade: 'trade',
  aggTrade: 'trade',
  quote: 'quote',
  book: 'book',
  book5: 'book',
  book10: 'book',
  book20: 'book',
  candle: 'candle',
  ticker: 'ticker',
  liquidation: 'liquidation',
  funding: 'funding',
  openInterest: 'openInterest',
}

/** Wanted intervals of candles, or true for any event of the type. */
type Wanted = Map<MarketEvent['type'], true | Set<string>>

export class StreamFilter {
  readonly #pairs = new Map<string, Map<string, Wanted>>()

  constructor(streams: readonly Stream[]) {
    for (const stream of streams) this.add(stream)
  }

  /** Status events always pass. */
  passes(event: FeedEvent): boolean {
    if (event.type === 'status') return true
    const wanted = this.#pairs.get(event.exchange)?.get(event.pair)?.get(event.type)
    if (wanted === undefined || wanted === true) return wanted === true
    return event.type === 'candle' && wanted.has(event.interval)
  }

  add({ exchange, pair, channel, interval }: Stream): void {
    let pairs = this.#pairs.get(exchange)
    if (pairs === undefined) this.#pairs.set(exchange, (pairs = new Map<string, Wanted>()))
    let types = pairs.get(pair)
    if (types === undefined) pairs.set(pair, (types = new Map() as Wanted))
    const type = TYPE_OF[channel]
    if (interval === null) {
      types.set(type, true)
      return
    }
    const intervals = types.get(type)
    if (intervals instanceof Set) intervals.add(interval)
    else if (intervals === undefined) types.set(type, new Set([interval]))
  }
}
