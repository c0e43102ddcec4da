/** Exchanges that the ccxt library can watch, by its own ids (version 4.5): for hints only, since the library itself may know more. */
export const CCXT_IDS: readonly string[] = [
  'alpaca', 'apex', 'aster', 'backpack', 'bequant', 'binance', 'binancecoinm', 'binanceus', 'binanceusdm', 'bingx',
  'bitfinex', 'bitget', 'bithumb', 'bitopro', 'bitrue', 'bitstamp', 'bittrade', 'bitvavo', 'blockchaincom', 'blofin',
  'bullish', 'bybit', 'bybiteu', 'bybitid', 'bydfi', 'cex', 'coinbase', 'coinbaseexchange', 'coinbaseinternational',
  'coincheck', 'coinex', 'coinone', 'cryptocom', 'deepcoin', 'deribit', 'derive', 'dydx', 'extended', 'gate',
  'gateeu', 'gemini', 'grvt', 'hashkey', 'hitbtc', 'hollaex', 'htx', 'hyperliquid', 'independentreserve', 'kraken',
  'krakenfutures', 'kucoin', 'kucoinfutures', 'lbank', 'lighter', 'luno', 'mexc', 'modetrade', 'mudrex', 'myokx',
  'nado', 'ndax', 'okx', 'okxus', 'onetrading', 'p2b', 'pacifica', 'paradex', 'phemex', 'poloniex', 'toobit',
  'upbit', 'weex', 'whitebit', 'woo', 'woofipro', 'xt',
] // prettier-ignore
