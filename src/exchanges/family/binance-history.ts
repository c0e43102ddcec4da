/** Old trades of the Binance family by REST: single ones and aggregated ones, each by their own ids. */
import { DecodeError } from '../../model/errors.js'
import type { Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText, plainDecimal } from '../../model/number.js'
import { MICROS_PER_MS } from '../../model/time.js'
import type { JsonObject } from '../../wire/json.js'
import type { PastTrades, TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { binanceTime, type FrameContext } from './binance-fields.js'

const MOST = 1_000
const SINGLE = 'historicalTrades'
const AGGREGATED = 'aggTrades'

/**
 * A page is answered without its symbol, so the frame names it as a stream: `btcusdt@historicalTrades`.
 * @param paths of the two lists; one that needs a key is left out.
 * @see https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
 */
export function tradeRequest(
  host: (symbol: string) => string,
  paths: (symbol: string) => { readonly trade?: string; readonly aggTrade?: string },
): TradeRequest {
  return {
    most: MOST,
    url: ({ symbol, channel }, { from, to }, base) => {
      const path = channel === 'trade' || channel === 'aggTrade' ? paths(symbol)[channel] : undefined
      if (path === undefined) return undefined
      const limit = Math.min(MOST, to - from + 1)
      return `${restOrigin(base, host(symbol))}${path}?symbol=${encodeURIComponent(symbol)}&fromId=${String(from)}&limit=${String(limit)}`
    },
    wrap: ({ symbol, channel }, _, body) => {
      const stream = `${symbol.toLowerCase()}@${channel === 'aggTrade' ? AGGREGATED : SINGLE}`
      return `{"stream":${JSON.stringify(stream)},"generated":true,"data":${body}}`
    },
    answer,
  }
}

/** First and last id of an aggregated trade are not told: a recorded event no longer has them. */
function answer({ pathname, searchParams }: URL, past: PastTrades): string | undefined {
  const list = pathname.slice(pathname.lastIndexOf('/') + 1)
  if (list !== SINGLE && list !== AGGREGATED) return undefined
  const trades = past.of(searchParams.get('symbol') ?? '', list === SINGLE ? 'trade' : 'aggTrade')
  const from = Number(searchParams.get('fromId') ?? 0)
  const limit = Math.min(MOST, Number(searchParams.get('limit') ?? 500))
  const rows = trades.filter(({ id }) => Number(id) >= from).slice(0, limit)
  return `[${rows.map(list === SINGLE ? singleRow : aggregatedRow).join(',')}]`
}

function singleRow({ id, price, size, side, time }: Trade): string {
  return `{"id":${id},"price":"${plainDecimal(price)}","qty":"${plainDecimal(size)}","time":${toMs(time)},"isBuyerMaker":${String(side === 'sell')},"isBestMatch":true}`
}

function aggregatedRow({ id, price, size, side, time }: Trade): string {
  return `{"a":${id},"p":"${plainDecimal(price)}","q":"${plainDecimal(size)}","T":${toMs(time)},"m":${String(side === 'sell')},"M":true}`
}

function toMs(time: number): string {
  return String(Math.floor(time / MICROS_PER_MS))
}

/** A row of such a page; undefined where the frame is none. */
export function readFetched(row: JsonObject, context: FrameContext): Trade | undefined {
  const [symbol = '', list] = context.stream.split('@')
  if (list === SINGLE) {
    return tradeOf(symbol, [row['id'], row['price'], row['qty'], row['time'], row['isBuyerMaker']], context)
  }
  if (list !== AGGREGATED) return undefined
  const trade = tradeOf(symbol, [row['a'], row['p'], row['q'], row['T'], row['m']], context)
  return { ...trade, aggregated: true }
}

type Columns = readonly [
  id: JsonObject[string] | undefined,
  price: JsonObject[string] | undefined,
  size: JsonObject[string] | undefined,
  time: JsonObject[string] | undefined,
  buyerIsMaker: JsonObject[string] | undefined,
]

function tradeOf(lower: string, [id, price, size, time, maker]: Columns, context: FrameContext): Trade {
  const symbol = lower.toUpperCase()
  if (typeof maker !== 'boolean') throw new DecodeError('field', 'maker: expected true or false')
  return {
    type: 'trade',
    exchange: context.exchange,
    symbol,
    pair: context.pair(symbol),
    id: idText(id, 'id'),
    price: exactPrice(price, 'price'),
    size: exactSize(size, 'qty'),
    side: maker ? 'sell' : 'buy',
    time: binanceTime(time, 'time'),
    received: context.received,
    fetched: true,
  }
}
