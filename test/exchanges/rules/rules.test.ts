import { describe, expect, it } from 'vitest'
import { EXCHANGES } from '../../../src/exchanges/registry.js'
import { RULES } from '../../../src/exchanges/rules/rules-registry.js'
import { parseRules } from '../../../src/session/trading-rules.js'

/** What exchanges answer, as their documents show it. */
const CASES: readonly (readonly [exchange: string, typed: string, url: string, body: string, rules: object])[] = [
  ['binance', 'btcusdt', 'https://api.binance.com/api/v3/exchangeInfo?symbol=BTCUSDT',
    '{"timezone":"UTC","symbols":[{"symbol":"BTCUSDT","filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01000000","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","minQty":"0.00001000","stepSize":"0.00001000"},{"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","stepSize":"0.00000000"},{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true}]}]}',
    { tickSize: '0.01', stepSize: '0.00001', minSize: '0.00001', minNotional: '5' }],
  ['binance-us', 'btcusd', 'https://api.binance.us/api/v3/exchangeInfo?symbol=BTCUSD',
    '{"symbols":[{"symbol":"BTCUSD","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.00000000"},{"filterType":"MIN_NOTIONAL","minNotional":"1.0000"}]}]}',
    { minNotional: '1' }],
  ['binance-futures', 'btcusdt', 'https://fapi.binance.com/fapi/v1/exchangeInfo',
    '{"symbols":[{"symbol":"ETHUSDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"9"}]},{"symbol":"BTCUSDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","stepSize":"0.001","minQty":"0.001"},{"filterType":"MIN_NOTIONAL","notional":"100"}]}]}',
    { tickSize: '0.1', stepSize: '0.001', minSize: '0.001', minNotional: '100' }],
  ['coinbase', 'BTC-USD', 'https://api.exchange.coinbase.com/products/BTC-USD',
    '{"id":"BTC-USD","quote_increment":"0.01","base_increment":"0.00000001","min_market_funds":"1"}',
    { tickSize: '0.01', stepSize: '0.00000001', minNotional: '1' }],
  ['coinbase-advanced', 'BTC-USD', 'https://api.coinbase.com/api/v3/brokerage/market/products/BTC-USD',
    '{"product_id":"BTC-USD","price_increment":"0.01","base_increment":"0.00000001","base_min_size":"0.00000001","quote_min_size":"1"}',
    { tickSize: '0.01', stepSize: '0.00000001', minSize: '0.00000001', minNotional: '1' }],
  ['kraken', 'BTC/USD', 'https://api.kraken.com/0/public/AssetPairs?pair=BTC%2FUSD',
    '{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,"ordermin":"0.0001","costmin":"0.5","tick_size":"0.1"}}}',
    { tickSize: '0.1', stepSize: '0.00000001', minSize: '0.0001', minNotional: '0.5' }],
  ['okx', 'BTC-USDT', 'https://www.okx.com/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT',
    '{"code":"0","msg":"","data":[{"instId":"BTC-USDT","tickSz":"0.1","lotSz":"0.00000001","minSz":"0.00001"}]}',
    { tickSize: '0.1', stepSize: '0.00000001', minSize: '0.00001' }],
  ['okx', 'BTC-USDT-SWAP', 'https://www.okx.com/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP',
    '{"code":"0","data":[{"instId":"BTC-USDT-SWAP","tickSz":"0.1","lotSz":"0.01","minSz":"0.01"}]}',
    { tickSize: '0.1', stepSize: '0.01', minSize: '0.01' }],
  ['bybit', 'BTCUSDT', 'https://api.bybit.com/v5/market/instruments-info?category=spot&symbol=BTCUSDT',
    '{"retCode":0,"result":{"category":"spot","list":[{"symbol":"BTCUSDT","lotSizeFilter":{"basePrecision":"0.000001","quotePrecision":"0.00000001","minOrderQty":"0.000048","minOrderAmt":"1"},"priceFilter":{"tickSize":"0.01"}}]}}',
    { tickSize: '0.01', stepSize: '0.000001', minSize: '0.000048', minNotional: '1' }],
  ['bybit', 'BTC/USDT:USDT', 'https://api.bybit.com/v5/market/instruments-info?category=linear&symbol=BTCUSDT',
    '{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","lotSizeFilter":{"qtyStep":"0.001","minOrderQty":"0.001","minNotionalValue":"5"},"priceFilter":{"tickSize":"0.10"}}]}}',
    { tickSize: '0.1', stepSize: '0.001', minSize: '0.001', minNotional: '5' }],
  ['deribit', 'BTC-PERPETUAL', 'https://www.deribit.com/api/v2/public/get_instrument?instrument_name=BTC-PERPETUAL',
    '{"jsonrpc":"2.0","result":{"tick_size":0.5,"min_trade_amount":10,"kind":"future","maker_commission":-0.0001,"taker_commission":5e-4}}',
    { tickSize: '0.5', stepSize: '10', minSize: '10', maker: '-0.0001', taker: '0.0005' }],
  ['gateio', 'BTC_USDT', 'https://api.gateio.ws/api/v4/spot/currency_pairs/BTC_USDT',
    '{"id":"BTC_USDT","fee":"0.2","min_base_amount":"0.00001","min_quote_amount":"3","amount_precision":6,"precision":1}',
    { tickSize: '0.1', stepSize: '0.000001', minSize: '0.00001', minNotional: '3' }],
  ['kucoin', 'BTC-USDT', 'https://api.kucoin.com/api/v2/symbols/BTC-USDT',
    '{"code":"200000","data":{"symbol":"BTC-USDT","baseMinSize":"0.00001","baseIncrement":"0.00000001","priceIncrement":"0.1","minFunds":"0.1"}}',
    { tickSize: '0.1', stepSize: '0.00000001', minSize: '0.00001', minNotional: '0.1' }],
  ['binance-futures', 'BTCUSD_PERP', 'https://dapi.binance.com/dapi/v1/exchangeInfo',
    '{"symbols":[{"symbol":"BTCUSD_250627","filters":[{"filterType":"PRICE_FILTER","tickSize":"9"}]},{"symbol":"BTCUSD_PERP","contractStatus":"TRADING","contractSize":100,"filters":[{"filterType":"PRICE_FILTER","minPrice":"1000","tickSize":"0.1"},{"filterType":"LOT_SIZE","stepSize":"1","maxQty":"60000","minQty":"1"},{"filterType":"MAX_NUM_ORDERS","limit":200}]}]}',
    { tickSize: '0.1', stepSize: '1', minSize: '1' }],
  ['bitstamp', 'BTC/USD', 'https://www.bitstamp.net/api/v2/markets/',
    '[{"name":"BTC/EUR","market_symbol":"btceur","base_decimals":1,"counter_decimals":1},{"name":"BTC/USD","market_symbol":"btcusd","base_currency":"BTC","base_decimals":8,"counter_currency":"USD","counter_decimals":0,"minimum_order_value":"10","trading":"Enabled","instant_order_counter_decimals":2,"market_type":"SPOT"}]',
    { tickSize: '1', stepSize: '0.00000001', minNotional: '10' }],
  ['bitstamp', 'BTC/USD:USD', 'https://www.bitstamp.net/api/v2/markets/',
    '[{"market_symbol":"btcusd-perp","base_decimals":5,"counter_decimals":0,"minimum_order_value":"10","minimum_order_amount":"0.00001000","market_type":"PERPETUAL","payoff_type":"Linear","contract_size":"1.00000000"}]',
    { tickSize: '1', stepSize: '0.00001', minSize: '0.00001', minNotional: '10' }],
  // As it was listed before.
  ['bitstamp', 'usdcusd', 'https://www.bitstamp.net/api/v2/markets/',
    '[{"name":"USDC/USD","url_symbol":"usdcusd","base_decimals":5,"counter_decimals":5,"instant_order_counter_decimals":5,"minimum_order":"10.00000 USD"}]',
    { tickSize: '0.00001', stepSize: '0.00001', minNotional: '10' }],
  ['bitfinex', 'AAVE/USD', 'https://api-pub.bitfinex.com/v2/conf/pub:info:pair',
    '[[["BTCUSD",[null,null,null,"0.00004","2000.0",null,null,null,0.1,0.05,null,null]],["AAVE:USD",[null,null,null,"0.02","5000.0",null,null,null,null,null,null,null]]]]',
    { minSize: '0.02' }],
  ['bitfinex', 'BTC/USDT:USDT', 'https://api-pub.bitfinex.com/v2/conf/pub:info:pair:futures',
    '[[["BTCF0:USTF0",[null,null,null,"0.0001","100.0",null,null,null,0.01,0.005]]]]',
    { minSize: '0.0001' }],
  ['hyperliquid', 'BTC', 'https://api.hyperliquid.xyz/info',
    '{"universe":[{"name":"ETH","szDecimals":4,"maxLeverage":50},{"name":"BTC","szDecimals":5,"maxLeverage":50}]}',
    { tickSize: '0.1', stepSize: '0.00001' }],
  ['hyperliquid', 'HYPE/USDC', 'https://api.hyperliquid.xyz/info',
    '{"tokens":[{"name":"USDC","szDecimals":8,"weiDecimals":8,"index":0},{"name":"PURR","szDecimals":0,"weiDecimals":5,"index":1},{"name":"HYPE","szDecimals":2,"weiDecimals":8,"index":150}],"universe":[{"name":"PURR/USDC","tokens":[1,0],"index":0,"isCanonical":true},{"name":"@107","tokens":[150,0],"index":107,"isCanonical":false}]}',
    { tickSize: '0.000001', stepSize: '0.01' }],
  ['gemini', 'btcusd', 'https://api.gemini.com/v1/symbols/details/btcusd',
    '{"symbol":"BTCUSD","tick_size":1E-8,"quote_increment":0.01,"min_order_size":"0.00001"}',
    { tickSize: '0.01', stepSize: '0.00000001', minSize: '0.00001' }],
] // prettier-ignore

