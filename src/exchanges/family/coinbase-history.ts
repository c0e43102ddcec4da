/** Old trades of the Coinbase Exchange by REST, in pages that end before an id. */
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'

const REST = 'https://api.exchange.coinbase.com'
const MOST = 1_000

/** @see https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-trades */
export const coinbaseTrades: TradeRequest = {
  most: MOST,
  url: ({ symbol, channel }, from, to, base) => {
    if (channel !== 'trade') return undefined
    const page = `after=${String(to + 1)}&limit=${String(Math.min(MOST, to - from + 1))}`
    return `${restOrigin(base, REST)}/products/${encodeURIComponent(symbol)}/trades?${page}`
  },
  /** The answer is a bare list that does not name its product: `{"type":"trades","generated":true,"product_id":…,"trades":[…]}`. */
  wrap: ({ symbol }, body) =>
    `{"type":"trades","generated":true,"product_id":${JSON.stringify(symbol)},"trades":${body}}`,
}
