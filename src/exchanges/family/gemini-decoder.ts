/** Gemini's messages (v2 market data, and the newer `ws.gemini.com`) as events, book updates and notices. */
import type { BookUpdate, Candle, Decoded, Level, Side } from '../../model/event.js'
import { exactNumberWithExponent, exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { epochMicros } from './epoch.js'
import { geminiInstrument } from './gemini-names.js'
import { shown, unexpected } from './unexpected.js'
import { ignored, readLevels } from './wire-fields.js'

/** Wire names of candle lengths; messages have said `1hr` as well. */
export const GEMINI_INTERVALS = ['1m', '5m', '15m', '30m', '1h', '6h', '1d'] as const
/** More symbols and lengths than one connection carries. */
const REMEMBERED = 10_000

export class GeminiDecoder implements Decoder {
  private readonly candles = new CandleCloser()
  /** Start of the newest candle of each symbol and length. */
  private readonly newest = new Map<string, Micros>()
  /** Symbols whose first picture has come on `ws.gemini.com`. */
  private readonly begun = new Set<string>()

  decode(bytes: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(bytes.toString('utf8')), 'message')
    const type = own(message, 'type')
    if (type === 'trade') out.push(decodeTrade(message, receivedAt))
    else if (type === 'l2_updates') decodeChanges(message, receivedAt, out)
    else if (type === 'heartbeat') out.push({ type: 'heartbeat' })
    else if (typeof type === 'string' && type.startsWith('candles_')) this.history(type, message, receivedAt, out)
    else if (type !== undefined) out.push(decodeOther(message, type))
    else if (own(message, 's') !== undefined) out.push(this.stream(message, receivedAt))
    else out.push(decodeAnswer(message))
  }

  /** The first message repeats the candles of a day; only the newest of them, the running one, is news. */
  private history(type: string, message: JsonObject, received: Micros, out: Decoded[]): void {
    const interval = intervalOf(type)
    const head = headOf(message, 'symbol')
    const rows = asArray(own(message, 'changes'), 'changes').map(row => decodeCandle(head, interval, row, received))
    rows.sort((left, right) => left.start - right.start)
    const key = `${head.symbol} ${interval}`
    const since = this.newest.get(key)
    if (since === undefined) out.push({ type: 'ack', request: null, streams: [`candles_${interval} ${head.symbol}`] })
    const fresh = since === undefined ? rows.slice(-1) : rows.filter(({ start }) => start >= since)
    for (const candle of fresh) this.candles.add(candle, out)
    if (since !== undefined && fresh.length === 0) out.push(ignored('candles from before'))
    if (since !== undefined || this.newest.size < REMEMBERED) this.newest.set(key, fresh.at(-1)?.start ?? since ?? 0)
  }

  /** Messages of `ws.gemini.com` go by their fields: a book has `U`, a trade `t`, a quote `B`. */
  private stream(message: JsonObject, received: Micros): Decoded {
    if (own(message, 'e') === 'depthUpdate') return this.depth(message, received)
    if (own(message, 'e') !== undefined) return ignored(shown(own(message, 'e')))
    if (own(message, 't') !== undefined) return decodeStreamTrade(message, received)
    if (own(message, 'B') !== undefined) return decodeStreamQuote(message, received)
    throw unexpected('message', message, 'unknown')
  }

  /** A connection asks for the whole book in its address; then the first message of a symbol is that, and changes follow. */
  private depth(message: JsonObject, received: Micros): BookUpdate {
    const head = headOf(message, 's')
    const update: BookUpdate = {
      ...unnumbered(head),
      kind: this.begun.has(head.symbol) ? 'delta' : 'snapshot',
      first: sequenceNumber(own(message, 'U'), 'U'),
      last: sequenceNumber(own(message, 'u'), 'u'),
      bids: readLevels(own(message, 'b'), 'b'),
      asks: readLevels(own(message, 'a'), 'a'),
      time: epochMicros(own(message, 'E'), 'ns', 'E'),
      received,
    }
    if (this.begun.size < REMEMBERED) this.begun.add(head.symbol)
    return update
  }
}

function headOf(message: JsonObject, field: string): ReturnType<typeof geminiHead> {
  return geminiHead(asString(own(message, field), field))
}

/** What every event of an instrument begins with. @throws DecodeError `symbol`. */
export function geminiHead(symbol: string): { exchange: string; symbol: string; pair: string } {
  const instrument = geminiInstrument(symbol)
  if (instrument === undefined || /[-/_]/.test(symbol)) throw unexpected('symbol', symbol, 'symbol')
  return { exchange: 'gemini', symbol, pair: instrument.pair }
}

function unnumbered(head: ReturnType<typeof headOf>) {
  return { type: 'bookUpdate', ...head, first: null, last: null, previous: null, checksum: null, texts: null } as const
}

/** The side is the taker's; trades of an auction have none. */
function decodeTrade(message: JsonObject, received: Micros): Decoded {
  return {
    type: 'trade',
    ...headOf(message, 'symbol'),
    id: idText(own(message, 'event_id'), 'event_id'),
    price: exactPrice(own(message, 'price'), 'price'),
    size: exactSize(own(message, 'quantity'), 'quantity'),
    side: sideOf(own(message, 'side')),
    time: epochMicros(own(message, 'timestamp'), 'ms', 'timestamp'),
    received,
  }
}