describe('rules of instruments', () => {
  it.each(CASES)('%s %s', (name, typed, url, body, rules) => {
    const request = RULES.get(name)!
    const instrument = EXCHANGES.get(name)!.instrument(typed)!
    expect(request.url(instrument, null)).toBe(url)
    expect(request.url(instrument, 'http://127.0.0.1:9')).toMatch(/^http:\/\/127\.0\.0\.1:9\//)
    expect(request.read(body, instrument)).toEqual(rules)
    // As a file of rules or a header holds them.
    expect(parseRules({ [`${name}:${instrument.symbol}`]: rules })).toEqual([
      { exchange: name, symbol: instrument.symbol, ...rules },
    ])
  })

  it.each([...RULES.keys()])('%s says nothing where the answer does not', name => {
    const typed = name === 'deribit' ? 'BTC-PERPETUAL' : name === 'hyperliquid' ? '@107' : 'BTC/USDT'
    const instrument = EXCHANGES.get(name)!.instrument(typed)!
    for (const body of ['{}', '[]', 'null', '{"symbols":[{}],"result":[],"data":null}', '{"symbols":[{"symbol":"BTCUSDT","filters":"none"}]}'])
      expect(RULES.get(name)!.read(body, instrument)).toEqual({})
  }) // prettier-ignore

  it('asks nothing where the exchange tells nothing of the kind', () => {
    const url = (name: string, typed: string): string | undefined =>
      RULES.get(name)!.url(EXCHANGES.get(name)!.instrument(typed)!, null)
    expect(url('gateio', 'BTC/USDT:USDT')).toBeUndefined()
  })

  it('says by POST what it asks for, where there is one address for everything', () => {
    const body = (name: string, typed: string): string | undefined =>
      RULES.get(name)!.body?.(EXCHANGES.get(name)!.instrument(typed)!)
    expect(body('binance', 'BTC/USDT')).toBeUndefined()
    expect(body('hyperliquid', 'BTC')).toBe('{"type":"meta"}')
    expect(body('hyperliquid', 'xyz:NVDA')).toBe('{"type":"meta","dex":"xyz"}')
    expect(body('hyperliquid', '@107')).toBe('{"type":"spotMeta"}')
    expect(body('hyperliquid', '@99999')).toBe('{"type":"spotMeta"}')
  })

  it('answers, on the other side, what it reads', () => {
    const request = RULES.get('binance')!
    const rules = { tickSize: '0.01', stepSize: '0.001', minSize: '0.002', minNotional: '5' }
    const instrument = { symbol: 'BTCUSDT', pair: 'BTC/USDT' }
    const answer = (known: ReadonlyMap<string, object>): string | undefined =>
      request.answer?.(new URL(request.url(instrument, 'http://127.0.0.1')!), known)
    expect(request.read(answer(new Map([['BTCUSDT', rules]]))!, instrument)).toEqual(rules)
    expect(answer(new Map())).toBeUndefined()
  })
})
