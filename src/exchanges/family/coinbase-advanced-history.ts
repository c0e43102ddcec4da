/** Old trades of Coinbase Advanced Trade by REST, in pages that end at a time. */
import type { Decoded, Trade } from '../../model/event.js'
import { plainDecimal, sequenceNumber } from '../../model/number.js'
import { formatIsoMicros, MICROS_PER_SECOND, type Micros } from '../../model/time.js'
import { asArray, asObject, own, type JsonObject } from '../../wire/json.js'
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { tradesOf } from './coinbase-advanced-events.js'
import { coinbaseTime, type SentProducts } from './coinbase-products.js'
import { ignored, quietObject } from './wire-fields.js'

const REST = 'https://api.coinbase.com'
const PATH = /^\/api\/v3\/brokerage\/market\/products\/([^/]+)\/ticker$/
/** No document says how many may be asked for; clients ask for as many. An answer with fewer is understood all the same. */
const MOST = 1_000

/**
 * The archive is asked by whole seconds and answers with the newest trades of that time, the newest first: what was cut off is older, and
 * is asked for by an earlier end. Whether the ends belong to it no document says, so a second more is asked for at both.
 * @see https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-market-trades
 */
export const coinbaseAdvancedTrades: TradeRequest = {
  most: MOST,
  url: ({ symbol, channel }, { since, until = null }, base) => {
    if (channel !== 'trade' || since === null || until === null) return undefined
    const [start, end] = [Math.floor(since / MICROS_PER_SECOND) - 1, Math.floor(until / MICROS_PER_SECOND) + 2]
    const page = `limit=${String(MOST)}&start=${String(start)}&end=${String(end)}`
    return `${restOrigin(base, REST)}/api/v3/brokerage/market/products/${encodeURIComponent(symbol)}/ticker?${page}`
  },
  wrap: (_, { from, to }, body) =>
    `{"history":"trades","generated":true,"from":${String(from)},"to":${String(to)},"answer":${body}}`,
  receded: (body, from) => {
    try {
      const rows = rowsOf(quietObject(body) ?? {}).map(row => ({
        id: sequenceNumber(own(row, 'trade_id'), 'trade_id'),
        time: coinbaseTime(own(row, 'time'), 0),
      }))
      const oldest = rows.sort((one, other) => one.id - other.id)[0]
      return oldest === undefined || oldest.id <= from ? null : oldest
    } catch {
      return null
    }
  },
  answer: ({ pathname, searchParams }, past) => {
    const product = PATH.exec(pathname)?.[1]
    if (product === undefined) return undefined
    const [start, end] = [Number(searchParams.get('start') ?? 0), Number(searchParams.get('end') ?? Infinity)]
    const limit = Math.min(MOST, Number(searchParams.get('limit') ?? 100))
    const within = past
      .of(decodeURIComponent(product), 'trade')
      .filter(({ time }) => time >= start * MICROS_PER_SECOND && time <= end * MICROS_PER_SECOND)
    return `{"trades":[${within.slice(-limit).reverse().map(rowText).join(',')}],"best_bid":"","best_ask":""}`
  },
}

/** A page as {@link coinbaseAdvancedTrades} wraps it, oldest first. @throws DecodeError where the answer is not as documented. */
export function readAdvancedHistory(
  message: JsonObject,
  products: SentProducts,
  received: Micros,
  out: Decoded[],
): void {
  const [from, to] = [sequenceNumber(own(message, 'from'), 'from'), sequenceNumber(own(message, 'to'), 'to')]
  const answer = asObject(own(message, 'answer'), 'answer')
  const envelope = { products, time: received, received, sequence: null }
  for (const trade of tradesOf(own(answer, 'trades'), envelope)) {
    const id = Number(trade.id)
    if (id >= from && id <= to) out.push({ ...trade, fetched: true })
  }
  if (out.length === 0) out.push(ignored('none of the trades asked for'))
}

/** `{"trades":[{"trade_id":"…","product_id":"BTC-USD","price":"…","size":"…","time":"…","side":"BUY"}, …],"best_bid":"…","best_ask":"…"}` */
function rowsOf(answer: JsonObject): JsonObject[] {
  return asArray(own(answer, 'trades'), 'trades').map(row => asObject(row, 'trade'))
}

/** `side` is the maker's, as on the feed. */
function rowText({ symbol, id, price, size, side, time }: Trade): string {
  const maker = side === 'buy' ? 'SELL' : 'BUY'
  return `{"trade_id":"${id}","product_id":"${symbol}","price":"${plainDecimal(price)}","size":"${plainDecimal(size)}","time":"${formatIsoMicros(time)}","side":"${maker}"}`
}
