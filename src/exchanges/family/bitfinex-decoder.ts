/** Decodes every message of Bitfinex' WebSocket v2: events are objects, data are arrays that begin with a channel's number. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded } from '../../model/event.js'
import { idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJsonText, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { bitfinexLevels, ConnectionSequence } from './bitfinex-book.js'
import { channelNumbers, namedChannel, type BitfinexChannel } from './bitfinex-channels.js'
import {
  bitfinexCandle,
  bitfinexLiquidation,
  bitfinexTrade,
  pushBitfinexStatus,
  pushBitfinexTicker,
} from './bitfinex-events.js'
import { bitfinexError, bitfinexInfo } from './bitfinex-notices.js'
import { bitfinexFrame, type BitfinexFrame } from './bitfinex-frame.js'
import { bitfinexHead } from './bitfinex-symbol.js'
import { CandleCloser } from './candle-closer.js'
import { RecentIds } from './recent-ids.js'
import { ignored } from './wire-fields.js'

/** Messages kept for a channel whose acknowledgement has not come yet. */
const KEPT_PER_CHANNEL = 64
const KEPT_CHANNELS = 64
/** `te` and `tu` of one trade follow each other within seconds. */
const REMEMBERED_TRADES = 2_048

/**
 * Each trade is sent as `te` at once and as `tu` when it is settled: the first of the two is told, the other one ignored, so that
 * a lost `te` costs nothing. The trades before the subscription are ignored. Data that comes before the acknowledgement which
 * names their channel is kept, and told with it; more than a few dozen messages of a channel that nobody names are refused.
 */
