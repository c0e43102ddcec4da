/** Deribit's JSON-RPC messages as events, book updates and notices. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Candle, Decoded, Level } from '../../model/event.js'
import { exactNumber, exactNumberWithExponent, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { readDeribitHistory } from './deribit-history.js'
import { deribitHead } from './deribit-names.js'
import { deribitTrade, liquidatedSides } from './deribit-trades.js'
import { epochMicros } from './epoch.js'
import { shown, unexpected } from './unexpected.js'
import { volumeOrNull } from './wire-fields.js'

/** Resolutions of `chart.trades` by unified interval. */
export const DERIBIT_RESOLUTIONS: ReadonlyMap<string, string> = new Map([
  ['1m', '1'],
  ['3m', '3'],
  ['5m', '5'],
  ['10m', '10'],
  ['15m', '15'],
  ['30m', '30'],
  ['1h', '60'],
  ['2h', '120'],
  ['3h', '180'],
  ['6h', '360'],
  ['12h', '720'],
  ['1d', '1D'],
])

/** The reply to a `test_request`; without it the connection is closed at once. */
export const DERIBIT_TEST = '{"jsonrpc":"2.0","id":"test","method":"public/test","params":{}}'

/** Public channels that carry nothing genesis reports, and all of a user's own. */
const SILENT =
  /^(?:user|deribit_|platform_state|perpetual|markprice|estimated_expiration_price|instrument|incremental_ticker|rfq|block_)/

export class DeribitDecoder implements Decoder {
  private readonly candles = new CandleCloser()

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(data.toString('utf8')), 'message')
    const method = own(message, 'method')
    if (method === undefined) out.push(response(message))
    else if (method === 'heartbeat') out.push(heartbeat(message))
    else if (method === 'history') readDeribitHistory(message, receivedAt, out)
    else if (method === 'subscription') this.notification(asObject(own(message, 'params'), 'params'), receivedAt, out)
    else throw unexpected('method', method, 'unknown')
  }

  private notification(params: JsonObject, received: Micros, out: Decoded[]): void {
    const channel = asString(own(params, 'channel'), 'channel')
    const data = own(params, 'data')
    const [kind = '', ...rest] = channel.split('.')
    if (kind === 'trades')
      for (const trade of asArray(data, 'trades')) readTrade(asObject(trade, 'trade'), received, out)
    else if (kind === 'book') out.push(decodeBook(asObject(data, 'book'), rest.length > 2, received))
    else if (kind === 'quote') out.push(decodeQuote(asObject(data, 'quote'), received))
    else if (kind === 'ticker') decodeTicker(asObject(data, 'ticker'), received, out)
    else if (kind === 'chart') this.candles.add(decodeCandle(rest, asObject(data, 'candle'), received), out)
    else if (SILENT.test(channel)) out.push({ type: 'ignored', what: kind })
    else throw unexpected('channel', channel, 'unknown')
  }
}

function response(message: JsonObject): Decoded {
  const id = own(message, 'id')
  const request = id === undefined || id === null ? null : idText(id, 'id')
  const error = own(message, 'error')
  if (error !== undefined && error !== null) return refusal(request, asObject(error, 'error'))
  const result = own(message, 'result')
  if (result === undefined) throw new DecodeError('shape', 'neither method, result nor error')
  if (result === 'ok') return { type: 'ack', request, streams: [] }
  if (!Array.isArray(result) || typeof result[0] === 'object') return { type: 'ignored', what: 'response' }
  const streams = result.map(channel => asString(channel, 'result'))
  // The list holds what was really subscribed; an unknown channel is left out without an error.
  if (streams.length > 0) return { type: 'ack', request, streams, rest: 'refused' }
  return { type: 'refused', request, streams, reason: 'none of the channels was accepted' }
}

function refusal(request: string | null, error: JsonObject): Decoded {
  const details = own(error, 'data')
  const why = typeof details === 'object' && details !== null && !Array.isArray(details) ? own(details, 'reason') : null
  const reason = `${shown(own(error, 'message'))} (${shown(own(error, 'code'))})`
  return { type: 'refused', request, streams: [], reason: typeof why === 'string' ? `${reason}: ${why}` : reason }
}

function heartbeat(message: JsonObject): Decoded {
  const kind = own(asObject(own(message, 'params'), 'params'), 'type')
  return kind === 'test_request' ? { type: 'answer', text: DERIBIT_TEST } : { type: 'heartbeat' }
}

/** Legs of a combination are sent again on their own channels and are not repeated here. */
function readTrade(data: JsonObject, received: Micros, out: Decoded[]): void {
  const trade = deribitTrade(data, received)
  const { exchange, symbol, pair, price, size, time } = trade
  out.push(trade)
  for (const side of liquidatedSides(own(data, 'liquidation'), trade.side)) {
    out.push({ type: 'liquidation', exchange, symbol, pair, price, size, side, time, received })
  }
}

function headOf(data: JsonObject): { exchange: string; symbol: string; pair: string } {
  return deribitHead(asString(own(data, 'instrument_name'), 'instrument_name'))
}

