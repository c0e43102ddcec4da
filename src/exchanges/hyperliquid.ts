/** Hyperliquid: perpetuals and spot of an on-chain order book. */
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { HyperliquidDecoder, hyperliquidHead } from './family/hyperliquid-decoder.js'
import { hyperliquidLayouts } from './family/hyperliquid-layouts.js'
import { hyperliquidInstrument } from './family/hyperliquid-names.js'
import { hyperliquidDialect, hyperliquidSubscription } from './family/hyperliquid-topics.js'

const layouts = hyperliquidLayouts(hyperliquidHead)

export const hyperliquid: Exchange = {
  name: 'hyperliquid',
  title: 'Hyperliquid',
  documentation: 'https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket',
  endpoints: ['wss://api.hyperliquid.xyz'],
  channels: {
    trade: { wire: 'trades', loss: 'unknowable', proof: 'tid only identifies a trade' },
    quote: { wire: 'bbo', loss: 'unknowable', proof: 'quotes carry no number' },
    book: { wire: 'l2Book', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    book20: { wire: 'l2Book', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    candle: { wire: 'candle', loss: 'inferable', proof: 'start times step by the interval' },
    funding: { wire: 'activeAssetCtx', loss: 'unknowable', proof: 'contexts carry no number' },
    openInterest: { wire: 'activeAssetCtx', loss: 'unknowable', proof: 'contexts carry no number' },
  },
  tradeIds: 'opaque',
  limits: {
    streamsPerConnection: 1_000,
    messages: { count: 2_000, perMs: 60_000 },
    connects: { count: 30, perMs: 60_000 },
    streamsPerFrame: 2,
    connectionLifeMs: null,
  },
  // The server closes a connection that was silent for a minute.
  heartbeat: { send: { text: '{"method":"ping"}', everyMs: 30_000 }, silenceMs: 15_000 },
  // Every message is a whole picture (`partial`), so that nothing is ever to be put in order.
  book: { snapshot: 'stream', depth: null, bridge: () => 'gap', follow: () => 'gap' },
  intervals: ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '8h', '12h', '1d', '3d', '1w', '1M'],
  instrument: hyperliquidInstrument,
  address: (_stream, base) => joinAddress(base, '/ws'),
  subscribe: streams => frames('subscribe', streams),
  unsubscribe: streams => frames('unsubscribe', streams),
  decoder: () => layouts.decoder(new HyperliquidDecoder()),
  dialect: hyperliquidDialect,
}

/** One subscription a message. Two streams may share one (funding and open interest), which must not be asked for twice. */
function frames(method: 'subscribe' | 'unsubscribe', streams: readonly Stream[]): Outgoing[] {
  const shared = new Map<string, Stream[]>()
  for (const stream of streams) {
    const text = JSON.stringify({ method, subscription: hyperliquidSubscription(stream) })
    shared.set(text, [...(shared.get(text) ?? []), stream])
  }
  return [...shared].map(([text, named]) => ({ text, request: null, streams: named }))
}