export class BitfinexDecoder implements Decoder {
  private readonly channels = new Map<string, BitfinexChannel>()
  private readonly waiting = new Map<string, { frame: BitfinexFrame; received: Micros }[]>()
  private readonly sequence = new ConnectionSequence()
  private readonly bookLast = new Map<string, number>()
  private readonly told = new Map<string, RecentIds>()
  private readonly closer = new CandleCloser()

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = parseJsonText(data.toString('utf8'))
    if (Array.isArray(message)) this.pushArray(message, receivedAt, out)
    else this.pushEvent(asObject(message, 'message'), out)
  }

  private pushArray(message: readonly Json[], received: Micros, out: Decoded[]): void {
    const [number] = message
    if (Array.isArray(number)) {
      // A REST book: levels without a symbol.
      bitfinexLevels(message)
      out.push(ignored('a book without a symbol'))
      return
    }
    const frame = bitfinexFrame(message)
    if (frame.sequence !== null) this.sequence.see(frame.sequence)
    if (frame.word === 'hb') {
      out.push({ type: 'heartbeat' })
      return
    }
    if (typeof number === 'object') {
      const channel = namedChannel(asObject(number, 'channel'))
      if (channel === undefined) throw new DecodeError('shape', 'an object that names no channel')
      this.pushData(channel, frame, received, out)
      return
    }
    const id = idText(number, 'channel')
    const channel = this.channels.get(id) ?? frame.channel
    if (id === '0') out.push(ignored('account'))
    else if (isLiquidation(frame.payload)) this.pushLiquidations(frame.payload, received, out)
    else if (channel === undefined) this.keep(id, frame, received, out)
    else this.pushData(channel, frame, received, out)
  }

  private keep(id: string, frame: BitfinexFrame, received: Micros, out: Decoded[]): void {
    const kept = this.waiting.get(id) ?? []
    if (kept.length >= KEPT_PER_CHANNEL || (kept.length === 0 && this.waiting.size >= KEPT_CHANNELS)) {
      throw new DecodeError('unknown', `channel ${id} was never acknowledged`)
    }
    this.waiting.set(id, [...kept, { frame, received }])
    out.push(ignored('kept until its channel is acknowledged'))
  }

  private pushData(channel: BitfinexChannel, frame: BitfinexFrame, received: Micros, out: Decoded[]): void {
    const time = frame.time ?? received
    switch (channel.kind) {
      case 'none':
        out.push(ignored(channel.topic))
        return
      case 'trades':
        this.pushTrades(channel, frame, received, out)
        return
      case 'ticker':
        pushBitfinexTicker(frame.payload, bitfinexHead(channel.symbol), time, received, out)
        return
      case 'book':
        this.pushBook(channel, frame, time, received, out)
        return
      case 'candles':
        this.pushCandles(channel, frame.payload, time, received, out)
        return
      case 'deriv':
        pushBitfinexStatus(frame.payload, bitfinexHead(channel.symbol), received, out)
        return
      case 'liquidations':
        this.pushLiquidations(frame.payload, received, out)
    }
  }

  private pushTrades(
    channel: BitfinexChannel,
    { word, payload }: BitfinexFrame,
    received: Micros,
    out: Decoded[],
  ): void {
    const head = bitfinexHead(channel.symbol)
    const told = this.told.get(channel.topic) ?? new RecentIds(REMEMBERED_TRADES)
    this.told.set(channel.topic, told)
    if (word === null) {
      for (const entry of payload) told.add(bitfinexTrade(asArray(entry, 'trade'), head, received).id)
      out.push(ignored('trades before the subscription'))
      return
    }
    if (word !== 'te' && word !== 'tu') throw new DecodeError('unknown', `${word.slice(0, 20)} on trades`)
    const trade = bitfinexTrade(payload, head, received)
    out.push(told.add(trade.id) ? trade : ignored('a trade told before'))
  }

  private pushBook(
    channel: BitfinexChannel,
    frame: BitfinexFrame,
    time: Micros,
    received: Micros,
    out: Decoded[],
  ): void {
    const { word, payload, sequence } = frame
    if (word !== null && word !== 'cs') throw new DecodeError('unknown', `${word.slice(0, 20)} on a book`)
    const whole = word === null && (payload.length === 0 || Array.isArray(payload[0]))
    const { bids, asks, texts } = bitfinexLevels(word === 'cs' ? [] : whole ? payload : [[...payload]])
    const previous =
      sequence === null || whole ? null : this.sequence.before(sequence, this.bookLast.get(channel.topic))
    if (sequence !== null) this.bookLast.set(channel.topic, sequence)
    out.push({
      type: 'bookUpdate',
      ...bitfinexHead(channel.symbol),
      kind: whole ? 'snapshot' : 'delta',
      first: sequence,
      last: sequence,
      previous,
      checksum: word === 'cs' ? sequenceNumber(payload[0], 'checksum') : null,
      bids,
      asks,
      texts,
      time,
      received,
    })
  }

  /** The first message is the history, of which only the newest candle is still of use. */
  private pushCandles(
    channel: BitfinexChannel,
    payload: readonly Json[],
    time: Micros,
    received: Micros,
    out: Decoded[],
  ): void {
    const head = bitfinexHead(channel.symbol)
    const rows = payload.length === 0 || Array.isArray(payload[0]) ? payload : [[...payload]]
    const candles = rows.map(row => bitfinexCandle(asArray(row, 'candle'), head, channel.interval, time, received))
    const newest = candles.reduce<(typeof candles)[number] | undefined>(
      (best, candle) => (best === undefined || candle.start > best.start ? candle : best),
      undefined,
    )
    if (newest === undefined) out.push(ignored('candles without content'))
    else this.closer.add(newest, out)
  }

  private pushLiquidations(payload: readonly Json[], received: Micros, out: Decoded[]): void {
    for (const entry of payload) out.push(bitfinexLiquidation(entry, received))
    if (payload.length === 0) out.push(ignored('liquidations without content'))
  }

  private pushEvent(message: JsonObject, out: Decoded[]): void {
    const event = asString(own(message, 'event'), 'event')
    switch (event) {
      case 'subscribed':
        this.open(message, out)
        return
      case 'unsubscribed':
        out.push(this.close(idText(own(message, 'chanId'), 'chanId')))
        return
      case 'pong':
        out.push({ type: 'heartbeat' })
        return
      case 'info':
        out.push(bitfinexInfo(message))
        return
      case 'error':
        out.push(bitfinexError(message))
        return
      case 'conf':
      case 'auth':
        out.push(ignored(event))
        return
      default:
        throw new DecodeError('unknown', `event ${event.slice(0, 40)}`)
    }
  }

  private open(message: JsonObject, out: Decoded[]): void {
    const channel = namedChannel(message)
    if (channel === undefined) throw new DecodeError('field', 'subscribed: no channel is named')
    const id = idText(own(message, 'chanId'), 'chanId')
    this.channels.set(id, channel)
    channelNumbers.learn(id, channel.topic)
    out.push({ type: 'ack', request: null, streams: [channel.topic] })
    const kept = this.waiting.get(id) ?? []
    this.waiting.delete(id)
    for (const early of kept) this.pushData(channel, early.frame, early.received, out)
  }

  private close(id: string): Decoded {
    const channel = this.channels.get(id)
    this.channels.delete(id)
    channelNumbers.forget(id)
    if (channel !== undefined) this.bookLast.delete(channel.topic)
    return { type: 'ack', request: null, streams: channel === undefined ? [] : [channel.topic] }
  }
}

function isLiquidation(payload: readonly Json[]): boolean {
  const [first] = payload
  return Array.isArray(first) && first[0] === 'pos'
}
