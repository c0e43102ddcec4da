/** Messages of Kraken Futures that stand in recordings of Kraken: trades, books and tickers by `feed`. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import { exactNumberWithExponent, exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, type JsonObject } from '../../wire/json.js'
import { krakenInstrument } from './kraken-symbol.js'
import { epochMicros } from './epoch.js'
import { ignored, orNull, readSide } from './wire-fields.js'

interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** Decodes a message with a `feed`. A trade snapshot is history and reported as ignored. @throws DecodeError. */
export function decodeKrakenFeed(message: JsonObject, received: Micros, out: Decoded[]): void {
  const feed = asString(own(message, 'feed'), 'feed')
  switch (feed) {
    case 'trade':
      out.push(trade(message, received))
      return
    case 'trade_snapshot':
      out.push(ignored('trades before the subscription'))
      return
    case 'book_snapshot':
      out.push(snapshot(message, received))
      return
    case 'book':
      out.push(change(message, received))
      return
    case 'ticker':
      pushTicker(message, received, out)
      return
    case 'heartbeat':
      out.push({ type: 'heartbeat' })
      return
    case 'ticker_lite':
      out.push(ignored(feed))
      return
    default:
      throw new DecodeError('unknown', `feed ${feed.slice(0, 40)}`)
  }
}

/** `PI_XBTUSD` inverse, `PF_XBTUSD` settled in dollars, `FI_`/`FF_` the same with a date behind. @throws DecodeError `symbol`. */
function headOf(message: JsonObject): Head {
  const symbol = asString(own(message, 'product_id'), 'product_id')
  const match = /^[PF]([IF])_([A-Z0-9]+?)(USD|EUR|GBP|XBT)(?:_(\d{6}))?$/.exec(symbol)
  const spot = match && krakenInstrument(`${match[2] ?? ''}/${match[3] ?? ''}`)?.pair
  if (!match || !spot) throw new DecodeError('symbol', `${symbol.slice(0, 60)} is no symbol`)
  const [base = '', quote = ''] = spot.split('/')
  const expiry = match[4] === undefined ? '' : `-${match[4]}`
  return { exchange: 'kraken', symbol, pair: `${spot}:${match[1] === 'I' ? base : quote}${expiry}` }
}

function trade(message: JsonObject, received: Micros): Decoded {
  return {
    type: 'trade',
    ...headOf(message),
    // Trades before 2019 had no id but their place among the trades of the product.
    id: idText(own(message, 'uid') ?? own(message, 'seq'), 'uid'),
    price: exactPrice(own(message, 'price'), 'price'),
    size: exactSize(own(message, 'qty'), 'qty'),
    side: readSide(own(message, 'side'), 'side'),
    time: epochMicros(own(message, 'time'), 'ms', 'time'),
    received,
  }
}

function snapshot(message: JsonObject, received: Micros): BookUpdate {
  return {
    ...bookOf(message, 'snapshot', received),
    bids: asArray(own(message, 'bids'), 'bids').map(level => levelOf(asObject(level, 'level'))),
    asks: asArray(own(message, 'asks'), 'asks').map(level => levelOf(asObject(level, 'level'))),
  }
}

function change(message: JsonObject, received: Micros): BookUpdate {
  const level = levelOf(message)
  const bid = readSide(own(message, 'side'), 'side') === 'buy'
  return { ...bookOf(message, 'delta', received), bids: bid ? [level] : [], asks: bid ? [] : [level] }
}

function bookOf(message: JsonObject, kind: 'snapshot' | 'delta', received: Micros): BookUpdate {
  const sequence = sequenceNumber(own(message, 'seq'), 'seq')
  const time = orNull(own(message, 'timestamp'), value => epochMicros(value, 'ms', 'timestamp')) ?? received
  const head = headOf(message)
  return {
    type: 'bookUpdate', ...head, kind, first: sequence, last: sequence, previous: null, checksum: null,
    bids: [], asks: [], texts: null, time, received,
  } // prettier-ignore
}

function levelOf(level: JsonObject): Level {
  return [exactPrice(own(level, 'price'), 'price'), exactSize(own(level, 'qty'), 'qty')]
}

/** `relative_funding_rate` is the rate per hour as a fraction; the absolute `funding_rate` is in quote units. */
function pushTicker(message: JsonObject, received: Micros, out: Decoded[]): void {
  const head = headOf(message)
  const time = epochMicros(own(message, 'time'), 'ms', 'time')
  const number = (key: string): number | null => orNull(own(message, key), value => exactNumberWithExponent(value, key))
  const last = number('last')
  if (last !== null) {
    out.push({
      type: 'ticker',
      ...head,
      last,
      open: null,
      high: null,
      low: null,
      volume: number('volume'),
      time,
      received,
    })
  }
  const rate = number('relative_funding_rate')
  const nextFunding = orNull(own(message, 'next_funding_rate_time'), value =>
    epochMicros(value, 'ms', 'next_funding_rate_time'),
  )
  if (rate !== null) {
    out.push({ type: 'funding', ...head, rate, markPrice: number('markPrice'), nextFunding, time, received })
  }
  const openInterest = number('openInterest')
  if (openInterest !== null) out.push({ type: 'openInterest', ...head, openInterest, time, received })
  if (last === null && rate === null && openInterest === null) out.push(ignored('ticker without values'))
}
