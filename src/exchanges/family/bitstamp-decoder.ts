/** Decodes every message of Bitstamp's WebSocket v2, and REST books made into frames. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level, Side } from '../../model/event.js'
import { exactNumberWithExponent, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { bitstampInstrument } from './bitstamp-symbol.js'
import { epochMicros } from './epoch.js'
import { shown, unexpected } from './unexpected.js'
import { ignored } from './wire-fields.js'

/** Levels of `order_book` that genesis tells; the exchange sends a hundred. */
const PICTURE_LEVELS = 20

interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

export class BitstampDecoder implements Decoder {
  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(data.toString('utf8')), 'message')
    const event = own(message, 'event') === undefined ? undefined : asString(own(message, 'event'), 'event')
    if (event === undefined) {
      out.push(bare(message))
      return
    }
    const channel = own(message, 'channel')
    if (typeof channel === 'string' && channel.startsWith('private-') && !event.startsWith('bts:')) {
      out.push(ignored('account'))
      return
    }
    switch (event) {
      case 'trade':
        out.push(trade(message, receivedAt))
        return
      case 'data':
      case 'snapshot':
        out.push(book(message, event === 'snapshot', receivedAt))
        return
      default:
        out.push(notice(event, message))
    }
  }
}

function notice(event: string, message: JsonObject): Decoded {
  const channel = own(message, 'channel')
  const streams = typeof channel === 'string' && channel !== '' ? [channel] : []
  switch (event) {
    case 'bts:subscription_succeeded':
    case 'bts:unsubscription_succeeded':
      return { type: 'ack', request: null, streams }
    case 'bts:error':
      return { type: 'refused', request: null, streams, reason: reasonOf(message) }
    case 'bts:request_reconnect':
      return { type: 'renew', reason: 'the exchange asks to reconnect' }
    case 'bts:heartbeat':
      return { type: 'heartbeat' }
    case 'order_created':
    case 'order_changed':
    case 'order_deleted':
      return ignored(event)
    default:
      throw new DecodeError('unknown', `event ${event.slice(0, 40)}`)
  }
}

function reasonOf(message: JsonObject): string {
  const data = asObject(own(message, 'data'), 'data')
  return [own(data, 'code'), own(data, 'message')]
    .filter(part => part !== undefined && part !== null)
    .map(shown)
    .join(' ')
}

/** Bodies without an envelope name no pair. */
function bare(message: JsonObject): Decoded {
  if (own(message, 'bids') !== undefined && own(message, 'asks') !== undefined) return ignored('a book without a pair')
  if (own(message, 'price') !== undefined && own(message, 'id') !== undefined) return ignored('a trade without a pair')
  if (own(message, 'last') !== undefined && own(message, 'bid') !== undefined) return ignored('a ticker without a pair')
  throw new DecodeError('unknown', 'a message without an event')
}

/** @throws DecodeError `symbol` where the end of the channel name is no pair. */
function headOf(message: JsonObject): { channel: string; head: Head } {
  const name = asString(own(message, 'channel'), 'channel')
  const match = /^([a-z_]+)_([a-z0-9-]+)$/.exec(name)
  const [, channel = '', symbol = ''] = match ?? []
  return { channel, head: bitstampHead(symbol, name) }
}

/** @throws DecodeError `symbol` where the text is no pair as channels spell it. */
export function bitstampHead(symbol: string, name = symbol): Head {
  const pair = /^[a-z0-9-]+$/.test(symbol) ? bitstampInstrument(symbol)?.pair : undefined
  if (pair === undefined) throw new DecodeError('symbol', `${name.slice(0, 60)} names no pair`)
  return { exchange: 'bitstamp', symbol, pair }
}

function trade(message: JsonObject, received: Micros): Decoded {
  const { channel, head } = headOf(message)
  if (channel !== 'live_trades') throw new DecodeError('unknown', `trade on ${channel}`)
  const data = asObject(own(message, 'data'), 'data')
  return {
    type: 'trade',
    ...head,
    id: idText(own(data, 'id'), 'id'),
    price: exactPrice(decimal(data, 'price'), 'price'),
    size: exactSize(decimal(data, 'amount'), 'amount'),
    side: sideOf(own(data, 'type') ?? own(data, 'order_type')),
    time: timeOf(data),
    received,
  }
}

function sideOf(value: Json | undefined): Side {
  if (value === 0) return 'buy'
  if (value === 1) return 'sell'
  throw unexpected('type', value)
}

/** The text beside the number has the digits and may have an exponent (`1E-8`). Messages before 2019 have the number alone. */
function decimal(data: JsonObject, key: string): number {
  const text = own(data, `${key}_str`)
  if (text !== undefined) return exactNumberWithExponent(asString(text, key), key)
  const value = own(data, key)
  return typeof value === 'string' && isFullDouble(value) ? Number(value) : exactNumberWithExponent(value, key)
}

/**
 * True for the 17 digits in which some languages write a double (`914.38999999999999` for 914.39). The double itself was
 * what the exchange meant, and it is held exactly.
 */
function isFullDouble(text: string): boolean {
  return text.includes('.') && Number(text).toPrecision(17).replace(/0+$/, '') === text
}

/** `microtimestamp` has held milliseconds in old messages; where it is absent only seconds are known. */
function timeOf(data: JsonObject): Micros {
  const exact = own(data, 'microtimestamp')
  if (exact === undefined) return epochMicros(own(data, 'timestamp'), 's', 'timestamp')
  const digits = typeof exact === 'number' ? String(exact) : exact
  return epochMicros(exact, typeof digits === 'string' && digits.length === 13 ? 'ms' : 'us', 'microtimestamp')
}

function book(message: JsonObject, fetched: boolean, received: Micros): Decoded {
  const { channel, head } = headOf(message)
  const data = asObject(own(message, 'data'), 'data')
  switch (channel) {
    case 'diff_order_book':
      return update(data, head, fetched ? 'snapshot' : 'delta', received)
    case 'order_book': {
      const picture = update(data, head, 'partial', received)
      return { ...picture, bids: picture.bids.slice(0, PICTURE_LEVELS), asks: picture.asks.slice(0, PICTURE_LEVELS) }
    }
    case 'detail_order_book':
      return ignored('detail_order_book')
    default:
      throw new DecodeError('unknown', `data on ${channel}`)
  }
}

function update(data: JsonObject, head: Head, kind: BookUpdate['kind'], received: Micros): BookUpdate {
  const time = timeOf(data)
  return {
    type: 'bookUpdate',
    ...head,
    kind,
    first: time,
    last: time,
    previous: null,
    checksum: null,
    bids: levels(own(data, 'bids'), 'bids'),
    asks: levels(own(data, 'asks'), 'asks'),
    texts: null,
    time,
    received,
  }
}

function levels(value: Json | undefined, field: string): Level[] {
  return asArray(value, field).map(entry => {
    const [price, size] = asArray(entry, field)
    return [exactPrice(price, field), exactSize(exactNumberWithExponent(size, field), field)]
  })
}
