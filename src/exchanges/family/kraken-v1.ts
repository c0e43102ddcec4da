/** Messages of Kraken's first WebSocket protocol, for recordings: arrays that end in a channel name and a pair. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import { MICROS_PER_MINUTE, type Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, type Json, type JsonObject } from '../../wire/json.js'
import type { CandleCloser } from './candle-closer.js'
import { krakenInstrument } from './kraken-symbol.js'
import { krakenHead, krakenInterval } from './kraken-v2.js'
import type { KrakenWindows } from './kraken-window.js'
import { epochMicros } from './epoch.js'
import { unexpected } from './unexpected.js'
import { ignored, orNull, readLevels, readTexts, textsIn, volumeOrNull } from './wire-fields.js'

type Head = ReturnType<typeof krakenHead>

/**
 * Decodes v1 messages. Its trades carry no id: the id is made of all that the exchange says of the trade, and of the
 * place among equal ones of the same message.
 */
export class KrakenV1 {
  constructor(
    private readonly windows: KrakenWindows,
    private readonly closer: CandleCloser,
  ) {}

  /** `[channelID, payload…, channelName, pair]`. @throws DecodeError where it is not as documented. */
  data(message: readonly Json[], received: Micros, out: Decoded[]): void {
    if (message.at(-2) === 'openOrders' || message.at(-2) === 'ownTrades') {
      out.push(ignored('account'))
      return
    }
    const head = krakenHead(message.at(-1))
    const [channel = '', parameter = ''] = asString(message.at(-2), 'channel').split(/-(.*)/)
    const payload = message.slice(1, -2)
    if (payload.length === 0) throw new DecodeError('shape', 'a message without content')
    switch (channel) {
      case 'trade':
        pushTrades(asArray(payload[0], 'trades'), head, received, out)
        return
      case 'book':
        this.windows.subscribed(head.symbol, sequenceNumber(parameter, 'depth'))
        out.push(this.windows.follow(book(payload, head, received)))
        return
      case 'ticker':
        pushTicker(asObject(payload[0], 'ticker'), head, received, out)
        return
      case 'spread':
        pushSpread(asArray(payload[0], 'spread'), head, received, out)
        return
      case 'ohlc':
        this.candle(asArray(payload[0], 'ohlc'), parameter, head, received, out)
        return
      default:
        throw new DecodeError('unknown', `channel ${channel.slice(0, 40)}`)
    }
  }

  private candle(entry: readonly Json[], interval: string, head: Head, received: Micros, out: Decoded[]): void {
    const minutes = sequenceNumber(interval, 'interval')
    const [time, end, open, high, low, close, , volume] = entry
    const candle = {
      type: 'candle',
      ...head,
      interval: krakenInterval(minutes),
      start: epochMicros(end, 's', 'etime') - minutes * MICROS_PER_MINUTE,
      open: exactPrice(open, 'open'),
      high: exactPrice(high, 'high'),
      low: exactPrice(low, 'low'),
      close: exactPrice(close, 'close'),
      volume: exactSize(volume, 'volume'),
      closed: false,
      time: epochMicros(time, 's', 'time'),
      received,
    } as const
    this.closer.add(candle, out)
  }
}

/** A v1 message with an `event`. @throws DecodeError `unknown` for one that is not documented. */
export function decodeKrakenEvent(message: JsonObject, out: Decoded[]): void {
  const event = asString(own(message, 'event'), 'event')
  switch (event) {
    case 'heartbeat':
    case 'pong':
      out.push({ type: 'heartbeat' })
      return
    case 'subscribed':
    case 'unsubscribed':
      out.push(futuresAnswer(message))
      return
    case 'info':
    case 'alert':
    case 'systemStatus':
    case 'addOrderStatus':
    case 'editOrderStatus':
    case 'cancelOrderStatus':
    case 'cancelAllStatus':
      out.push(ignored(event))
      return
    case 'subscriptionStatus':
      out.push(subscriptionStatus(message))
      return
    case 'error':
      out.push({ type: 'refused', request: null, streams: [], reason: reasonOf(message) })
      return
    default:
      throw new DecodeError('unknown', `event ${event.slice(0, 40)}`)
  }
}

/** Kraken Futures answers with feed and products: `book`, `PI_XBTUSD`. */
function futuresAnswer(message: JsonObject): Decoded {
  const feed = asString(own(message, 'feed'), 'feed')
  const products = textsIn(own(message, 'product_ids'))
  return { type: 'ack', request: null, streams: products.map(product => `${feed}:${product}`) }
}

/** The topic of a v1 channel in the spelling of v2: `book-1000`, `XBT/USD` → `book:BTC/USD`. */
export function krakenV1Topic(channel: string, pair: string): string {
  const name = channel.startsWith('ohlc') ? channel : (channel.split('-')[0] ?? channel)
  return `${name === 'spread' ? 'ticker' : name}:${krakenInstrument(pair)?.symbol ?? pair}`
}

