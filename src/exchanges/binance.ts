/** Binance spot. */
import { spotExchange } from './family/binance-family.js'

export const binance = spotExchange({
  name: 'binance',
  title: 'Binance',
  documentation: 'https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams',
  endpoints: [
    'wss://stream.binance.com:9443',
    'wss://stream.binance.com:443',
    // Market data only; also reachable where the others answer 451.
    'wss://data-stream.binance.vision',
  ],
  depth: 'https://api.binance.com/api/v3/depth?symbol={symbol}&limit=5000',
})
