/** What each kind of Binance market message says, in genesis' words; books stand in their own file. */
import { DecodeError } from '../../model/errors.js'
import type { Candle, Quote, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText } from '../../model/number.js'
import { asObject, asString, type Json, type JsonObject } from '../../wire/json.js'
import { binanceTime, ignored, type FrameContext, type Reader } from './binance-fields.js'

/** Prices of these are not made in the book: the venue's own liquidation and deleveraging, and placeholders. */
const OFF_BOOK: ReadonlySet<string> = new Set(['INSURANCE_FUND', 'ADL', 'NA'])

/** `trade`. `m` says that the buyer was the maker, so the taker sold. */
export const readTrade: Reader = (message, context) => {
  const kind = message['X']
  if (typeof kind === 'string' && OFF_BOOK.has(kind)) return ignored(`trade outside the book: ${kind}`)
  return tradeOf(message, idText(message['t'], 't'), context)
}

/** `aggTrade`. The oldest futures messages have no id of their own; the id of their last trade stands in for it. */
export const readAggTrade: Reader = (message, context) => ({
  ...tradeOf(message, idText(message['a'] ?? message['l'], 'a'), context),
  aggregated: true,
})

function tradeOf(message: JsonObject, id: string, context: FrameContext): Trade {
  const symbol = asString(message['s'], 's')
  const maker = message['m']
  if (typeof maker !== 'boolean') throw new DecodeError('field', 'm: expected true or false')
  return {
    type: 'trade',
    exchange: context.exchange,
    symbol,
    pair: context.pair(symbol),
    id,
    price: exactPrice(message['p'], 'p'),
    size: exactSize(message['q'], 'q'),
    side: maker ? 'sell' : 'buy',
    time: binanceTime(message['T'], 'T'),
    received: context.received,
  }
}

/** `bookTicker`. Spot sends neither event type nor time. */
export const readQuote: Reader = (message, context) => {
  const symbol = asString(message['s'], 's')
  const time = message['E'] ?? message['T']
  const bidSize = exactSize(message['B'], 'B')
  const askSize = exactSize(message['A'], 'A')
  const pair = context.pair(symbol)
  if (emptySide(message['b'], bidSize) || emptySide(message['a'], askSize)) return ignored('quote with an empty side')
  return {
    type: 'quote',
    exchange: context.exchange,
    symbol,
    pair,
    bid: exactPrice(message['b'], 'b'),
    bidSize,
    ask: exactPrice(message['a'], 'a'),
    askSize,
    time: time === undefined ? context.received : binanceTime(time, 'E'),
    received: context.received,
  } satisfies Quote
}

function emptySide(price: Json | undefined, size: number): boolean {
  return size === 0 && exactSize(price, 'price') === 0
}

/** `kline`. */
export const readCandle: Reader = (message, context) => {
  const candle = asObject(message['k'], 'k')
  const symbol = asString(message['s'], 's')
  const closed = candle['x']
  if (typeof closed !== 'boolean') throw new DecodeError('field', 'x: expected true or false')
  return {
    type: 'candle',
    exchange: context.exchange,
    symbol,
    pair: context.pair(symbol),
    interval: asString(candle['i'], 'i'),
    start: binanceTime(candle['t'], 't'),
    open: exactPrice(candle['o'], 'o'),
    high: exactPrice(candle['h'], 'h'),
    low: exactPrice(candle['l'], 'l'),
    close: exactPrice(candle['c'], 'c'),
    volume: exactSize(candle['v'], 'v'),
    closed,
    time: binanceTime(message['E'], 'E'),
    received: context.received,
  } satisfies Candle
}

/** `24hrTicker` and `24hrMiniTicker`. A symbol that never traded has a last price of 0, which is no price. */
export const readTicker: Reader = (message, context) => {
  const symbol = asString(message['s'], 's')
  const pair = context.pair(symbol)
  const volume = exactSize(message['v'], 'v')
  if (volume === 0 && exactSize(message['c'], 'c') === 0) return ignored('ticker of a symbol that never traded')
  return {
    type: 'ticker',
    exchange: context.exchange,
    symbol,
    pair,
    last: exactPrice(message['c'], 'c'),
    open: exactSize(message['o'], 'o'),
    high: exactSize(message['h'], 'h'),
    low: exactSize(message['l'], 'l'),
    volume,
    time: binanceTime(message['E'], 'E'),
    received: context.received,
  }
}

/** `markPriceUpdate`. Dated futures have no funding: `r` is empty or absent, and nothing is reported. */
export const readFunding: Reader = (message, context) => {
  const symbol = asString(message['s'], 's')
  const pair = context.pair(symbol)
  const rate = message['r']
  const next = message['T']
  const markPrice = exactPrice(message['p'], 'p')
  if (rate === undefined || rate === '') return ignored('mark price of an instrument without funding')
  return {
    type: 'funding',
    exchange: context.exchange,
    symbol,
    pair,
    rate: exactNumber(rate, 'r'),
    markPrice,
    nextFunding: next === undefined || next === 0 ? null : binanceTime(next, 'T'),
    time: binanceTime(message['E'], 'E'),
    received: context.received,
  }
}

/** `forceOrder`: the liquidating order with its limit price and what of it was filled so far. */
export const readLiquidation: Reader = (message, context) => {
  const order = asObject(message['o'], 'o')
  const symbol = asString(order['s'], 's')
  const side = order['S']
  if (side !== 'BUY' && side !== 'SELL') throw new DecodeError('field', 'S: expected BUY or SELL')
  return {
    type: 'liquidation',
    exchange: context.exchange,
    symbol,
    pair: context.pair(symbol),
    price: exactPrice(order['p'], 'p'),
    size: exactSize(order['z'] ?? order['q'], 'z'),
    side: side === 'BUY' ? 'buy' : 'sell',
    time: binanceTime(order['T'], 'T'),
    received: context.received,
  }
}

/** The REST answer with the open interest; older ones have no time. */
export const readOpenInterest: Reader = (message, context) => {
  const symbol = asString(message['symbol'], 'symbol')
  const time = message['time']
  return {
    type: 'openInterest',
    exchange: context.exchange,
    symbol,
    pair: context.pair(symbol),
    openInterest: exactSize(message['openInterest'], 'openInterest'),
    time: time === undefined ? context.received : binanceTime(time, 'time'),
    received: context.received,
  }
}
