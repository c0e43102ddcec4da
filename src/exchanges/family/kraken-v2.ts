/** Messages of Kraken's second WebSocket protocol, the one in use. */
import { DecodeError } from '../../model/errors.js'
import type { BookTexts, BookUpdate, Candle, Decoded, Level, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, type Json, type JsonObject } from '../../wire/json.js'
import { CandleCloser } from './candle-closer.js'
import { krakenInstrument } from './kraken-symbol.js'
import type { KrakenWindows } from './kraken-window.js'
import { dataObjects, ignored, isoTime, orNull, readSide, volumeOrNull } from './wire-fields.js'

const EXCHANGE = 'kraken'

/** Candle intervals as the exchange counts them, in minutes. */
export const KRAKEN_INTERVALS: ReadonlyMap<string, number> = new Map([
  ['1m', 1], ['5m', 5], ['15m', 15], ['30m', 30], ['1h', 60], ['4h', 240], ['1d', 1_440], ['1w', 10_080], ['15d', 21_600],
]) // prettier-ignore

/** The unified spelling of an interval in minutes. @throws DecodeError `field` where Kraken has no such interval. */
export function krakenInterval(minutes: number): string {
  for (const [name, length] of KRAKEN_INTERVALS) if (length === minutes) return name
  throw new DecodeError('field', `interval: ${minutes} minutes`)
}

/**
 * Decodes what Kraken v2 sends on one connection. All numbers must arrive as text (`parseJsonText`), because the checksum
 * needs the trailing zeros. A trade snapshot is the history before the subscription and is reported as ignored;
 * of a candle snapshot only the newest, still open candle is told.
 */
export class KrakenV2 {
  readonly closer = new CandleCloser()

  constructor(private readonly windows: KrakenWindows) {}

  /** A message with a `channel`. @throws DecodeError where it is not as documented. */
  channel(message: JsonObject, received: Micros, out: Decoded[]): void {
    const channel = asString(own(message, 'channel'), 'channel')
    switch (channel) {
      case 'heartbeat':
        out.push({ type: 'heartbeat' })
        return
      case 'status':
        out.push(ignored('status'))
        return
      case 'instrument':
      case 'level3':
      case 'executions':
      case 'balances':
        out.push(ignored(channel))
        return
    }
    const history = asString(own(message, 'type'), 'type') === 'snapshot'
    const items = dataObjects(own(message, 'data'))
    if (items.length === 0) out.push(ignored(`${channel} without data`))
    switch (channel) {
      case 'trade':
        if (history) out.push(ignored('trades before the subscription'))
        else for (const item of items) out.push(trade(item, received))
        return
      case 'book':
        for (const item of items) out.push(this.windows.follow(book(item, history, received)))
        return
      case 'ticker':
        for (const item of items) pushTicker(item, received, out)
        return
      case 'ohlc':
        this.candles(message, items, history, received, out)
        return
      default:
        throw new DecodeError('unknown', `channel ${channel.slice(0, 40)}`)
    }
  }

  /** An answer to a request: a message with `method` or `error`. */
  answer(message: JsonObject, out: Decoded[]): void {
    const request = orNull(own(message, 'req_id'), id => idText(id, 'req_id'))
    const method = own(message, 'method')
    if (method === 'pong') {
      out.push({ type: 'heartbeat' })
    } else if (own(message, 'success') === true) {
      const result = asObject(own(message, 'result'), 'result')
      if (method === 'subscribe') this.keepDepth(result)
      // Each symbol of a request is answered by itself, so that the request says less than the name.
      out.push({ type: 'ack', request: null, streams: [krakenTopic(result)] })
    } else {
      const reason = asString(own(message, 'error'), 'error')
      const streams = topicsOfSymbol(own(message, 'symbol'))
      const answers = { request: streams.length === 0 ? request : null, streams }
      if (method === 'unsubscribe') out.push(ignored(`unsubscribe: ${reason}`))
      else if (/already subscribed/i.test(reason)) out.push({ type: 'ack', ...answers })
      else out.push({ type: 'refused', ...answers, reason })
    }
  }

  private keepDepth(result: JsonObject): void {
    const depth = own(result, 'depth')
    if (own(result, 'channel') !== 'book' || depth === undefined) return
    this.windows.subscribed(asString(own(result, 'symbol'), 'symbol'), sequenceNumber(depth, 'depth'))
  }

  private candles(message: JsonObject, items: JsonObject[], history: boolean, received: Micros, out: Decoded[]): void {
    const time = orNull(own(message, 'timestamp'), value => isoTime(value, 'timestamp')) ?? received
    const candles = items.map(item => candle(item, time, received))
    const newest = history ? newestOfEach(candles) : candles
    for (const entry of newest) this.closer.add(entry, out)
  }
}

/** The subscription topic of a channel and symbol, as in acknowledgements and requests. */
export function krakenTopic(params: JsonObject): string {
  const channel = asString(own(params, 'channel'), 'channel')
  const symbol = own(params, 'symbol')
  const name = channel === 'ohlc' ? `ohlc-${idText(own(params, 'interval'), 'interval')}` : channel
  return symbol === undefined ? name : `${name}:${asString(symbol, 'symbol')}`
}

