/** The embedded exchange: it speaks the spot protocol of Binance, lists any pair, and has no address but the one it is given. */
import { SPOT_LIMITS } from './family/binance-channels.js'
import { spotExchange } from './family/binance-family.js'

export const sim = spotExchange({
  name: 'sim',
  title: 'Embedded exchange',
  documentation: 'https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams',
  endpoints: [],
  depth: 'http://127.0.0.1/api/v3/depth?symbol={symbol}&limit=5000',
  limits: { ...SPOT_LIMITS, messages: { count: 50, perMs: 1000 }, connectionLifeMs: null },
})
