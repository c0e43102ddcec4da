/** Bybit: WebSocket v5, spot, linear, inverse and options; older messages out of recordings. */
import type { Stream } from '../model/stream.js'
import { own } from '../wire/json.js'
import type { Dialect, Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { bybitBook } from './family/bybit-book.js'
import { BYBIT_INTERVALS, bybitTopic } from './family/bybit-channels.js'
import { BybitDecoder } from './family/bybit-decoder.js'
import { bybitLayouts } from './family/bybit-layouts.js'
import { bybitCategory, bybitInstrument, type BybitCategory } from './family/bybit-symbol.js'
import { quietObject, textsIn } from './family/wire-fields.js'

/** Spot takes no more arguments in one request; the others would. */
const TOPICS_PER_FRAME = 10

/**
 * A perpetual and a spot pair can have the same symbol (`BTCUSDT`); the pair of an event (`BTC/USDT:USDT`) tells them apart.
 * Request ids carry the market, because the acknowledgement repeats them and nothing else in a recording says it.
 */
export const bybit: Exchange = {
  name: 'bybit',
  title: 'Bybit',
  documentation: 'https://bybit-exchange.github.io/docs/v5/ws/connect',
  endpoints: ['wss://stream.bybit.com'],
  channels: {
    trade: {
      wire: 'publicTrade',
      loss: 'unknowable',
      proof: 'ids of contracts are random, several messages share one seq',
    },
    quote: { wire: 'orderbook.1', loss: 'unknowable', proof: 'each message replaces the one before' },
    book: { wire: 'orderbook.200', loss: 'detectable', proof: 'u steps by one within a topic' },
    candle: { wire: 'kline', loss: 'inferable', proof: 'a missing interval shows, a missing update does not' },
    ticker: { wire: 'tickers', loss: 'unknowable', proof: 'changes carry no number that steps' },
    liquidation: { wire: 'allLiquidation', loss: 'unknowable', proof: 'liquidations carry no id' },
    funding: { wire: 'tickers', loss: 'unknowable', proof: 'changes carry no number that steps' },
    openInterest: { wire: 'tickers', loss: 'unknowable', proof: 'changes carry no number that steps' },
  },
  tradeIds: 'opaque',
  limits: {
    streamsPerConnection: 200,
    messages: { count: 20, perMs: 1_000 },
    connects: { count: 500, perMs: 300_000 },
    streamsPerFrame: TOPICS_PER_FRAME,
    connectionLifeMs: null,
  },
  heartbeat: { send: { text: '{"op":"ping"}', everyMs: 20_000 }, silenceMs: 25_000 },
  book: bybitBook,
  intervals: [...BYBIT_INTERVALS.keys()],
  instrument: bybitInstrument,
  address: (stream, base) => joinAddress(base, `/v5/public/${bybitCategory(stream.pair)}`),
  subscribe: (streams, request) => frames('subscribe', streams, request),
  unsubscribe: (streams, request) => frames('unsubscribe', streams, request),
  decoder: () => {
    const general = new BybitDecoder()
    return bybitLayouts(general).decoder(general)
  },
  get dialect() {
    return dialect
  },
}

function frames(op: 'subscribe' | 'unsubscribe', streams: readonly Stream[], request: number): Outgoing[] {
  const markets = new Map<BybitCategory, Stream[]>()
  for (const stream of streams) {
    const category = bybitCategory(stream.pair)
    markets.set(category, [...(markets.get(category) ?? []), stream])
  }
  const outgoing: Outgoing[] = []
  for (const [category, group] of markets) {
    for (let start = 0; start < group.length; start += TOPICS_PER_FRAME) {
      const named = group.slice(start, start + TOPICS_PER_FRAME)
      const id = `${category}-${request + outgoing.length}`
      const args = [...new Set(named.map(bybitTopic))]
      outgoing.push({ text: JSON.stringify({ req_id: id, op, args }), request: id, streams: named })
    }
  }
  return outgoing
}

/** The answers have the shape of spot and contracts. Bybit sends nothing on an idle connection. */
const dialect: Dialect = {
  read: text => {
    const message = quietObject(text)
    const op = message && own(message, 'op')
    const id = message && own(message, 'req_id')
    if (message === undefined) return undefined
    if (op === 'ping') return { kind: 'ping', topics: [], id }
    if (op !== 'subscribe' && op !== 'unsubscribe') return undefined
    return { kind: op, topics: textsIn(own(message, 'args')), id }
  },
  welcome: () => [],
  accept: ({ kind, id }) => [
    kind === 'ping'
      ? JSON.stringify({ success: true, ret_msg: 'pong', conn_id: 'genesis', req_id: id, op: 'ping' })
      : JSON.stringify({ success: true, ret_msg: kind, conn_id: 'genesis', req_id: id, op: kind }),
  ],
  refuse: (request, reason) => [
    JSON.stringify({
      success: false,
      ret_msg: reason,
      conn_id: 'genesis',
      req_id: request?.id,
      op: request?.kind ?? '',
    }),
  ],
  topics: text => {
    const message = quietObject(text)
    const topic = message && own(message, 'topic')
    if (typeof topic !== 'string') return []
    // A recorded book of another depth serves who asks for genesis' own.
    const book = topic.replace(/^orderbook\.(?:50|500|1000)\./, 'orderbook.200.')
    return book === topic ? [topic] : [topic, book]
  },
  topic: bybitTopic,
  heartbeat: null,
}
