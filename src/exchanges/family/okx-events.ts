/** Events out of the data of OKX's channels. */
import type { Candle, Decoded, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { okxHead, type OkxHead } from './okx-symbol.js'
import { ignored, orNull, readSide, volumeOrNull } from './wire-fields.js'

/** `side` is the taker's. With a `count` the trade may stand for several fills at one price, `tradeId` for the last; without, ids step by one. */
export function okxTrade(item: JsonObject, received: Micros): Trade {
  const id = idText(own(item, 'tradeId'), 'tradeId')
  return {
    type: 'trade',
    ...okxHead(own(item, 'instId')),
    id,
    price: exactPrice(own(item, 'px'), 'px'),
    size: exactSize(own(item, 'sz'), 'sz'),
    side: readSide(own(item, 'side'), 'side'),
    time: epochMicros(own(item, 'ts'), 'ms', 'ts'),
    received,
    ...place(id, own(item, 'count')),
  }
}

/** What a trade says of its place among the others. */
function place(id: string, fills: Json | undefined): Pick<Trade, 'aggregated' | 'ordinal'> {
  if (fills !== undefined) return { aggregated: true }
  const ordinal = Number(id)
  return Number.isSafeInteger(ordinal) ? { ordinal } : {}
}

/** The best levels of a `bbo-tbt` message; a side without orders is no quote. */
export function okxQuote(item: JsonObject, head: OkxHead, received: Micros): Decoded {
  const [bid] = asArray(own(item, 'bids'), 'bids').map(level => asArray(level, 'bids'))
  const [ask] = asArray(own(item, 'asks'), 'asks').map(level => asArray(level, 'asks'))
  if (!bid || !ask) return ignored('a quote with an empty side')
  return {
    type: 'quote',
    ...head,
    bid: exactPrice(bid[0], 'bid'),
    bidSize: exactSize(bid[1], 'bid'),
    ask: exactPrice(ask[0], 'ask'),
    askSize: exactSize(ask[1], 'ask'),
    time: epochMicros(own(item, 'ts'), 'ms', 'ts'),
    received,
  }
}

/** Volume is in the base asset on spot and in contracts elsewhere, as sizes are. */
export function okxTicker(item: JsonObject, received: Micros): Decoded {
  const head = okxHead(own(item, 'instId'))
  const price = (key: string): number | null => orNull(own(item, key), value => exactNumber(value, key))
  const last = price('last')
  if (last === null) return ignored('a ticker of an instrument that never traded')
  const volume = volumeOrNull(own(item, 'vol24h'), 'vol24h')
  const time = epochMicros(own(item, 'ts'), 'ms', 'ts')
  return { type: 'ticker', ...head, last, open: price('open24h'), high: price('high24h'), low: price('low24h'), volume, time, received } // prettier-ignore
}

/** `[ts, open, high, low, close, volume, …, confirm]`; messages before 2022 lack the last. `closed` is false there. */
export function okxCandle(
  row: Json,
  head: OkxHead,
  interval: string,
  received: Micros,
): { candle: Candle; told: boolean } {
  const [start, open, high, low, close, volume, , , confirm] = asArray(row, 'candle')
  const candle: Candle = {
    type: 'candle',
    ...head,
    interval,
    start: epochMicros(start, 'ms', 'ts'),
    open: exactPrice(open, 'open'),
    high: exactPrice(high, 'high'),
    low: exactPrice(low, 'low'),
    close: exactPrice(close, 'close'),
    volume: exactSize(volume, 'volume'),
    closed: confirm === '1',
    time: received,
    received,
  }
  return { candle, told: confirm !== undefined }
}

/** `fundingTime` is when the rate is next paid. Messages before 2023 carry no `ts`. */
export function okxFunding(item: JsonObject, markPrice: number | null, received: Micros): Decoded {
  return {
    type: 'funding',
    ...okxHead(own(item, 'instId')),
    rate: exactNumber(own(item, 'fundingRate'), 'fundingRate'),
    markPrice,
    nextFunding: orNull(own(item, 'fundingTime'), value => epochMicros(value, 'ms', 'fundingTime')),
    time: orNull(own(item, 'ts'), value => epochMicros(value, 'ms', 'ts')) ?? received,
    received,
  }
}

/** In contracts, as sizes are. */
export function okxOpenInterest(item: JsonObject, received: Micros): Decoded {
  const head = okxHead(own(item, 'instId'))
  const openInterest = exactSize(own(item, 'oi'), 'oi')
  return { type: 'openInterest', ...head, openInterest, time: epochMicros(own(item, 'ts'), 'ms', 'ts'), received }
}

/** `bkPx` is the bankruptcy price at which the position was taken over; `side` that of the liquidating order. */
export function pushOkxLiquidations(item: JsonObject, received: Micros, out: Decoded[]): void {
  const head = okxHead(own(item, 'instId'))
  for (const value of asArray(own(item, 'details'), 'details')) {
    const detail = asObject(value, 'detail')
    out.push({
      type: 'liquidation',
      ...head,
      price: exactPrice(own(detail, 'bkPx'), 'bkPx'),
      size: exactSize(own(detail, 'sz'), 'sz'),
      side: readSide(own(detail, 'side'), 'side'),
      time: epochMicros(own(detail, 'ts'), 'ms', 'ts'),
      received,
    })
  }
}
