/** What clients of Binance's spot ask by REST before they subscribe: which symbols there are, and what time it is. */
import type { Micros } from '../../model/time.js'
import { spotInstrument } from './binance-symbols.js'

/** @returns undefined where the address asks for something else. */
export function binanceInfo(address: URL, listed: readonly string[], now: Micros): string | undefined {
  const serverTime = Math.floor(now / 1_000)
  switch (address.pathname) {
    case '/api/v3/ping':
      return '{}'
    case '/api/v3/time':
      return JSON.stringify({ serverTime })
    case '/api/v3/exchangeInfo':
      return JSON.stringify({
        timezone: 'UTC',
        serverTime,
        rateLimits: [],
        exchangeFilters: [],
        symbols: listed.flatMap(symbolInfo),
      })
    default:
      return undefined
  }
}

/** A recording does not know the rules of its instruments; eight decimals exclude nothing. */
function symbolInfo(symbol: string): object[] {
  const [baseAsset, quoteAsset] = spotInstrument(symbol)?.pair.split('/') ?? []
  if (baseAsset === undefined || quoteAsset === undefined) return []
  const smallest = '0.00000001'
  return [
    {
      symbol,
      status: 'TRADING',
      baseAsset,
      baseAssetPrecision: 8,
      quoteAsset,
      quoteAssetPrecision: 8,
      orderTypes: ['LIMIT', 'MARKET'],
      isSpotTradingAllowed: true,
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: smallest, maxPrice: '10000000.00000000', tickSize: smallest },
        { filterType: 'LOT_SIZE', minQty: smallest, maxQty: '9000000.00000000', stepSize: smallest },
      ],
    },
  ]
}
