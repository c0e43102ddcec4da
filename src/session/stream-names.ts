/** From what an event says of itself back to the stream that the user asked for. */
import type { BookUpdate, MarketEvent, Trade } from '../model/event.js'
import type { Channel, Stream } from '../model/stream.js'

/** Channels whose events carry this type. */
const CHANNELS_OF: Readonly<Record<string, readonly Channel[]>> = {
  trade: ['trade', 'aggTrade'],
  quote: ['quote'],
  book: ['book', 'book5', 'book10', 'book20'],
  bookUpdate: ['book', 'book5', 'book10', 'book20'],
  candle: ['candle'],
  ticker: ['ticker'],
  liquidation: ['liquidation'],
  funding: ['funding'],
  openInterest: ['openInterest'],
}

/** Status events name streams as the user wrote them; where nobody asked, as `symbol@channel`. Pairs tell apart what symbols may not. */
export class StreamNames {
  readonly #names = new Map<string, string>()

  constructor(streams: readonly Stream[]) {
    for (const stream of streams) this.add(stream)
  }

  add({ exchange, pair, channel, name }: Stream): void {
    this.#names.set(keyOf(exchange, pair, channel), name)
  }

  /** The name under which losses and states of this event's stream are reported. */
  of({
    exchange,
    symbol,
    pair,
    type,
  }: Pick<MarketEvent | BookUpdate, 'exchange' | 'symbol' | 'pair' | 'type'>): string {
    const channels = CHANNELS_OF[type] ?? []
    for (const channel of channels) {
      const name = this.#names.get(keyOf(exchange, pair, channel))
      if (name !== undefined) return name
    }
    return `${symbol.toLowerCase()}@${channels[0] ?? type}`
  }

  /** Where a trade's id counts. */
  ofTrade(trade: Trade): string {
    if (trade.aggregated !== true) return this.of(trade)
    return this.#names.get(keyOf(trade.exchange, trade.pair, 'aggTrade')) ?? `${trade.symbol.toLowerCase()}@aggTrade`
  }
}

function keyOf(exchange: string, pair: string, channel: string): string {
  return `${exchange}\n${pair}\n${channel}`
}