/** A refused symbol is refused on every channel; the answer does not say for which one it was asked. */
function topicsOfSymbol(symbol: Json | undefined): string[] {
  if (typeof symbol !== 'string') return []
  const candles = [...KRAKEN_INTERVALS.values()].map(minutes => `ohlc-${minutes}`)
  return ['trade', 'book', 'ticker', ...candles].map(name => `${name}:${symbol}`)
}

function newestOfEach(candles: readonly Candle[]): Candle[] {
  const newest = new Map<string, Candle>()
  for (const entry of candles) {
    const key = `${entry.symbol} ${entry.interval}`
    const other = newest.get(key)
    if (other === undefined || other.start <= entry.start) newest.set(key, entry)
  }
  return [...newest.values()]
}

interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** @throws DecodeError `symbol` where the name is no instrument of Kraken. */
export function krakenHead(value: Json | undefined): Head {
  const symbol = asString(value, 'symbol')
  const pair = krakenInstrument(symbol)?.pair
  if (pair === undefined) throw new DecodeError('symbol', `${symbol.slice(0, 60)} is no symbol`)
  return { exchange: EXCHANGE, symbol, pair }
}

function trade(item: JsonObject, received: Micros): Trade {
  return {
    type: 'trade',
    ...krakenHead(own(item, 'symbol')),
    id: idText(own(item, 'trade_id'), 'trade_id'),
    price: exactPrice(own(item, 'price'), 'price'),
    size: exactSize(own(item, 'qty'), 'qty'),
    side: readSide(own(item, 'side'), 'side'),
    time: isoTime(own(item, 'timestamp'), 'timestamp'),
    received,
  }
}

function book(item: JsonObject, whole: boolean, received: Micros): BookUpdate {
  const bids = asArray(own(item, 'bids') ?? [], 'bids')
  const asks = asArray(own(item, 'asks') ?? [], 'asks')
  const texts: BookTexts = { bids: bids.map(levelText), asks: asks.map(levelText) }
  return {
    type: 'bookUpdate',
    ...krakenHead(own(item, 'symbol')),
    kind: whole ? 'snapshot' : 'delta',
    first: null,
    last: null,
    previous: null,
    checksum: orNull(own(item, 'checksum'), value => sequenceNumber(value, 'checksum')),
    bids: texts.bids.map(levelOf),
    asks: texts.asks.map(levelOf),
    texts,
    time: orNull(own(item, 'timestamp'), value => isoTime(value, 'timestamp')) ?? received,
    received,
  }
}

function levelText(entry: Json): readonly [string, string] {
  const level = asObject(entry, 'level')
  return [asString(own(level, 'price'), 'price'), asString(own(level, 'qty'), 'qty')]
}

function levelOf([price, size]: readonly [string, string]): Level {
  return [exactPrice(price, 'price'), exactSize(size, 'qty')]
}

/** One ticker message says both what the ticker and what the quote stream tell. */
function pushTicker(item: JsonObject, received: Micros, out: Decoded[]): void {
  const head = krakenHead(own(item, 'symbol'))
  const time = orNull(own(item, 'timestamp'), value => isoTime(value, 'timestamp')) ?? received
  out.push({
    type: 'ticker',
    ...head,
    last: exactPrice(own(item, 'last'), 'last'),
    open: null,
    high: orNull(own(item, 'high'), value => exactNumber(value, 'high')),
    low: orNull(own(item, 'low'), value => exactNumber(value, 'low')),
    volume: volumeOrNull(own(item, 'volume'), 'volume'),
    time,
    received,
  })
  const bid = orNull(own(item, 'bid'), value => exactNumber(value, 'bid'))
  const ask = orNull(own(item, 'ask'), value => exactNumber(value, 'ask'))
  // A side without orders is no quote.
  if (bid === null || ask === null || bid <= 0 || ask <= 0) return
  const bidSize = exactSize(own(item, 'bid_qty'), 'bid_qty')
  const askSize = exactSize(own(item, 'ask_qty'), 'ask_qty')
  out.push({ type: 'quote', ...head, bid, bidSize, ask, askSize, time, received })
}

function candle(item: JsonObject, time: Micros, received: Micros): Candle {
  return {
    type: 'candle',
    ...krakenHead(own(item, 'symbol')),
    interval: krakenInterval(sequenceNumber(own(item, 'interval'), 'interval')),
    start: isoTime(own(item, 'interval_begin'), 'interval_begin'),
    open: exactPrice(own(item, 'open'), 'open'),
    high: exactPrice(own(item, 'high'), 'high'),
    low: exactPrice(own(item, 'low'), 'low'),
    close: exactPrice(own(item, 'close'), 'close'),
    volume: exactSize(own(item, 'volume'), 'volume'),
    closed: false,
    time,
    received,
  }
}