function subscriptionStatus(message: JsonObject): Decoded {
  const pair = own(message, 'pair')
  const channel =
    own(message, 'channelName') ?? own(asObject(own(message, 'subscription') ?? {}, 'subscription'), 'name')
  const named = typeof pair === 'string' && typeof channel === 'string'
  const streams = named ? [krakenV1Topic(channel, pair)] : []
  const request = named ? null : orNull(own(message, 'reqid'), id => idText(id, 'reqid'))
  if (own(message, 'status') !== 'error') return { type: 'ack', request, streams }
  return { type: 'refused', request, streams, reason: reasonOf(message) }
}

function reasonOf(message: JsonObject): string {
  return asString(own(message, 'errorMessage'), 'errorMessage')
}

function pushTrades(entries: readonly Json[], head: Head, received: Micros, out: Decoded[]): void {
  const seen = new Map<string, number>()
  for (const value of entries) {
    const entry = asArray(value, 'trade')
    const trade = tradeOf(entry, head, received)
    const times = seen.get(trade.id) ?? 0
    seen.set(trade.id, times + 1)
    out.push(times === 0 ? trade : { ...trade, id: `${trade.id}#${times}` })
  }
  if (entries.length === 0) out.push(ignored('trades without content'))
}

function tradeOf(entry: readonly Json[], head: Head, received: Micros): Trade {
  const [price, size, time, side] = entry
  if (side !== 'b' && side !== 's') throw unexpected('side', side)
  return {
    type: 'trade',
    ...head,
    id: [time, price, size, side].map(String).join(':'),
    price: exactPrice(price, 'price'),
    size: exactSize(size, 'volume'),
    side: side === 'b' ? 'buy' : 'sell',
    time: epochMicros(time, 's', 'time'),
    received,
  }
}

/** `as` and `bs` are the snapshot; `a` and `b` a change, in one object or two; the checksum stands in the last. */
function book(payload: readonly Json[], head: Head, received: Micros): BookUpdate {
  const merged = new Map<string, Json>()
  for (const part of payload) {
    const record = asObject(part, 'book')
    for (const key of ['as', 'bs', 'a', 'b', 'c']) {
      const value = own(record, key)
      if (value !== undefined) merged.set(key, value)
    }
  }
  const whole = merged.has('as') || merged.has('bs')
  const bids = merged.get(whole ? 'bs' : 'b') ?? []
  const asks = merged.get(whole ? 'as' : 'a') ?? []
  if (merged.size === 0) throw new DecodeError('shape', 'book: neither bids nor asks')
  return {
    type: 'bookUpdate',
    ...head,
    kind: whole ? 'snapshot' : 'delta',
    first: null,
    last: null,
    previous: null,
    checksum: orNull(merged.get('c'), value => sequenceNumber(value, 'c')),
    bids: readLevels(bids, 'bids'),
    asks: readLevels(asks, 'asks'),
    texts: readTexts(bids, asks),
    time: newestOf([...asArray(bids, 'bids'), ...asArray(asks, 'asks')]) ?? received,
    received,
  }
}

function newestOf(levels: readonly Json[]): Micros | null {
  let newest: Micros | null = null
  for (const level of levels) {
    const time = epochMicros(asArray(level, 'level')[2], 's', 'time')
    if (newest === null || time > newest) newest = time
  }
  return newest
}

/** Where two values are given, the first is of today, the second of the last 24 hours. The message carries no time. */
function pushTicker(ticker: JsonObject, head: Head, received: Micros, out: Decoded[]): void {
  const entry = (key: string, index: number): Json | undefined => asArray(own(ticker, key), key)[index]
  out.push({
    type: 'ticker',
    ...head,
    last: exactPrice(entry('c', 0), 'c'),
    open: exactPrice(entry('o', 1), 'o'),
    high: exactPrice(entry('h', 1), 'h'),
    low: exactPrice(entry('l', 1), 'l'),
    volume: volumeOrNull(entry('v', 1), 'v'),
    time: received,
    received,
  })
  out.push({
    type: 'quote',
    ...head,
    bid: exactPrice(entry('b', 0), 'b'),
    bidSize: exactSize(entry('b', 2), 'b'),
    ask: exactPrice(entry('a', 0), 'a'),
    askSize: exactSize(entry('a', 2), 'a'),
    time: received,
    received,
  })
}

function pushSpread(entry: readonly Json[], head: Head, received: Micros, out: Decoded[]): void {
  const [bid, ask, time, bidSize, askSize] = entry
  out.push({
    type: 'quote',
    ...head,
    bid: exactPrice(bid, 'bid'),
    bidSize: exactSize(bidSize, 'bidVolume'),
    ask: exactPrice(ask, 'ask'),
    askSize: exactSize(askSize, 'askVolume'),
    time: epochMicros(time, 's', 'timestamp'),
    received,
  })
}
