/** Decodes every message of OKX: v5 by `arg`, v3 by `table`, events, and REST answers. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded } from '../../model/event.js'
import { exactNumber, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { epochMicros } from './epoch.js'
import { okxBookUpdate } from './okx-book.js'
import { okxArgumentOf, okxInterval, okxTopic } from './okx-channels.js'
import {
  okxCandle,
  okxFunding,
  okxOpenInterest,
  okxQuote,
  okxTicker,
  okxTrade,
  pushOkxLiquidations,
} from './okx-events.js'
import { readOkxHistory } from './okx-history.js'
import { okxHead } from './okx-symbol.js'
import { decodeOkxTable } from './okx-v3.js'
import { dataObjects, ignored, orNull } from './wire-fields.js'

/** Known channels of which genesis reports nothing: spreads of two instruments, indices, and a user's own account. */
const KNOWN =
  /^(?:index-(?:tickers|candle)|mark-price-candle|estimated-price|opt-summary|price-limit|instruments$|status$|option-trades|public-struc|public-block|block-tickers|sprd-|adl-warning|economic-calendar|call-auction|account|positions|balance_and_position|orders|fills$|algo-|liquidation-warning|grid-|rfqs|quotes|struc-block|deposit-info|withdrawal-info|copytrading)/
/** More instruments than OKX lists. */
const MOST_MARKS = 10_000

/** The server closes soon for an upgrade, and asks to reconnect. */
const UPGRADE = '64008'

export class OkxDecoder implements Decoder {
  private readonly closer = new CandleCloser()
  private readonly marks = new Map<string, number>()

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const text = data.toString('utf8')
    if (text === 'pong') {
      out.push({ type: 'heartbeat' })
      return
    }
    const value = parseJson(text)
    if (Array.isArray(value) && isOptionSummary(value)) {
      out.push(ignored('opt-summary'))
      return
    }
    const message = asObject(value, 'message')
    if (own(message, 'history') !== undefined) readOkxHistory(message, receivedAt, out)
    else if (own(message, 'event') !== undefined) out.push(eventNotice(message))
    else if (own(message, 'arg') !== undefined) this.pushData(message, receivedAt, out)
    else if (own(message, 'table') !== undefined) decodeOkxTable(message, receivedAt, out)
    else if (own(message, 'code') !== undefined) pushRest(message, receivedAt, out)
    else if (own(message, 'op') !== undefined) out.push(ignored('a request of a client'))
    else throw new DecodeError('unknown', 'neither event, arg, table nor code')
  }

  private pushData(message: JsonObject, received: Micros, out: Decoded[]): void {
    const argument = asObject(own(message, 'arg'), 'arg')
    const channel = asString(own(argument, 'channel'), 'channel')
    if (KNOWN.test(channel)) {
      out.push(ignored(channel))
      return
    }
    const data = asArray(own(message, 'data'), 'data')
    if (data.length === 0) out.push(ignored(`${channel} without data`))
    for (const item of data) {
      if (channel.startsWith('candle')) this.pushCandle(item, channel, argument, received, out)
      else this.pushItem(channel, asObject(item, 'data'), message, argument, received, out)
    }
  }

  private pushItem(
    channel: string,
    item: JsonObject,
    message: JsonObject,
    argument: JsonObject,
    received: Micros,
    out: Decoded[],
  ): void {
    switch (channel) {
      case 'trades':
      case 'trades-all':
        out.push(okxTrade(item, received))
        return
      case 'bbo-tbt':
        out.push(okxQuote(item, okxHead(own(argument, 'instId')), received))
        return
      case 'books':
      case 'books5':
      case 'books-l2-tbt':
      case 'books50-l2-tbt':
      case 'books-rpi':
      case 'books-elp':
        out.push(bookOf(item, channel, own(message, 'action'), argument, received))
        return
      case 'tickers':
        out.push(okxTicker(item, received))
        return
      case 'liquidation-orders':
        pushOkxLiquidations(item, received, out)
        return
      case 'funding-rate':
        out.push(okxFunding(item, this.marks.get(asString(own(item, 'instId'), 'instId')) ?? null, received))
        return
      case 'open-interest':
        out.push(okxOpenInterest(item, received))
        return
      case 'mark-price':
        this.keepMark(item)
        out.push(ignored(channel))
        return
      default:
        throw new DecodeError('unknown', `channel ${channel.slice(0, 40)}`)
    }
  }

  private pushCandle(row: Json, channel: string, argument: JsonObject, received: Micros, out: Decoded[]): void {
    const interval = okxInterval(channel.slice('candle'.length))
    const { candle, told } = okxCandle(row, okxHead(own(argument, 'instId')), interval, received)
    if (told) out.push(candle)
    else this.closer.add(candle, out)
  }

  /** The mark price has a channel of its own; with it the funding event can tell it. */
  private keepMark(item: JsonObject): void {
    const { symbol } = okxHead(own(item, 'instId'))
    if (this.marks.size >= MOST_MARKS) this.marks.clear()
    this.marks.set(symbol, exactNumber(own(item, 'markPx'), 'markPx'))
  }
}

