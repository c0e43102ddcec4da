/** Gate's messages as events, book updates and notices: which function reads which channel. */
import type { Decoded } from '../../model/event.js'
import { idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asObject, asString, own, parseJson, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { epochMicros } from './epoch.js'
import { decodeAll, decodeLegacyChanges, decodeLevels, decodeOrderBook, decodeSnapshot, decodeUpdate } from './gate-books.js' // prettier-ignore
import { decodeCandle, decodeLiquidation, decodeQuote, decodeTicker, decodeTrade, type GateEntry } from './gate-events.js' // prettier-ignore
import type { GateMarket } from './gate-names.js'
import { gateTopics } from './gate-topics.js'
import { decodeV3 } from './gate-v3.js'
import { shown, unexpected } from './unexpected.js'
import { dataObjects, ignored } from './wire-fields.js'

export class GateDecoder implements Decoder {
  private readonly candles = new CandleCloser()
  private readonly begun = new Set<string>()

  decode(bytes: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(bytes.toString('utf8')), 'message')
    if (own(message, 'method') !== undefined) decodeV3(message, this.begun, receivedAt, out)
    else if (own(message, 'channel') !== undefined) this.version4(message, receivedAt, out)
    else out.push(decodeBare(message))
  }

  private version4(message: JsonObject, received: Micros, out: Decoded[]): void {
    const channel = asString(own(message, 'channel'), 'channel')
    const [, side, name = ''] = /^(spot|futures)\.(\w+)$/.exec(channel) ?? []
    if (side === undefined) throw unexpected('channel', channel, 'unknown')
    const market: GateMarket = side === 'spot' ? 'spot' : 'futures'
    const notice = decodeControl(message, channel, name)
    if (notice) {
      out.push(notice)
      return
    }
    // An answer by REST was made a message by its wrapper, which has no time of its own.
    const sent = own(message, 'event') === 'snapshot' ? received : sentAt(message)
    const entries = dataObjects(own(message, 'result')).map(data => ({ market, data, sent, received }))
    if (own(message, 'event') === 'snapshot') out.push(...entries.map(entry => decodeSnapshot(own(message, 'symbol'), entry)))
    else this.update(name, own(message, 'event') === 'all', entries, out)
    if (entries.length === 0) out.push(ignored('empty message'))
  } // prettier-ignore

  private update(name: string, whole: boolean, entries: readonly GateEntry[], out: Decoded[]): void {
    const reader = READERS.get(name)
    if (reader) out.push(...entries.map(reader))
    else if (name === 'tickers') for (const entry of entries) decodeTicker(entry, out)
    else if (name === 'candlesticks') this.history(entries, out)
    else if (name === 'order_book' && entries[0]?.market === 'spot') out.push(...entries.map(decodeLevels))
    else if (name === 'order_book' && whole) out.push(...entries.map(decodeAll))
    else if (name === 'order_book') out.push(decodeLegacyChanges(entries))
    else throw unexpected('channel', name, 'unknown')
  }

  /** Where the exchange says whether a candle is closed (`w`) that counts, elsewhere its successor closes it. */
  private history(entries: readonly GateEntry[], out: Decoded[]): void {
    const decoded = entries.map(entry => ({ candle: decodeCandle(entry), told: own(entry.data, 'w') !== undefined }))
    for (const { candle, told } of decoded) {
      if (candle === undefined) out.push(ignored('candle without a base volume'))
      else if (told) out.push(candle)
      else this.candles.add(candle, out)
    }
  }
}

const READERS: ReadonlyMap<string, (entry: GateEntry) => Decoded> = new Map([
  ['trades', decodeTrade],
  ['book_ticker', decodeQuote],
  ['public_liquidates', decodeLiquidation],
  ['order_book_update', decodeUpdate],
  ['obu', decodeOrderBook],
])

/** A user's own channels, and public ones that carry nothing genesis reports. */
const SILENT = /^(?:orders|usertrades|balances|margin_balances|funding_balances|cross_\w+|priceorders|autoorders|liquidates|auto_deleverages|reduce_risk_limits|position\w*|contract_\w+|login|api_\w+|order_\w+_?(?:status|cancel|place|amend|list))(?:_v2)?$/ // prettier-ignore

function sentAt(message: JsonObject): Micros {
  const millis = own(message, 'time_ms')
  return millis ? epochMicros(millis, 'ms', 'time_ms') : epochMicros(own(message, 'time'), 's', 'time')
}

/** What a message says of the connection; undefined where it is data. */
function decodeControl(message: JsonObject, channel: string, name: string): Decoded | undefined {
  const id = own(message, 'id')
  const request = id === undefined || id === null ? null : idText(id, 'id')
  const event = own(message, 'event')
  const error = own(message, 'error')
  if (error !== undefined && error !== null) {
    const { code, text } = reasonOf(asObject(error, 'error'))
    return { type: 'refused', request, streams: gateTopics(channel, own(message, 'payload')), reason: `${text} (${code})` }
  }
  if (name === 'pong') return { type: 'heartbeat' }
  if (event === 'subscribe') return { type: 'ack', request, streams: gateTopics(channel, own(message, 'payload')) }
  if (event === 'unsubscribe') return request === null ? ignored('unsubscribed') : { type: 'ack', request, streams: [] }
  if (SILENT.test(name)) return ignored(channel)
  if (event === 'update' || event === 'all' || event === 'snapshot') return undefined
  throw unexpected('event', event)
} // prettier-ignore

function reasonOf(error: JsonObject): { code: string; text: string } {
  return { code: shown(own(error, 'code')), text: shown(own(error, 'message')) }
}

/** Answers of version 3; and a book by REST, which does not say of which symbol it is. */
function decodeBare(message: JsonObject): Decoded {
  if (own(message, 'asks') !== undefined && own(message, 'bids') !== undefined) return ignored('book without a symbol')
  const [id, error] = [own(message, 'id'), own(message, 'error')]
  if (id === undefined || error === undefined) throw unexpected('message', message, 'unknown')
  const request = id === null ? null : idText(id, 'id')
  if (error === null) return { type: 'ack', request, streams: [] }
  return { type: 'refused', request, streams: [], reason: shown(error) }
}
