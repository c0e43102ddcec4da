/** Rules of exchanges that list spot and contracts under one address and want to be told which is meant. */
import { own } from '../../wire/json.js'
import { bybitCategory } from '../family/bybit-symbol.js'
import { decimal, entryOf, objectAt, told, type RulesRequest } from './rules-request.js'

/** Sizes of contracts are contracts, in the messages as here. @see https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments */
export const okxRules: RulesRequest = {
  url: ({ symbol, pair }, base) => {
    const kind = okxKind(symbol, pair)
    return `${base ?? 'https://www.okx.com'}/api/v5/public/instruments?instType=${kind}&instId=${encodeURIComponent(symbol)}`
  },
  read: (body, { symbol }) => {
    const listed = entryOf(own(objectAt(body), 'data'), entry => own(entry, 'instId') === symbol)
    return told({
      tickSize: decimal(own(listed, 'tickSz')),
      stepSize: decimal(own(listed, 'lotSz')),
      minSize: decimal(own(listed, 'minSz')),
    })
  },
}

function okxKind(symbol: string, pair: string): 'SPOT' | 'SWAP' | 'FUTURES' {
  if (symbol.endsWith('-SWAP')) return 'SWAP'
  return pair.includes(':') ? 'FUTURES' : 'SPOT'
}

/** Spot says `basePrecision` and `minOrderAmt` where contracts say `qtyStep` and `minNotionalValue`. @see https://bybit-exchange.github.io/docs/v5/market/instrument */
export const bybitRules: RulesRequest = {
  url: ({ symbol, pair }, base) =>
    `${base ?? 'https://api.bybit.com'}/v5/market/instruments-info?category=${bybitCategory(pair)}&symbol=${encodeURIComponent(symbol)}`,
  read: (body, { symbol }) => {
    const listed = entryOf(own(objectAt(body, 'result'), 'list'), entry => own(entry, 'symbol') === symbol)
    const lots = entryOf([own(listed, 'lotSizeFilter') ?? null], () => true)
    const prices = entryOf([own(listed, 'priceFilter') ?? null], () => true)
    return told({
      tickSize: decimal(own(prices, 'tickSize')),
      stepSize: decimal(own(lots, 'basePrecision') ?? own(lots, 'qtyStep')),
      minSize: decimal(own(lots, 'minOrderQty')),
      minNotional: decimal(own(lots, 'minOrderAmt') ?? own(lots, 'minNotionalValue')),
    })
  },
}
