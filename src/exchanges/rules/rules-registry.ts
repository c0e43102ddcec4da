/** Which exchanges tell the rules of their instruments by public REST, and how. */
import { futuresRules, spotRules } from './binance-rules.js'
import { bybitRules, okxRules } from './category-rules.js'
import { bitfinexRules, bitstampRules, hyperliquidRules } from './listing-rules.js'
import type { RulesRequest } from './rules-request.js'
import {
  coinbaseAdvancedRules,
  coinbaseRules,
  deribitRules,
  gateRules,
  geminiRules,
  krakenRules,
  kucoinRules,
} from './spot-rules.js'

/** Left out: exchanges through ccxt. */
export const RULES: ReadonlyMap<string, RulesRequest> = new Map([
  ['binance', spotRules('https://api.binance.com')],
  ['binance-us', spotRules('https://api.binance.us')],
  ['binance-futures', futuresRules],
  ['coinbase', coinbaseRules],
  ['coinbase-advanced', coinbaseAdvancedRules],
  ['kraken', krakenRules],
  ['okx', okxRules],
  ['bybit', bybitRules],
  ['deribit', deribitRules],
  ['gateio', gateRules],
  ['kucoin', kucoinRules],
  ['gemini', geminiRules],
  ['bitstamp', bitstampRules],
  ['bitfinex', bitfinexRules],
  ['hyperliquid', hyperliquidRules],
  // The embedded exchange has no address but the one it is given.
  ['sim', spotRules('http://127.0.0.1')],
])
