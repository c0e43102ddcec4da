/** Gemini: spot and perpetuals by its v2 market data. */
import type { BookUpdate } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing, Place } from './exchange.js'
import { joinAddress } from './family/address.js'
import { GEMINI_INTERVALS, GeminiDecoder, geminiHead } from './family/gemini-decoder.js'
import { geminiLayouts } from './family/gemini-layouts.js'
import { geminiInstrument } from './family/gemini-names.js'
import { geminiDialect, geminiFeed } from './family/gemini-topics.js'

const STREAMS_PER_FRAME = 100

const layouts = geminiLayouts(geminiHead)

export const gemini: Exchange = {
  name: 'gemini',
  title: 'Gemini',
  documentation: 'https://docs.gemini.com/websocket-api/#market-data-version-2',
  endpoints: ['wss://api.gemini.com'],
  channels: {
    trade: { wire: 'l2 (trade)', loss: 'unknowable', proof: 'event ids rise by more than one and are shared by all symbols' },
    book: { wire: 'l2 (l2_updates)', loss: 'unknowable', proof: 'changes carry no number; a crossed book shows some losses' },
    candle: { wire: 'candles_{interval}', loss: 'inferable', proof: 'start times step by the interval' },
  }, // prettier-ignore
  tradeIds: 'increasing',
  limits: {
    streamsPerConnection: 200,
    messages: { count: 5, perMs: 1_000 },
    connects: { count: 60, perMs: 60_000 },
    streamsPerFrame: STREAMS_PER_FRAME,
    connectionLifeMs: null,
  },
  // The exchange beats every five seconds.
  heartbeat: { send: null, silenceMs: 12_000 },
  book: { snapshot: 'stream', depth: null, bridge: placeOf, follow: placeOf },
  intervals: GEMINI_INTERVALS,
  instrument: geminiInstrument,
  address: (_stream, base) => joinAddress(base, '/v2/marketdata'),
  subscribe: streams => frames('subscribe', streams),
  unsubscribe: streams => frames('unsubscribe', streams),
  decoder: () => layouts.decoder(new GeminiDecoder()),
  dialect: geminiDialect,
}

/** Version 2 numbers nothing, so its changes are taken as they come; `ws.gemini.com` numbers them from `U` to `u`. */
function placeOf(applied: BookUpdate, delta: BookUpdate): Place {
  if (delta.first === null || delta.last === null || applied.last === null) return 'next'
  if (delta.last <= applied.last) return 'old'
  return delta.first <= applied.last + 1 ? 'next' : 'gap'
}

function frames(type: 'subscribe' | 'unsubscribe', streams: readonly Stream[]): Outgoing[] {
  const count = Math.ceil(streams.length / STREAMS_PER_FRAME)
  return Array.from({ length: count }, (_, index) => {
    const chunk = streams.slice(index * STREAMS_PER_FRAME, (index + 1) * STREAMS_PER_FRAME)
    const text = JSON.stringify({ type, subscriptions: subscriptions(chunk) })
    return { text, request: null, streams: chunk }
  })
}

/** Symbols by feed, each named once although two streams may want it. */
function subscriptions(streams: readonly Stream[]): { name: string; symbols: string[] }[] {
  const feeds = new Map<string, Set<string>>()
  for (const stream of streams) {
    const name = geminiFeed(stream)
    feeds.set(name, (feeds.get(name) ?? new Set()).add(stream.symbol))
  }
  return [...feeds].map(([name, symbols]) => ({ name, symbols: [...symbols] }))
}