function sideOf(side: Json | undefined): Side {
  if (side === 'buy' || side === 'sell') return side
  if (side === undefined || side === 'auction' || side === 'block') return 'unknown'
  throw unexpected('side', side)
}

/**
 * The answer to a subscription is the whole book, with the recent trades (which are not news) and auctions beside it;
 * what follows are changes, which nothing numbers and nothing dates.
 */
function decodeChanges(message: JsonObject, received: Micros, out: Decoded[]): void {
  const head = headOf(message, 'symbol')
  const whole = own(message, 'trades') !== undefined || own(message, 'auction_events') !== undefined
  const sides: Record<'buy' | 'sell', Level[]> = { buy: [], sell: [] }
  for (const entry of asArray(own(message, 'changes'), 'changes')) {
    const [side, price, size] = asArray(entry, 'change')
    if (side !== 'buy' && side !== 'sell') throw unexpected('side', side)
    sides[side].push([exactPrice(price, 'price'), exactSize(size, 'quantity')])
  }
  if (whole) out.push({ type: 'ack', request: null, streams: [`l2 ${head.symbol}`] })
  const kind = whole ? 'snapshot' : 'delta'
  out.push({ ...unnumbered(head), kind, bids: sides.buy, asks: sides.sell, time: received, received })
}

function intervalOf(type: string): string {
  const name = /^candles_(\w+)_updates$/.exec(type)?.[1]?.replace(/^(\d+)hr$/, '$1h')
  const interval = GEMINI_INTERVALS.find(known => known === name)
  if (interval === undefined) throw unexpected('type', type, 'unknown')
  return interval
}

/** `[start, open, high, low, close, volume]` as JSON numbers, small ones with exponents; nothing says when it was sent. */
function decodeCandle(head: ReturnType<typeof headOf>, interval: string, row: Json, received: Micros): Candle {
  const [start, ...numbers] = asArray(row, 'candle')
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = ['open', 'high', 'low', 'close', 'volume'].map(
    (name, index) => exactNumberWithExponent(numbers[index], name),
  )
  const prices = { open, high, low, close, volume, closed: false }
  return { type: 'candle', ...head, interval, start: epochMicros(start, 'ms', 'start'), ...prices, time: received, received } // prettier-ignore
}

/** `m` says that the buyer's order was the one that stood, so that a seller took it. */
function decodeStreamTrade(message: JsonObject, received: Micros): Decoded {
  const maker = own(message, 'm')
  if (typeof maker !== 'boolean') throw unexpected('m', maker)
  return {
    type: 'trade',
    ...headOf(message, 's'),
    id: idText(own(message, 't'), 't'),
    price: exactPrice(own(message, 'p'), 'p'),
    size: exactSize(own(message, 'q'), 'q'),
    side: maker ? 'sell' : 'buy',
    time: epochMicros(own(message, 'E'), 'ns', 'E'),
    received,
  }
}

/** An empty side comes as empty text; half a quote is no quote. */
function decodeStreamQuote(message: JsonObject, received: Micros): Decoded {
  const head = headOf(message, 's')
  const [bid, ask] = [own(message, 'b'), own(message, 'a')]
  if (!bid || !ask) return ignored('quote with an empty side')
  return {
    type: 'quote',
    ...head,
    bid: exactPrice(bid, 'b'),
    bidSize: exactSize(own(message, 'B'), 'B'),
    ask: exactPrice(ask, 'a'),
    askSize: exactSize(own(message, 'A'), 'A'),
    time: epochMicros(own(message, 'E'), 'ns', 'E'),
    received,
  }
}

function decodeOther(message: JsonObject, type: Json): Decoded {
  if (type === 'error') return { type: 'refused', request: null, streams: [], reason: reasonOf(message) }
  if (type === 'subscribed') return { type: 'ack', request: null, streams: [] }
  if (typeof type === 'string' && /^(?:auction_|block_trade|mark_price)/.test(type)) return ignored(type)
  throw unexpected('type', type, 'unknown')
}

function decodeAnswer(message: JsonObject): Decoded {
  const id = own(message, 'id')
  const request = id === undefined || id === null ? null : idText(id, 'id')
  const result = own(message, 'result')
  const failed = result === 'error' || own(message, 'error') !== undefined
  if (failed) return { type: 'refused', request, streams: [], reason: reasonOf(message) }
  if (request !== null) return { type: 'ack', request, streams: [] }
  // A picture of the best levels on `ws.gemini.com` does not say of which symbol it is.
  if (own(message, 'lastUpdateId') !== undefined) return ignored('levels without a symbol')
  throw unexpected('message', message, 'unknown')
}

function reasonOf(message: JsonObject): string {
  const parts = ['reason', 'message', 'error'].map(key => own(message, key)).filter(part => part !== undefined)
  return parts.map(shown).join(': ')
}
