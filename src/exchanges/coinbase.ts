/** Coinbase Exchange. */
import type { Exchange } from './exchange.js'
import { joinAddress } from './family/address.js'
import { CoinbaseDecoder } from './family/coinbase-decoder.js'
import { coinbaseDialect, requestFrames, STREAMS_PER_FRAME } from './family/coinbase-dialect.js'
import { coinbaseTrades } from './family/coinbase-history.js'
import { coinbaseLayouts } from './family/coinbase-layouts.js'
import { coinbaseProduct } from './family/coinbase-products.js'

const layouts = coinbaseLayouts()

export const coinbase: Exchange = {
  name: 'coinbase',
  title: 'Coinbase Exchange',
  documentation: 'https://docs.cdp.coinbase.com/exchange/websocket-feed/overview',
  endpoints: ['wss://ws-feed.exchange.coinbase.com'],
  channels: {
    trade: { wire: 'matches', loss: 'detectable', proof: 'trade_id steps by one per product' },
    quote: { wire: 'ticker', loss: 'inferable', proof: 'sequence orders the messages; one is sent per match' },
    book: { wire: 'level2_batch', loss: 'unknowable', proof: 'unnumbered; the exchange promises delivery' },
    ticker: { wire: 'ticker', loss: 'inferable', proof: 'one is sent per match, with its trade_id' },
  },
  tradeIds: 'contiguous',
  limits: {
    // No number is documented; slow readers are cut, so a line is kept short of that.
    streamsPerConnection: 200,
    messages: { count: 100, perMs: 1000 },
    connects: { count: 8, perMs: 1000 },
    streamsPerFrame: STREAMS_PER_FRAME,
    connectionLifeMs: null,
  },
  // One heartbeat a second comes with every subscription.
  heartbeat: { send: null, silenceMs: 5_000 },
  book: { snapshot: 'stream', depth: null, bridge: () => 'next', follow: () => 'next' },
  intervals: [],
  instrument: coinbaseProduct,
  address: (_, base) => joinAddress(base, '/'),
  subscribe: streams => requestFrames('subscribe', streams),
  unsubscribe: streams => requestFrames('unsubscribe', streams),
  decoder: () => layouts.decoder(new CoinbaseDecoder()),
  trades: coinbaseTrades,
  dialect: coinbaseDialect,
}
