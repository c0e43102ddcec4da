/** Decodes every message of Bybit: v5 by `topic`, answers to requests, REST books, and what came before v5. */
import { DecodeError } from '../../model/errors.js'
import type { Candle, Decoded } from '../../model/event.js'
import { exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { BybitBooks, bookUpdate } from './bybit-book.js'
import { bybitInterval } from './bybit-channels.js'
import { decodeSpotV3, pushV2Trades, v2Book } from './bybit-legacy.js'
import { bybitHead, type BybitCategory } from './bybit-symbol.js'
import { BybitTickers } from './bybit-tickers.js'
import { epochMicros } from './epoch.js'
import { unexpected } from './unexpected.js'
import { dataObjects, ignored, orNull, readSide, textsIn } from './wire-fields.js'

/** Known topics of which genesis reports nothing, a user's own account among them. `orderBook_200` repeats the 25-level book of v2 at another depth. */
const KNOWN =
  /^(?:system\.status|priceLimit\.|insurance\.|adlAlert\.|adl\.|kline_lt\.|tickers_lt\.|lt\.|instrument_info\.|orderBook_200\.|insurance$|(?:position|execution|order|wallet|greeks|dcp|ticketInfo|stop_order|outboundAccountInfo|executionReport)(?:\.|$))/

/**
 * `BTCUSDT` is a spot pair and a perpetual, and messages do not say of which market they are. The decoder knows it by the
 * acknowledgement, which repeats the request id that genesis writes as `linear-1`, else by the first message that only one
 * of the markets sends; until then it takes the symbol for spot.
 */
export class BybitDecoder implements Decoder {
  category: BybitCategory | null = null
  private readonly books = new BybitBooks()
  private readonly tickers = new BybitTickers()

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(data.toString('utf8')), 'message')
    const topic = own(message, 'topic')
    if (typeof topic === 'string') this.pushTopic(topic, message, receivedAt, out)
    else if (own(message, 'op') !== undefined || own(message, 'success') !== undefined) this.pushAnswer(message, out)
    else if (own(message, 'retCode') !== undefined || own(message, 'ret_code') !== undefined)
      this.pushRest(message, receivedAt, out)
    else throw new DecodeError('unknown', 'neither topic, op nor retCode')
  }

  private pushTopic(topic: string, message: JsonObject, received: Micros, out: Decoded[]): void {
    const [channel = '', ...rest] = topic.split('.')
    if (KNOWN.test(topic)) {
      out.push(ignored(channel))
      return
    }
    switch (channel) {
      case 'publicTrade':
        this.pushTrades(message, received, out)
        return
      case 'orderbook':
        this.books.push(rest[0] ?? '', message, this.category, received, out)
        return
      case 'tickers': {
        const data = asObject(own(message, 'data'), 'data')
        this.learn(own(data, 'fundingRate') ?? own(data, 'openInterest'), own(data, 'usdIndexPrice'))
        this.tickers.push(message, data, this.category, received, out)
        return
      }
      case 'kline':
        this.pushCandles(rest, message, received, out)
        return
      case 'allLiquidation':
      case 'liquidation':
        this.pushLiquidations(message, received, out)
        return
      case 'orderBookL2_25':
        out.push(v2Book(rest.join('.'), message, received))
        return
      case 'trade':
        if (rest.length > 0) pushV2Trades(message, received, out)
        else out.push(decodeSpotV3(message, received))
        return
      case 'depth':
      case 'bookTicker':
        out.push(decodeSpotV3(message, received))
        return
      default:
        throw new DecodeError('unknown', `topic ${topic.slice(0, 40)}`)
    }
  }

  /** Takes the market from a field that only one of the two has, unless an acknowledgement has told it. */
  private learn(linear: Json | undefined, spot: Json | undefined): void {
    if (this.category !== null) return
    if (linear !== undefined) this.category = 'linear'
    else if (spot !== undefined) this.category = 'spot'
  }

  private pushTrades(message: JsonObject, received: Micros, out: Decoded[]): void {
    const items = dataObjects(own(message, 'data'))
    if (items.length === 0) out.push(ignored('trades without data'))
    for (const item of items) {
      const id = idText(own(item, 'i'), 'i')
      // Trades of spot have long numbers, those of contracts UUIDs and the direction of the tick.
      this.learn(own(item, 'L') ?? (id.includes('-') ? id : undefined), /^\d{12,}$/.test(id) ? id : undefined)
      out.push({
        type: 'trade',
        ...bybitHead(own(item, 's'), this.category),
        id,
        price: exactPrice(own(item, 'p'), 'p'),
        size: exactSize(own(item, 'v'), 'v'),
        side: readSide(own(item, 'S'), 'S'),
        time: epochMicros(own(item, 'T'), 'ms', 'T'),
        received,
      })
    }
  }

  private pushCandles([wire = '', ...symbol]: string[], message: JsonObject, received: Micros, out: Decoded[]): void {
    const head = bybitHead(symbol.join('.'), this.category)
    const interval = bybitInterval(wire)
    if (interval === undefined) throw new DecodeError('field', `interval: ${wire.slice(0, 20)}`)
    for (const item of dataObjects(own(message, 'data'))) out.push({ ...candle(item, interval, received), ...head })
  }

  /** `S` is the side of the position: `Buy` is a long that is closed by selling. */
  private pushLiquidations(message: JsonObject, received: Micros, out: Decoded[]): void {
    this.learn('liquidation', undefined)
    for (const item of dataObjects(own(message, 'data'))) {
      const position = readSide(own(item, 'S') ?? own(item, 'side'), 'side')
      out.push({
        type: 'liquidation',
        ...bybitHead(own(item, 's') ?? own(item, 'symbol'), this.category),
        price: exactPrice(own(item, 'p') ?? own(item, 'price'), 'price'),
        size: exactSize(own(item, 'v') ?? own(item, 'size') ?? own(item, 'qty'), 'size'),
        side: position === 'buy' ? 'sell' : 'buy',
        time: epochMicros(own(item, 'T') ?? own(item, 'updatedTime') ?? own(item, 'time'), 'ms', 'time'),
        received,
      })
    }
  }

  private pushAnswer(message: JsonObject, out: Decoded[]): void {
    const op = own(message, 'op')
    const reason = orNull(own(message, 'ret_msg'), value => asString(value, 'ret_msg')) ?? ''
    const request = orNull(own(message, 'req_id'), id => idText(id, 'req_id'))
    const category = /^(spot|linear|inverse|option)-\d+$/.exec(request ?? '')?.[1]
    if (op === 'pong' || reason === 'pong') {
      out.push({ type: 'heartbeat' })
    } else if (op === 'ping' || op === 'auth') {
      out.push(ignored(op))
    } else if (own(message, 'type') === 'COMMAND_RESP') {
      pushCommandAnswer(message, request, out)
    } else if (own(message, 'success') === true) {
      out.push({ type: 'ack', request, streams: requestedTopics(message) })
    } else if (own(message, 'success') === false) {
      const streams = topicsIn(reason)
      const answers = { request: streams.length === 0 ? request : null, streams }
      out.push(
        /already subscribed/i.test(reason) ? { type: 'ack', ...answers } : { type: 'refused', ...answers, reason },
      )
    } else if (own(message, 'args') !== undefined) {
      out.push(ignored('a request of a client'))
    } else {
      throw unexpected('op', op, 'unknown')
    }
    if (category !== undefined) this.category = category as BybitCategory
  }

  private pushRest(message: JsonObject, received: Micros, out: Decoded[]): void {
    const result = own(message, 'result')
    const book = typeof result === 'object' && result !== null && !Array.isArray(result) ? result : {}
    if (own(book, 's') === undefined || own(book, 'b') === undefined) {
      out.push(ignored('a REST answer'))
      return
    }
    const update = bookUpdate({ type: 'snapshot', ts: own(book, 'ts') ?? null }, book, this.category, received)
    out.push({ ...update, kind: 'partial' })
  }
}

