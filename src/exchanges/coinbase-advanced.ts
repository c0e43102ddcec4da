/** Coinbase Advanced Trade. */
import type { BookUpdate } from '../model/event.js'
import type { Exchange, Place } from './exchange.js'
import { joinAddress } from './family/address.js'
import { CoinbaseAdvancedDecoder } from './family/coinbase-advanced-decoder.js'
import { coinbaseAdvancedDialect, requestFrames, STREAMS_PER_FRAME } from './family/coinbase-advanced-dialect.js'
import { coinbaseAdvancedTrades } from './family/coinbase-advanced-history.js'
import { advancedProduct } from './family/coinbase-products.js'

export const coinbaseAdvanced: Exchange = {
  name: 'coinbase-advanced',
  title: 'Coinbase Advanced Trade',
  documentation: 'https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview',
  endpoints: ['wss://advanced-trade-ws.coinbase.com'],
  channels: {
    trade: {
      wire: 'market_trades',
      loss: 'detectable',
      proof: 'trade_id steps by one per product; sequence_num per connection',
    },
    quote: { wire: 'ticker', loss: 'detectable', proof: 'sequence_num steps by one per connection' },
    book: { wire: 'level2', loss: 'detectable', proof: 'sequence_num steps by one per connection' },
    candle: { wire: 'candles', loss: 'detectable', proof: 'sequence_num steps by one per connection' },
    ticker: { wire: 'ticker', loss: 'detectable', proof: 'sequence_num steps by one per connection' },
  },
  tradeIds: 'contiguous',
  limits: {
    // No number is documented; slow readers are cut, so a line is kept short of that.
    streamsPerConnection: 200,
    messages: { count: 8, perMs: 1000 },
    // Two official pages differ, 8 and 750 a second: the lower one is safe.
    connects: { count: 8, perMs: 1000 },
    streamsPerFrame: STREAMS_PER_FRAME,
    connectionLifeMs: null,
  },
  // One heartbeat a second comes with every subscription.
  heartbeat: { send: null, silenceMs: 5_000 },
  trades: coinbaseAdvancedTrades,
  book: { snapshot: 'stream', depth: null, bridge: place, follow: place },
  // The feed has candles of five minutes and no others.
  intervals: ['5m'],
  instrument: advancedProduct,
  address: (_, base) => joinAddress(base, '/'),
  subscribe: streams => requestFrames('subscribe', streams),
  unsubscribe: streams => requestFrames('unsubscribe', streams),
  decoder: () => new CoinbaseAdvancedDecoder(),
  dialect: coinbaseAdvancedDialect,
}

/** The decoder has already compared the count of the connection: see {@link CoinbaseAdvancedDecoder}. */
function place(before: BookUpdate, delta: BookUpdate): Place {
  if (delta.previous === before.last) return 'next'
  return before.last !== null && delta.last !== null && delta.last <= before.last ? 'old' : 'gap'
}
