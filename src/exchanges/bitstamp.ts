/** Bitstamp: WebSocket v2; the book is a REST snapshot and changes in order of their microsecond. */
import type { BookUpdate } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import { own } from '../wire/json.js'
import type { Dialect, Exchange, Outgoing, Place } from './exchange.js'
import { joinAddress, restOrigin } from './family/address.js'
import { BitstampDecoder, bitstampHead } from './family/bitstamp-decoder.js'
import { bitstampLayouts } from './family/bitstamp-layouts.js'
import { bitstampInstrument } from './family/bitstamp-symbol.js'
import { quietObject } from './family/wire-fields.js'

/**
 * Changes to the book carry a time but no number: a lost one cannot be seen, only a crossed book tells in the end.
 * Where that matters take `book20`, the pictures of the top that the exchange sends whole.
 */
const layouts = bitstampLayouts(bitstampHead)

export const bitstamp: Exchange = {
  name: 'bitstamp',
  title: 'Bitstamp',
  documentation: 'https://www.bitstamp.net/websocket/v2/',
  endpoints: ['wss://ws.bitstamp.net'],
  channels: {
    trade: {
      wire: 'live_trades',
      loss: 'unknowable',
      proof: 'ids rise over all pairs, so a step proves nothing for one',
    },
    book: { wire: 'diff_order_book', loss: 'unknowable', proof: 'changes carry a time and no number' },
    book20: { wire: 'order_book', loss: 'unknowable', proof: 'each message replaces the one before' },
  },
  tradeIds: 'increasing',
  limits: {
    streamsPerConnection: 200,
    messages: { count: 20, perMs: 1_000 },
    connects: { count: 100, perMs: 60_000 },
    streamsPerFrame: 1,
    connectionLifeMs: 90 * 86_400_000,
  },
  heartbeat: { send: { text: '{"event":"bts:heartbeat"}', everyMs: 20_000 }, silenceMs: 25_000 },
  book: {
    snapshot: 'rest',
    depth: null,
    bridge: (snapshot, delta) => (isOlder(snapshot, delta) ? 'old' : 'next'),
    follow,
    request: {
      url: (symbol, base) => `${restOrigin(base, 'https://www.bitstamp.net')}/api/v2/order_book/${symbol}?group=1`,
      wrap: (symbol, body) =>
        `{"event":"snapshot","channel":"diff_order_book_${symbol}","generated":true,"data":${body}}`,
    },
  },
  intervals: [],
  instrument: bitstampInstrument,
  address: (_stream, base) => joinAddress(base, '/'),
  subscribe: streams => frames('bts:subscribe', streams),
  unsubscribe: streams => frames('bts:unsubscribe', streams),
  decoder: () => layouts.decoder(new BitstampDecoder()),
  get dialect() {
    return dialect
  },
}

/** A snapshot already holds all that happened up to its own microsecond. */
function isOlder(snapshot: BookUpdate, delta: BookUpdate): boolean {
  return (delta.last ?? 0) <= (snapshot.last ?? 0)
}

/** Two changes may fall on one microsecond; one from before the last was overtaken, and its sizes are out of date. */
function follow(previous: BookUpdate, delta: BookUpdate): Place {
  return (delta.last ?? 0) < (previous.last ?? 0) ? 'old' : 'next'
}

function topicOf(stream: Stream): string {
  switch (stream.channel) {
    case 'book':
      return `diff_order_book_${stream.symbol}`
    case 'book5':
    case 'book10':
    case 'book20':
      return `order_book_${stream.symbol}`
    default:
      return `live_trades_${stream.symbol}`
  }
}

/** One frame names one channel, and answers name the channel. */
function frames(event: string, streams: readonly Stream[]): Outgoing[] {
  return streams.map(stream => ({
    text: JSON.stringify({ event, data: { channel: topicOf(stream) } }),
    request: null,
    streams: [stream],
  }))
}

const dialect: Dialect = {
  read: text => {
    const message = quietObject(text)
    const event = message && own(message, 'event')
    if (event === 'bts:heartbeat') return { kind: 'ping', topics: [], id: null }
    if (event !== 'bts:subscribe' && event !== 'bts:unsubscribe') return undefined
    const data = message && own(message, 'data')
    const channel = typeof data === 'object' && data !== null && !Array.isArray(data) ? own(data, 'channel') : undefined
    if (typeof channel !== 'string') return undefined
    return { kind: event === 'bts:subscribe' ? 'subscribe' : 'unsubscribe', topics: [channel], id: null }
  },
  welcome: () => [],
  accept: ({ kind, topics }) => {
    if (kind === 'ping') return ['{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}']
    const event = kind === 'unsubscribe' ? 'bts:unsubscription_succeeded' : 'bts:subscription_succeeded'
    return topics.map(channel => JSON.stringify({ event, channel, data: {} }))
  },
  refuse: (request, reason) => [
    JSON.stringify({ event: 'bts:error', channel: request?.topics[0] ?? '', data: { code: 4009, message: reason } }),
  ],
  topics: text => {
    const message = quietObject(text)
    const channel = message && own(message, 'data') !== undefined ? own(message, 'channel') : undefined
    const event = message && own(message, 'event')
    return typeof channel === 'string' && typeof event === 'string' && !event.startsWith('bts:') ? [channel] : []
  },
  topic: topicOf,
  heartbeat: null,
}
