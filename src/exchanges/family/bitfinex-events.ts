/** Events out of the arrays of Bitfinex' channels. All numbers are text, digits as sent. */
import { DecodeError } from '../../model/errors.js'
import type { Candle, Decoded, Trade } from '../../model/event.js'
import { exactNumberWithExponent, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, type Json } from '../../wire/json.js'
import { bitfinexHead, type BitfinexHead } from './bitfinex-symbol.js'
import { epochMicros } from './epoch.js'
import { ignored, orNull } from './wire-fields.js'

function numberAt(entry: readonly Json[], index: number, field: string): number | null {
  return orNull(entry[index], value => exactNumberWithExponent(value, field))
}

function priceOf(value: Json | undefined, field: string): number {
  return exactPrice(exactNumberWithExponent(value, field), field)
}

/**
 * `[id, time, amount, price]`; the taker bought where the amount is positive. Five entries are a loan, `[…, rate, days]`,
 * whose rate must not pass for a price.
 */
export function bitfinexTrade(entry: readonly Json[], head: BitfinexHead, received: Micros): Trade {
  const [id, time, amount, price] = entry
  if (entry.length === 5) throw new DecodeError('shape', 'a funding trade on a trading pair')
  const signed = exactNumberWithExponent(amount, 'amount')
  if (signed === 0) throw new DecodeError('number', 'amount: 0 is on neither side')
  return {
    type: 'trade',
    ...head,
    id: idText(id, 'id'),
    price: priceOf(price, 'price'),
    size: exactSize(Math.abs(signed), 'amount'),
    side: signed > 0 ? 'buy' : 'sell',
    time: epochMicros(time, 'ms', 'time'),
    received,
  }
}

/** `[bid, bidSize, ask, askSize, change, changeRelative, last, volume, high, low]`, without a time of its own. */
export function pushBitfinexTicker(
  entry: readonly Json[],
  head: BitfinexHead,
  time: Micros,
  received: Micros,
  out: Decoded[],
): void {
  const count = out.length
  const [bid, bidSize] = [numberAt(entry, 0, 'bid'), numberAt(entry, 1, 'bidSize')]
  const [ask, askSize] = [numberAt(entry, 2, 'ask'), numberAt(entry, 3, 'askSize')]
  const last = numberAt(entry, 6, 'last')
  const volume = numberAt(entry, 7, 'volume')
  const [high, low] = [numberAt(entry, 8, 'high'), numberAt(entry, 9, 'low')]
  if (last !== null) out.push({ type: 'ticker', ...head, last, open: null, high, low, volume, time, received })
  if (bid && ask && bidSize !== null && askSize !== null) {
    out.push({ type: 'quote', ...head, bid, bidSize, ask, askSize, time, received })
  }
  if (out.length === count) out.push(ignored('a ticker without values'))
}

/** `[start, open, close, high, low, volume]`. */
export function bitfinexCandle(
  entry: readonly Json[],
  head: BitfinexHead,
  interval: string,
  time: Micros,
  received: Micros,
): Candle {
  const [start, open, close, high, low, volume] = entry
  return {
    type: 'candle',
    ...head,
    interval,
    start: epochMicros(start, 'ms', 'start'),
    open: priceOf(open, 'open'),
    high: priceOf(high, 'high'),
    low: priceOf(low, 'low'),
    close: priceOf(close, 'close'),
    volume: exactSize(exactNumberWithExponent(volume, 'volume'), 'volume'),
    closed: false,
    time,
    received,
  }
}

/** Status of a perpetual: time, next funding at 7, current rate at 11, mark price at 14, open interest at 17. */
export function pushBitfinexStatus(entry: readonly Json[], head: BitfinexHead, received: Micros, out: Decoded[]): void {
  const count = out.length
  const time = epochMicros(entry[0], 'ms', 'time')
  const rate = numberAt(entry, 11, 'funding')
  const markPrice = numberAt(entry, 14, 'mark')
  const nextFunding = orNull(entry[7], value => epochMicros(value, 'ms', 'nextFunding'))
  if (rate !== null) out.push({ type: 'funding', ...head, rate, markPrice, nextFunding, time, received })
  const openInterest = numberAt(entry, 17, 'openInterest')
  if (openInterest !== null) out.push({ type: 'openInterest', ...head, openInterest, time, received })
  if (out.length === count) out.push(ignored('a status without funding'))
}

/**
 * `["pos", id, time, null, symbol, amount, basePrice, null, isMatch, isMarketSold, null, acquiredPrice]`, once when the
 * liquidation begins and once when it is matched; only the second is a trade. A short position, of negative amount, buys.
 */
export function bitfinexLiquidation(value: Json, received: Micros): Decoded {
  const entry = asArray(value, 'liquidation')
  const amount = exactNumberWithExponent(entry[5], 'amount')
  if (entry[8] !== '1') return ignored('a liquidation that begins')
  return {
    type: 'liquidation',
    ...bitfinexHead(entry[4]),
    price: priceOf(entry[11] ?? entry[6], 'price'),
    size: exactSize(Math.abs(amount), 'amount'),
    side: amount < 0 ? 'buy' : 'sell',
    time: epochMicros(entry[2], 'ms', 'time'),
    received,
  }
}