function bookOf(
  item: JsonObject,
  channel: string,
  action: Json | undefined,
  argument: JsonObject,
  received: Micros,
): BookUpdate {
  const head = okxHead(own(argument, 'instId'))
  const time = epochMicros(own(item, 'ts'), 'ms', 'ts')
  return okxBookUpdate(
    item,
    head,
    channel === 'books5' ? 'partial' : action === 'update' ? 'delta' : 'snapshot',
    time,
    received,
  )
}

/** An acknowledgement, a refusal or an announcement. */
function eventNotice(message: JsonObject): Decoded {
  const event = asString(own(message, 'event'), 'event')
  const request = orNull(own(message, 'id'), id => idText(id, 'id'))
  const reason = [own(message, 'code'), own(message, 'msg')].filter(part => typeof part === 'string').join(' ')
  // Each argument of a request is answered by itself, so that the request says less than the name.
  const streams = [...topicsOf(message), ...(event === 'error' ? topicsIn(reason) : [])]
  const answers = { request: streams.length === 0 ? request : null, streams }
  switch (event) {
    case 'subscribe':
    case 'unsubscribe':
      return { type: 'ack', ...answers }
    case 'error':
    case 'channel-conn-count-error':
      return { type: 'refused', ...answers, reason }
    case 'notice':
      return own(message, 'code') === UPGRADE ? { type: 'renew', reason } : ignored(`notice ${reason}`)
    case 'channel-conn-count':
    case 'login':
      return ignored(event)
    default:
      throw new DecodeError('unknown', `event ${event.slice(0, 40)}`)
  }
}

function topicsOf(message: JsonObject): string[] {
  const argument = own(message, 'arg')
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument))
    return [okxTopic(okxArgumentOf(argument))]
  const channel = own(message, 'channel')
  return typeof channel === 'string' ? [channel] : []
}

/** A refusal names its stream only in words: `Wrong URL or channel:trades,instId:XX-YY doesn't exist`. */
function topicsIn(reason: string): string[] {
  const match = /channel:([\w-]+),(?:instId|instType|instFamily):([\w-]+)/.exec(reason)
  return match ? [`${match[1] ?? ''}:${match[2] ?? ''}`] : []
}

/** Trades and open interest name their instrument; books and candles by REST do not. */
function pushRest(message: JsonObject, received: Micros, out: Decoded[]): void {
  const data = own(message, 'data')
  const rows = Array.isArray(data) ? data : []
  for (const item of rows.every(row => !Array.isArray(row)) ? dataObjects(rows) : []) {
    if (own(item, 'instId') === undefined) continue
    if (own(item, 'tradeId') !== undefined) out.push(okxTrade(item, received))
    else if (own(item, 'oi') !== undefined) out.push(okxOpenInterest(item, received))
  }
  if (out.length === 0) out.push(ignored('a REST answer'))
}

function isOptionSummary(rows: readonly Json[]): boolean {
  const [first] = rows
  return typeof first === 'object' && first !== null && !Array.isArray(first) && own(first, 'uly') !== undefined
}
