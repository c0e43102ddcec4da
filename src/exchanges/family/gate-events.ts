/** Gate's trades, quotes, tickers, candles and liquidations of either market. */
import { DecodeError } from '../../model/errors.js'
import type { Candle, Decoded, Liquidation, Side, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asString, own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { gatePair, type GateMarket } from './gate-names.js'
import { unexpected } from './unexpected.js'
import { ignored, orNull, volumeOrNull } from './wire-fields.js'

/** One entry of a message: sizes of futures are contracts, of spot the base asset. */
export interface GateEntry {
  readonly market: GateMarket
  readonly data: JsonObject
  /** When the exchange sent the message. */
  readonly sent: Micros
  readonly received: Micros
}

/** Wire names of candle lengths by unified interval. */
export const GATE_INTERVALS: ReadonlyMap<string, string> = new Map([
  ...['10s', '1m', '5m', '15m', '30m', '1h', '4h', '8h', '1d'].map(interval => [interval, interval] as const),
  ['1w', '7d'],
])

/** What every event begins with. @throws DecodeError `symbol`. */
export function gateHead(name: Json | undefined, market: GateMarket): { exchange: string; symbol: string; pair: string } {
  const symbol = asString(name, 'symbol')
  const pair = gatePair(symbol, market)
  if (pair === undefined) throw unexpected('symbol', symbol, 'symbol')
  return { exchange: 'gateio', symbol, pair }
} // prettier-ignore

function headOf({ data, market }: GateEntry): ReturnType<typeof gateHead> {
  return gateHead(own(data, market === 'spot' ? 'currency_pair' : 'contract'), market)
}

/** Milliseconds come as text with a fraction (`"1606292218213.4578"`); before 2021 futures had seconds only. */
function createdAt(data: JsonObject): Micros {
  const millis = own(data, 'create_time_ms')
  if (millis !== undefined) return epochMicros(millis, 'ms', 'create_time_ms')
  return epochMicros(own(data, 'create_time'), 's', 'create_time')
}

/** A future's sign is its side: contracts below zero were sold. A size is above zero. */
function signedSize(value: Json | undefined): { size: number; side: 'buy' | 'sell' } {
  const signed = exactNumber(value, 'size')
  if (signed === 0) throw new DecodeError('number', 'size: 0 has no side')
  return { size: Math.abs(signed), side: signed < 0 ? 'sell' : 'buy' }
}

export function decodeTrade(entry: GateEntry): Trade | Decoded {
  const { data, market, received } = entry
  // The insurance fund took a position over: no trade on the market.
  if (own(data, 'is_internal') === true) return ignored('internal trade')
  const futures = market === 'futures' ? signedSize(own(data, 'size')) : undefined
  const side = futures ? futures.side : sideOf(own(data, 'side'))
  return {
    type: 'trade',
    ...headOf(entry),
    id: idText(own(data, 'id'), 'id'),
    price: exactPrice(own(data, 'price'), 'price'),
    size: futures ? futures.size : exactSize(own(data, 'amount'), 'amount'),
    side,
    time: createdAt(data),
    received,
  }
}

function sideOf(side: Json | undefined): Side {
  if (side === 'buy' || side === 'sell') return side
  throw unexpected('side', side)
}

/** `size` is that of the position that was liquidated: below zero a short one, which is closed by buying. */
export function decodeLiquidation(entry: GateEntry): Liquidation {
  const { data, received } = entry
  const { size, side } = signedSize(own(data, 'size'))
  const price = exactPrice(own(data, 'price'), 'price')
  const time = epochMicros(own(data, 'time_ms'), 'ms', 'time_ms')
  return { type: 'liquidation', ...headOf(entry), price, size, side: side === 'buy' ? 'sell' : 'buy', time, received }
}

/** An empty side comes as empty text or 0; half a quote is no quote. */
export function decodeQuote({ data, market, received }: GateEntry): Decoded {
  const head = gateHead(own(data, 's'), market)
  const bid = orNull(own(data, 'b'), value => exactNumber(value, 'b'))
  const ask = orNull(own(data, 'a'), value => exactNumber(value, 'a'))
  if (!bid || !ask) return ignored('quote with an empty side')
  return {
    type: 'quote',
    ...head,
    bid: exactPrice(bid, 'b'),
    bidSize: exactSize(own(data, 'B'), 'B'),
    ask: exactPrice(ask, 'a'),
    askSize: exactSize(own(data, 'A'), 'A'),
    time: epochMicros(own(data, 't'), 'ms', 't'),
    received,
  }
}

/** A future's ticker says its funding (perpetuals only) and open interest (in contracts) as well. */
export function decodeTicker(entry: GateEntry, out: Decoded[]): void {
  const { data, market, sent, received } = entry
  const head = headOf(entry)
  const figure = (key: string): number | null => orNull(own(data, key), value => exactNumber(value, key))
  const last = figure('last')
  const day = { high: figure('high_24h'), low: figure('low_24h') }
  const volume = volumeOrNull(own(data, market === 'spot' ? 'base_volume' : 'volume_24h'), 'volume')
  const moment = { time: sent, received }
  const before = out.length
  if (last !== null) out.push({ type: 'ticker', ...head, last, open: null, ...day, volume, ...moment })
  const rate = figure('funding_rate')
  const markPrice = figure('mark_price')
  if (rate !== null) out.push({ type: 'funding', ...head, rate, markPrice, nextFunding: null, ...moment })
  const openInterest = figure('total_size')
  if (openInterest !== null) out.push({ type: 'openInterest', ...head, openInterest, ...moment })
  if (out.length === before) out.push(ignored('ticker without a price'))
}

/**
 * `n` is the length and the symbol, `1m_BTC_USDT`. Volume is `a` (base asset) for spot and `v` (contracts) for futures;
 * before 2022 spot sent the quote volume alone, of which no base volume can be made.
 */
export function decodeCandle({ data, market, sent, received }: GateEntry): Candle | undefined {
  const [, wire, symbol] = /^([0-9a-z]+)_(.+)$/.exec(asString(own(data, 'n'), 'n')) ?? []
  const interval = [...GATE_INTERVALS].find(([, length]) => length === wire)?.[0]
  if (interval === undefined) throw unexpected('n', own(data, 'n'))
  const head = gateHead(symbol, market)
  const volume = own(data, market === 'spot' ? 'a' : 'v')
  if (volume === undefined && market === 'spot') return undefined
  return {
    type: 'candle',
    ...head,
    interval,
    start: epochMicros(own(data, 't'), 's', 't'),
    open: exactPrice(own(data, 'o'), 'o'),
    high: exactPrice(own(data, 'h'), 'h'),
    low: exactPrice(own(data, 'l'), 'l'),
    close: exactPrice(own(data, 'c'), 'c'),
    volume: exactSize(volume, 'volume'),
    closed: own(data, 'w') === true,
    time: sent,
    received,
  }
}
