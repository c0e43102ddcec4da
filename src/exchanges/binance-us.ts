/** Binance.US: the spot protocol of Binance on hosts of its own. */
import { FUTURES_INTERVALS } from './family/binance-channels.js'
import { spotExchange } from './family/binance-family.js'

export const binanceUs = spotExchange({
  name: 'binance-us',
  title: 'Binance.US',
  documentation: 'https://docs.binance.us/#websocket-api',
  endpoints: ['wss://stream.binance.us:9443'],
  depth: 'https://api.binance.us/api/v3/depth?symbol={symbol}&limit=1000',
  // One-second candles are not documented here.
  intervals: FUTURES_INTERVALS,
})
