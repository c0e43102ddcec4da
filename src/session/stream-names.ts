/** From what an event says of itself back to the stream that the user asked for. */
import type { BookUpdate, MarketEvent, Trade } from '../model/event.js'
import type { Channel, Stream } from '../model/stream.js'

type Named = Pick<MarketEvent | BookUpdate, 'exchange' | 'symbol' | 'pair' | 'type'>

interface Found {
  readonly exchange: string
  readonly pair: string
  readonly kind: string
  readonly name: string
}

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

/** More symbols than any exchange lists; hostile ones cannot grow the table past it. */
const MOST_SYMBOLS = 16_384

/** Status events name streams as the user wrote them; where nobody asked, as `symbol@channel`. Pairs tell apart what symbols may not. */
export class StreamNames {
  readonly #names = new Map<string, string>()
  /** What was found before, by symbol: it is asked for every trade. */
  readonly #found = new Map<string, Found[]>()

  constructor(streams: readonly Stream[]) {
    for (const stream of streams) this.add(stream)
  }

  add({ exchange, pair, channel, name }: Stream): void {
    this.#names.set(keyOf(exchange, pair, channel), name)
    this.#found.clear()
  }

  /** What was asked for of an exchange. */
  ofExchange(exchange: string): readonly string[] {
    return [...this.#names].flatMap(([key, name]) => (key.startsWith(`${exchange}\n`) ? [name] : []))
  }

  /** The name under which losses and states of this event's stream are reported. */
  of(event: Named): string {
    return this.#nameOf(event, event.type)
  }

  /** Where a trade's id counts. */
  ofTrade(trade: Trade): string {
    return this.#nameOf(trade, trade.aggregated === true ? 'aggTrade' : 'trade')
  }

  #nameOf(event: Named, kind: string): string {
    const { exchange, symbol, pair } = event
    const known = this.#found.get(symbol)
    if (known !== undefined) {
      for (const found of known) {
        if (found.kind === kind && found.pair === pair && found.exchange === exchange) return found.name
      }
    }
    const name = this.#find(event, kind === 'aggTrade' ? ['aggTrade'] : (CHANNELS_OF[kind] ?? []), kind)
    if (this.#found.size >= MOST_SYMBOLS) this.#found.clear()
    this.#found.set(symbol, [...(known ?? []), { exchange, pair, kind, name }])
    return name
  }

  #find({ exchange, symbol, pair }: Named, channels: readonly Channel[], kind: string): string {
    for (const channel of channels) {
      const name = this.#names.get(keyOf(exchange, pair, channel))
      if (name !== undefined) return name
    }
    return `${symbol.toLowerCase()}@${channels[0] ?? kind}`
  }
}

function keyOf(exchange: string, pair: string, channel: string): string {
  return `${exchange}\n${pair}\n${channel}`
}
