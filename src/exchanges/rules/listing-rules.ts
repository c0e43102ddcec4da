/** Rules of exchanges that answer with the list of all they trade. */
import { type Json, own, parseJsonText } from '../../wire/json.js'
import { decimal, entryOf, objectAt, placesStep, told, type RulesRequest } from './rules-request.js'

/**
 * Spot and perpetuals. The former listing called the symbol `url_symbol` and wrote the least value with its currency: `10.00000 USD`.
 * @see https://www.bitstamp.net/api/#tag/Market-info/operation/GetMarkets
 */
export const bitstampRules: RulesRequest = {
  url: (_, base) => `${base ?? 'https://www.bitstamp.net'}/api/v2/markets/`,
  read: (body, { symbol }) => {
    const listed = entryOf(
      parseJsonText(body),
      entry => (own(entry, 'market_symbol') ?? own(entry, 'url_symbol')) === symbol,
    )
    return told({
      tickSize: placesStep(own(listed, 'counter_decimals')),
      stepSize: placesStep(own(listed, 'base_decimals')),
      minSize: decimal(own(listed, 'minimum_order_amount')),
      minNotional: decimal(own(listed, 'minimum_order_value') ?? amountOf(own(listed, 'minimum_order'))),
    })
  },
}

function amountOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.split(' ')[0] : undefined
}

/** Place of the least order size in what is told of a pair. */
const MIN_ORDER_SIZE = 3

/**
 * Prices have five significant digits and no step, so only the least size is told. Pairs stand without the `t` of their symbol.
 * @see https://docs.bitfinex.com/reference/rest-public-conf
 */
export const bitfinexRules: RulesRequest = {
  url: ({ pair }, base) =>
    `${base ?? 'https://api-pub.bitfinex.com'}/v2/conf/pub:info:pair${pair.includes(':') ? ':futures' : ''}`,
  read: (body, { symbol }) => {
    const [pairs] = listOf(parseJsonText(body))
    const entry = listOf(pairs).find(candidate => listOf(candidate)[0] === symbol.slice(1))
    return told({ minSize: decimal(listOf(listOf(entry)[1])[MIN_ORDER_SIZE]) })
  },
}

/** Decimal places of a price and of a size, together. */
const PERPETUAL_PLACES = 6
const SPOT_PLACES = 8

/**
 * Sizes have `szDecimals` places, prices what is left of six (spot eight), and five significant digits at most, for which no step stands.
 * A spot market has the places of its base token. A builder's perpetuals are listed under the builder's name.
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/tick-and-lot-size
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
export const hyperliquidRules: RulesRequest = {
  url: (_, base) => `${base ?? 'https://api.hyperliquid.xyz'}/info`,
  body: ({ symbol, pair }) => {
    const builder = /^([a-z0-9]+):/.exec(symbol)?.[1]
    return JSON.stringify({
      type: isSpot(pair) ? 'spotMeta' : 'meta',
      ...(builder === undefined ? {} : { dex: builder }),
    })
  },
  read: (body, { symbol, pair }) => {
    const listed = entryOf(own(objectAt(body), 'universe'), entry => own(entry, 'name') === symbol)
    const sized = isSpot(pair) ? baseTokenOf(body, listOf(own(listed, 'tokens'))[0]) : listed
    const places = own(sized, 'szDecimals')
    const left = (isSpot(pair) ? SPOT_PLACES : PERPETUAL_PLACES) - Number(places)
    return told({
      tickSize: placesStep(left.toString()),
      stepSize: placesStep(places),
    })
  },
}

function baseTokenOf(body: string, index: Json | undefined): ReturnType<typeof objectAt> {
  return entryOf(own(objectAt(body), 'tokens'), token => index !== undefined && own(token, 'index') === index)
}

/** Perpetuals are settled in USDC. A spot index without a name of its own stands for itself. */
function isSpot(pair: string): boolean {
  return !pair.includes(':')
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
