/** Rules of exchanges whose answer describes one instrument, field by field. */
import { own } from '../../wire/json.js'
import { decimal, entryOf, objectAt, placesStep, rate, told, type RulesRequest } from './rules-request.js'

/** @see https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproduct */
export const coinbaseRules: RulesRequest = {
  url: ({ symbol }, base) => `${base ?? 'https://api.exchange.coinbase.com'}/products/${symbol}`,
  read: body => {
    const product = objectAt(body)
    return told({
      tickSize: decimal(own(product, 'quote_increment')),
      stepSize: decimal(own(product, 'base_increment')),
      minNotional: decimal(own(product, 'min_market_funds')),
    })
  },
}

/** @see https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-product */
export const coinbaseAdvancedRules: RulesRequest = {
  url: ({ symbol }, base) => `${base ?? 'https://api.coinbase.com'}/api/v3/brokerage/market/products/${symbol}`,
  read: body => {
    const product = objectAt(body)
    return told({
      tickSize: decimal(own(product, 'price_increment')),
      stepSize: decimal(own(product, 'base_increment')),
      minSize: decimal(own(product, 'base_min_size')),
      minNotional: decimal(own(product, 'quote_min_size')),
    })
  },
}

/** One pair is asked for, and named in the answer as Kraken names it inside: `XXBTZUSD`. @see https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs */
export const krakenRules: RulesRequest = {
  url: ({ symbol }, base) => `${base ?? 'https://api.kraken.com'}/0/public/AssetPairs?pair=${encodeURIComponent(symbol)}`,
  read: body => {
    const pair = entryOf(own(objectAt(body), 'result'), () => true)
    return told({
      tickSize: decimal(own(pair, 'tick_size')) ?? placesStep(own(pair, 'pair_decimals')),
      stepSize: placesStep(own(pair, 'lot_decimals')),
      minSize: decimal(own(pair, 'ordermin')),
      minNotional: decimal(own(pair, 'costmin')),
    })
  },
} // prettier-ignore

/** @see https://www.gate.com/docs/developers/apiv4/en/#query-single-currency-pair-details */
export const gateRules: RulesRequest = {
  url: ({ symbol, pair }, base) =>
    pair.includes(':') ? undefined : `${base ?? 'https://api.gateio.ws'}/api/v4/spot/currency_pairs/${symbol}`,
  read: body => {
    const pair = objectAt(body)
    return told({
      tickSize: placesStep(own(pair, 'precision')),
      stepSize: placesStep(own(pair, 'amount_precision')),
      minSize: decimal(own(pair, 'min_base_amount')),
      minNotional: decimal(own(pair, 'min_quote_amount')),
    })
  },
}

/** @see https://www.kucoin.com/docs/rest/spot-trading/market-data/get-symbols-list */
export const kucoinRules: RulesRequest = {
  url: ({ symbol, pair }, base) =>
    pair.includes(':') ? undefined : `${base ?? 'https://api.kucoin.com'}/api/v2/symbols/${symbol}`,
  read: body => {
    const data = objectAt(body, 'data')
    return told({
      tickSize: decimal(own(data, 'priceIncrement')),
      stepSize: decimal(own(data, 'baseIncrement')),
      minSize: decimal(own(data, 'baseMinSize')),
      minNotional: decimal(own(data, 'minFunds')),
    })
  },
}

/** What Gemini calls `tick_size` is the step of sizes. @see https://docs.gemini.com/rest/market-data#get-symbol-details */
export const geminiRules: RulesRequest = {
  url: ({ symbol }, base) => `${base ?? 'https://api.gemini.com'}/v1/symbols/details/${symbol.toLowerCase()}`,
  read: body => {
    const details = objectAt(body)
    return told({
      tickSize: decimal(own(details, 'quote_increment')),
      stepSize: decimal(own(details, 'tick_size')),
      minSize: decimal(own(details, 'min_order_size')),
    })
  },
}

/** Contracts, whose fees are public; those of options are counted otherwise. @see https://docs.deribit.com/#public-get_instrument */
export const deribitRules: RulesRequest = {
  url: ({ symbol }, base) =>
    `${base ?? 'https://www.deribit.com'}/api/v2/public/get_instrument?instrument_name=${encodeURIComponent(symbol)}`,
  read: body => {
    const result = objectAt(body, 'result')
    const isOption = own(result, 'kind') === 'option'
    return told({
      tickSize: decimal(own(result, 'tick_size')),
      stepSize: decimal(own(result, 'min_trade_amount')),
      minSize: decimal(own(result, 'min_trade_amount')),
      maker: isOption ? undefined : rate(own(result, 'maker_commission')),
      taker: isOption ? undefined : rate(own(result, 'taker_commission')),
    })
  },
}