/** `book.NAME.INTERVAL` sends a snapshot and changes; `book.NAME.GROUP.DEPTH.INTERVAL` a whole picture each time. */
function decodeBook(data: JsonObject, grouped: boolean, received: Micros): BookUpdate {
  const head = headOf(data)
  const id = sequenceNumber(own(data, 'change_id'), 'change_id')
  const before = own(data, 'prev_change_id')
  const previous = before === undefined || before === null ? null : sequenceNumber(before, 'prev_change_id')
  const kind = grouped ? 'partial' : bookKind(own(data, 'type'), previous)
  return {
    type: 'bookUpdate',
    ...head,
    kind,
    first: id,
    last: id,
    previous: kind === 'delta' ? previous : null,
    checksum: null,
    bids: levels(own(data, 'bids'), grouped),
    asks: levels(own(data, 'asks'), grouped),
    texts: null,
    time: epochMicros(own(data, 'timestamp'), 'ms', 'timestamp'),
    received,
  }
}

/** Until 2020 messages had no type and a snapshot was the one without a predecessor. */
function bookKind(type: Json | undefined, previous: number | null): 'snapshot' | 'delta' {
  if (type === 'snapshot' || (type === undefined && previous === null)) return 'snapshot'
  if (type === 'change' || type === undefined) return 'delta'
  throw unexpected('type', type)
}

function levels(side: Json | undefined, grouped: boolean): Level[] {
  return asArray(side, 'levels').map(entry => {
    const level = asArray(entry, 'level')
    if (grouped) return [exactNumber(level[0], 'price'), exactSize(level[1], 'amount')]
    const action = level[0]
    if (action !== 'new' && action !== 'change' && action !== 'delete') throw unexpected('action', action)
    return [exactNumber(level[1], 'price'), action === 'delete' ? 0 : exactSize(level[2], 'amount')]
  })
}

/** A side without orders comes as price 0 or null; half a quote is no quote. */
function decodeQuote(data: JsonObject, received: Micros): Decoded {
  const head = headOf(data)
  const time = epochMicros(own(data, 'timestamp'), 'ms', 'timestamp')
  const bid = optional(own(data, 'best_bid_price'), 'best_bid_price')
  const ask = optional(own(data, 'best_ask_price'), 'best_ask_price')
  if (!bid || !ask) return { type: 'ignored', what: 'quote with an empty side' }
  const bidSize = exactSize(own(data, 'best_bid_amount'), 'best_bid_amount')
  const askSize = exactSize(own(data, 'best_ask_amount'), 'best_ask_amount')
  return { type: 'quote', ...head, bid, bidSize, ask, askSize, time, received }
}

function optional(value: Json | undefined, field: string): number | null {
  return value === undefined || value === null ? null : exactNumber(value, field)
}

/** One message says three things: the day's prices (once there was a trade), the open interest, and for perpetuals the funding. */
function decodeTicker(data: JsonObject, received: Micros, out: Decoded[]): void {
  const head = headOf(data)
  const time = epochMicros(own(data, 'timestamp'), 'ms', 'timestamp')
  const last = optional(own(data, 'last_price'), 'last_price')
  const stats = asObject(own(data, 'stats') ?? {}, 'stats')
  const high = optional(own(stats, 'high'), 'high')
  const low = optional(own(stats, 'low'), 'low')
  const volume = volumeOrNull(own(stats, 'volume'), 'volume')
  const before = out.length
  if (last !== null) out.push({ type: 'ticker', ...head, last, open: null, high, low, volume, time, received })
  const funding = own(data, 'current_funding')
  if (funding !== undefined && funding !== null) {
    const rate = exactNumberWithExponent(funding, 'current_funding')
    const markPrice = optional(own(data, 'mark_price'), 'mark_price')
    // Funding is paid continuously, so there is no next time.
    out.push({ type: 'funding', ...head, rate, markPrice, nextFunding: null, time, received })
  }
  const interest = optional(own(data, 'open_interest'), 'open_interest')
  if (interest !== null) out.push({ type: 'openInterest', ...head, openInterest: interest, time, received })
  if (out.length === before) out.push({ type: 'ignored', what: 'ticker without a price' })
}

/** `chart.trades.NAME.RESOLUTION`; `tick` is the start of the candle, and no message says when it was sent. */
function decodeCandle(rest: readonly string[], data: JsonObject, received: Micros): Candle {
  const [, symbol = '', resolution = ''] = rest
  const interval = [...DERIBIT_RESOLUTIONS].find(([, wire]) => wire === resolution)?.[0]
  if (interval === undefined) throw unexpected('resolution', resolution)
  return {
    type: 'candle',
    ...deribitHead(symbol),
    interval,
    start: epochMicros(own(data, 'tick'), 'ms', 'tick'),
    open: exactNumber(own(data, 'open'), 'open'),
    high: exactNumber(own(data, 'high'), 'high'),
    low: exactNumber(own(data, 'low'), 'low'),
    close: exactNumber(own(data, 'close'), 'close'),
    volume: exactSize(own(data, 'volume'), 'volume'),
    closed: false,
    time: received,
    received,
  }
}
