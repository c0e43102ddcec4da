/** Old trades of the Coinbase Exchange by REST, in pages that end before an id. */
import type { Trade } from '../../model/event.js'
import { plainDecimal } from '../../model/number.js'
import { formatIsoMicros } from '../../model/time.js'
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'

const REST = 'https://api.exchange.coinbase.com'
const MOST = 1_000
const PATH = /^\/products\/([^/]+)\/trades$/

/** @see https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-trades */
export const coinbaseTrades: TradeRequest = {
  most: MOST,
  url: ({ symbol, channel }, { from, to }, base) => {
    if (channel !== 'trade') return undefined
    const page = `after=${String(to + 1)}&limit=${String(Math.min(MOST, to - from + 1))}`
    return `${restOrigin(base, REST)}/products/${encodeURIComponent(symbol)}/trades?${page}`
  },
  /** The answer is a bare list that does not name its product: `{"type":"trades","generated":true,"product_id":…,"trades":[…]}`. */
  wrap: ({ symbol }, _, body) =>
    `{"type":"trades","generated":true,"product_id":${JSON.stringify(symbol)},"trades":${body}}`,
  answer: ({ pathname, searchParams }, past) => {
    const product = PATH.exec(pathname)?.[1]
    if (product === undefined) return undefined
    const before = Number(searchParams.get('after') ?? Infinity)
    const limit = Math.min(MOST, Number(searchParams.get('limit') ?? 100))
    const rows = past.of(decodeURIComponent(product), 'trade').filter(({ id }) => Number(id) < before)
    return `[${rows.slice(-limit).reverse().map(row).join(',')}]`
  },
}

/** `side` is the maker's. */
function row({ id, price, size, side, time }: Trade): string {
  const maker = side === 'buy' ? 'sell' : 'buy'
  return `{"trade_id":${id},"side":"${maker}","size":"${plainDecimal(size)}","price":"${plainDecimal(price)}","time":"${formatIsoMicros(time)}"}`
}
