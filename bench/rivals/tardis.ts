/** tardis-dev, driven as its stream does: `JSON.parse`, then every mapper that can handle the message. */
import {
  normalizeBookChanges,
  normalizeBookTickers,
  normalizeTrades,
  type BookChange,
  type BookTicker,
  type Trade,
} from 'tardis-dev'
import type { Found, Rival } from '../decode.js'
import type { FrameKind } from '../frames.js'

type Normalised = Trade | BookChange | BookTicker
export interface Mapper {
  canHandle(message: unknown): boolean
  map(message: unknown, localTimestamp: Date): IterableIterator<Normalised> | undefined
}

export function tardisDecoder(kind: FrameKind): Rival {
  const localTimestamp = new Date(0)
  return tardisRival(mapperOf(kind, localTimestamp), localTimestamp)
}

export function tardisRival(mapper: Mapper, localTimestamp: Date): Rival {
  const decode = (frame: Buffer, take: (event: Normalised) => void): void => {
    const message: unknown = JSON.parse(frame as unknown as string)
    if (!mapper.canHandle(message)) return
    const events = mapper.map(message, localTimestamp)
    if (events) for (const event of events) take(event)
  }
  return {
    decode: frame => {
      let count = 0
      decode(frame, () => count++)
      return count
    },
    found: frame => {
      const found: Found[] = []
      decode(frame, event => found.push(tardisFound(event)))
      return found
    },
  }
}

function mapperOf(kind: FrameKind, time: Date): Mapper {
  const exchange = kind.startsWith('binance') ? 'binance' : 'coinbase'
  if (kind === 'binance bookTicker') return normalizeBookTickers(exchange, time)
  if (kind !== 'binance depth' && kind !== 'coinbase l2update') return normalizeTrades(exchange, time)
  const mapper = normalizeBookChanges(exchange, time) as unknown as Mapper
  // It holds deltas back until it has seen a snapshot; an id of -1 stands for a book that begins empty.
  const snapshot = { stream: 'btcusdt@depthSnapshot', generated: true, data: { lastUpdateId: -1, bids: [], asks: [] } }
  if (kind === 'binance depth') Array.from(mapper.map(snapshot, time) ?? [])
  return mapper
}

export function tardisFound(event: Normalised): Found {
  switch (event.type) {
    case 'trade':
      return ['trade', event.symbol, event.id, event.price, event.amount, event.side, microsOf(event.timestamp)]
    case 'book_ticker':
      return ['quote', event.symbol, event.bidPrice, event.bidAmount, event.askPrice, event.askAmount]
    case 'book_change':
      return ['book', event.symbol, event.bids.map(toPair), event.asks.map(toPair), microsOf(event.timestamp)]
  }
}

function toPair(level: { readonly price: number; readonly amount: number }): [number, number] {
  return [level.price, level.amount]
}

function microsOf(date: Date & { μs?: number }): number {
  return date.valueOf() * 1000 + (date.μs ?? 0)
}