function candle(item: JsonObject, interval: string, received: Micros): Omit<Candle, 'exchange' | 'symbol' | 'pair'> {
  return {
    type: 'candle',
    interval,
    start: epochMicros(own(item, 'start'), 'ms', 'start'),
    open: exactPrice(own(item, 'open'), 'open'),
    high: exactPrice(own(item, 'high'), 'high'),
    low: exactPrice(own(item, 'low'), 'low'),
    close: exactPrice(own(item, 'close'), 'close'),
    volume: exactSize(own(item, 'volume'), 'volume'),
    closed: own(item, 'confirm') === true,
    time: epochMicros(own(item, 'timestamp'), 'ms', 'timestamp'),
    received,
  }
}

/** Options answer with the topics that were taken and those that were not. */
function pushCommandAnswer(message: JsonObject, request: string | null, out: Decoded[]): void {
  const data = asObject(own(message, 'data') ?? {}, 'data')
  const failed = textsIn(own(data, 'failTopics'))
  const taken = textsIn(own(data, 'successTopics'))
  if (failed.length === 0) out.push({ type: 'ack', request, streams: taken })
  else if (taken.length > 0) out.push({ type: 'ack', request: null, streams: taken })
  if (failed.length > 0) out.push({ type: 'refused', request: null, streams: failed, reason: 'no such topic' })
}

/** Answers before v5 repeat the request. */
function requestedTopics(message: JsonObject): string[] {
  const request = own(message, 'request')
  return typeof request === 'object' && request !== null && !Array.isArray(request) ? textsIn(own(request, 'args')) : []
}

/** A refusal names its topic only in words: `error:handler not found,topic:publicTrade.XXYY`. */
function topicsIn(reason: string): string[] {
  return [...reason.matchAll(/\b(?:publicTrade|orderbook|tickers|kline|allLiquidation)\.[\w.-]+/g)].map(
    ([topic]) => topic,
  )
}
