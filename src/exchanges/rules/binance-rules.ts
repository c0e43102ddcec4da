/** Rules of the Binance family out of `exchangeInfo`. */
import type { TradingRules } from '../../model/instrument.js'
import { own, type JsonObject } from '../../wire/json.js'
import { isCoinMargined } from '../family/binance-symbols.js'
import { decimal, entryOf, objectAt, told, type RulesRequest } from './rules-request.js'

/** @see https://developers.binance.com/docs/binance-spot-api-docs/filters */
export function spotRules(host: string): RulesRequest {
  return {
    url: ({ symbol }, base) => `${base ?? host}/api/v3/exchangeInfo?symbol=${encodeURIComponent(symbol)}`,
    read: readRules,
    answer,
  }
}

/**
 * Contracts; each answer holds all of its host. Sizes of COIN-M are contracts, in the messages as here; a least value it has none.
 * @see https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api/Exchange-Information
 * @see https://developers.binance.com/docs/derivatives/coin-margined-futures/market-data/rest-api/Exchange-Information
 */
export const futuresRules: RulesRequest = {
  url: ({ symbol }, base) =>
    isCoinMargined(symbol)
      ? `${base ?? 'https://dapi.binance.com'}/dapi/v1/exchangeInfo`
      : `${base ?? 'https://fapi.binance.com'}/fapi/v1/exchangeInfo`,
  read: readRules,
}

function readRules(body: string, { symbol }: { readonly symbol: string }): TradingRules {
  const listed = entryOf(own(objectAt(body), 'symbols'), entry => own(entry, 'symbol') === symbol)
  const filter = (...types: readonly string[]): JsonObject =>
    entryOf(own(listed, 'filters'), entry => types.includes(own(entry, 'filterType') as string))
  const value = filter('NOTIONAL', 'MIN_NOTIONAL')
  return told({
    tickSize: decimal(own(filter('PRICE_FILTER'), 'tickSize')),
    stepSize: decimal(own(filter('LOT_SIZE'), 'stepSize')),
    minSize: decimal(own(filter('LOT_SIZE'), 'minQty')),
    minNotional: decimal(own(value, 'minNotional') ?? own(value, 'notional')),
  })
}

/** Of an instrument that the recording has no rules of nothing is said; clients are then told as before what excludes nothing. */
function answer(address: URL, rules: ReadonlyMap<string, TradingRules>): string | undefined {
  const asked = address.searchParams.get('symbol')
  const known = asked === null ? undefined : rules.get(asked.toUpperCase())
  if (address.pathname !== '/api/v3/exchangeInfo' || asked === null || known === undefined) return undefined
  const { tickSize, stepSize, minSize, minNotional } = known
  const filters = [
    ...(tickSize === undefined ? [] : [{ filterType: 'PRICE_FILTER', tickSize }]),
    ...(stepSize === undefined && minSize === undefined ? [] : [{ filterType: 'LOT_SIZE', minQty: minSize ?? '0', stepSize: stepSize ?? '0' }]),
    ...(minNotional === undefined ? [] : [{ filterType: 'NOTIONAL', minNotional }]),
  ] // prettier-ignore
  return JSON.stringify({ timezone: 'UTC', symbols: [{ symbol: asked.toUpperCase(), status: 'TRADING', filters }] })
}
