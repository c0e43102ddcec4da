/** Kraken spot: WebSocket v2 live; v1 arrays, REST books and Kraken Futures feeds out of recordings. */
import { DecodeError } from '../model/errors.js'
import type { Decoded } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import { asObject, own, parseJson, parseJsonText, type JsonObject } from '../wire/json.js'
import type { Decoder, Dialect, Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { krakenBook, KRAKEN_DEPTH } from './family/kraken-book.js'
import { decodeKrakenFeed } from './family/kraken-futures.js'
import { krakenTrades, readKrakenHistory } from './family/kraken-history.js'
import { krakenLayouts } from './family/kraken-layouts.js'
import { krakenInstrument } from './family/kraken-symbol.js'
import { decodeKrakenEvent, KrakenV1, krakenV1Topic } from './family/kraken-v1.js'
import { krakenHead, KRAKEN_INTERVALS, krakenTopic, KrakenV2 } from './family/kraken-v2.js'
import { KrakenWindows } from './family/kraken-window.js'
import { ignored, quietJson, quietObject, readLevels, readTexts, textsIn } from './family/wire-fields.js'

const SYMBOLS_PER_FRAME = 100

/**
 * The ticker channel carries the best bid and ask as well; genesis asks for it on every change of the best prices, so that
 * `ticker` and `quote` share one subscription. A change of size alone at an unchanged price is not sent.
 */
const layouts = krakenLayouts()

export const kraken: Exchange = {
  name: 'kraken',
  title: 'Kraken',
  documentation: 'https://docs.kraken.com/api/docs/websocket-v2',
  endpoints: ['wss://ws.kraken.com'],
  channels: {
    trade: { wire: 'trade', loss: 'detectable', proof: 'trade_id steps by one within a pair' },
    quote: { wire: 'ticker (event_trigger bbo)', loss: 'unknowable', proof: 'quotes carry no number' },
    book: { wire: 'book', loss: 'detectable', proof: 'CRC32 of the ten best levels with every update' },
    candle: { wire: 'ohlc', loss: 'inferable', proof: 'a missing interval shows, a missing update does not' },
    ticker: { wire: 'ticker', loss: 'unknowable', proof: 'tickers carry no number' },
  },
  tradeIds: 'contiguous',
  limits: {
    streamsPerConnection: 500,
    messages: { count: 10, perMs: 1_000 },
    connects: { count: 150, perMs: 600_000 },
    streamsPerFrame: SYMBOLS_PER_FRAME,
    connectionLifeMs: null,
  },
  heartbeat: { send: null, silenceMs: 5_000 },
  book: krakenBook,
  intervals: [...KRAKEN_INTERVALS.keys()],
  instrument: krakenInstrument,
  address: (_stream, base) => joinAddress(base, '/v2'),
  subscribe: (streams, request) => frames('subscribe', streams, request),
  unsubscribe: (streams, request) => frames('unsubscribe', streams, request),
  decoder: () => layouts.decoder(new KrakenDecoder()),
  trades: krakenTrades,
  get dialect() {
    return dialect
  },
}

class KrakenDecoder implements Decoder {
  private readonly windows = new KrakenWindows()
  private readonly v2 = new KrakenV2(this.windows)
  private readonly v1 = new KrakenV1(this.windows, this.v2.closer)

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const text = data.toString('utf8')
    // Only the checksum of a book needs the digits as sent.
    const message = text.includes('"book"') ? parseJsonText(text) : parseJson(text)
    if (Array.isArray(message)) {
      this.v1.data(message, receivedAt, out)
      return
    }
    const record = asObject(message, 'message')
    if (own(record, 'type') === 'history') readKrakenHistory(record, receivedAt, out)
    else if (own(record, 'channel') !== undefined) this.v2.channel(record, receivedAt, out)
    else if (own(record, 'method') !== undefined || own(record, 'success') !== undefined) this.v2.answer(record, out)
    else if (own(record, 'event') !== undefined) decodeKrakenEvent(record, out)
    else if (own(record, 'feed') !== undefined) decodeKrakenFeed(record, receivedAt, out)
    else if (own(record, 'candles') !== undefined) out.push(ignored('a REST answer'))
    else if (own(record, 'result') !== undefined) decodeRest(record, receivedAt, out)
    else throw new DecodeError('unknown', 'neither channel, method, event nor feed')
  }
}

/** A REST answer: the depth of one pair is a book, all else carries nothing that genesis reports. */
function decodeRest(message: JsonObject, received: Micros, out: Decoded[]): void {
  const result = own(message, 'result')
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    out.push(ignored('a REST answer without a symbol'))
    return
  }
  for (const name of Object.keys(result)) {
    const entry = own(result, name)
    const record = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : {}
    const bids = own(record, 'bids')
    const asks = own(record, 'asks')
    if (bids === undefined || asks === undefined) continue
    const texts = readTexts(bids, asks)
    const levels = { bids: readLevels(bids, 'bids'), asks: readLevels(asks, 'asks'), texts }
    const ids = { first: null, last: null, previous: null, checksum: null }
    out.push({
      type: 'bookUpdate',
      ...krakenHead(name),
      kind: 'partial',
      ...ids,
      ...levels,
      time: received,
      received,
    })
  }
  if (out.length === 0) out.push(ignored('a REST answer'))
}

type Method = 'subscribe' | 'unsubscribe'

/** One frame per channel and hundred streams; streams that share a channel and symbol are named once. */
function frames(method: Method, streams: readonly Stream[], request: number): Outgoing[] {
  const groups = new Map<string, Stream[]>()
  for (const stream of streams) {
    const channel = topicOf(stream).split(':')[0] ?? ''
    const group = groups.get(channel)
    if (group) group.push(stream)
    else groups.set(channel, [stream])
  }
  const outgoing: Outgoing[] = []
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += SYMBOLS_PER_FRAME) {
      outgoing.push(frame(method, group.slice(start, start + SYMBOLS_PER_FRAME), request + outgoing.length))
    }
  }
  return outgoing
}

function frame(method: Method, streams: readonly Stream[], request: number): Outgoing {
  const symbol = [...new Set(streams.map(stream => stream.symbol))]
  const params = { ...channelParams(streams[0]), symbol, ...(method === 'subscribe' ? extras(streams[0]) : {}) }
  return { text: JSON.stringify({ method, params, req_id: request }), request: String(request), streams }
}

/** What names the channel, in both kinds of request. */
function channelParams(stream: Stream | undefined): Readonly<Record<string, unknown>> {
  switch (stream?.channel) {
    case 'trade':
      return { channel: 'trade' }
    case 'book':
      return { channel: 'book', depth: KRAKEN_DEPTH }
    case 'candle':
      return { channel: 'ohlc', interval: KRAKEN_INTERVALS.get(stream.interval ?? '') ?? stream.interval }
    default:
      return { channel: 'ticker', event_trigger: 'bbo' }
  }
}

function extras(stream: Stream | undefined): Readonly<Record<string, unknown>> {
  return { snapshot: stream?.channel !== 'trade' }
}

function topicOf(stream: Stream): string {
  switch (stream.channel) {
    case 'trade':
    case 'book':
      return `${stream.channel}:${stream.symbol}`
    case 'candle':
      return `ohlc-${KRAKEN_INTERVALS.get(stream.interval ?? '') ?? 0}:${stream.symbol}`
    default:
      return `ticker:${stream.symbol}`
  }
}

const dialect: Dialect = {
  read: text => {
    const message = quietObject(text)
    if (message === undefined) return undefined
    const method = own(message, 'method')
    const id = own(message, 'req_id')
    if (method === 'ping') return { kind: 'ping', topics: [], id }
    if (method !== 'subscribe' && method !== 'unsubscribe') return undefined
    const params = own(message, 'params')
    if (typeof params !== 'object' || params === null || Array.isArray(params)) return undefined
    return { kind: method, topics: requestedTopics(params), id }
  },
  welcome: () => [
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":1}]}',
  ],
  accept: request => {
    if (request.kind === 'ping') return [JSON.stringify({ method: 'pong', req_id: request.id })]
    return request.topics.map(topic =>
      JSON.stringify({ method: request.kind, result: resultOf(topic), success: true, req_id: request.id }),
    )
  },
  refuse: (request, reason) => [
    JSON.stringify({ error: reason, method: request?.kind ?? 'subscribe', success: false, req_id: request?.id }),
  ],
  topics: message => {
    const value = quietJson(message)
    if (Array.isArray(value)) {
      const [channel, pair] = value.slice(-2)
      return typeof channel === 'string' && typeof pair === 'string' ? [krakenV1Topic(channel, pair)] : []
    }
    return value === undefined ? [] : messageTopics(quietObject(message) ?? {})
  },
  topic: topicOf,
  heartbeat: { everyMs: 1_000, text: () => '{"channel":"heartbeat"}' },
}

function requestedTopics(params: JsonObject): string[] {
  const channel = own(params, 'channel')
  if (typeof channel !== 'string') return []
  const interval = own(params, 'interval')
  const name = channel === 'ohlc' ? `ohlc-${typeof interval === 'number' ? interval : 1}` : channel
  const symbols = textsIn(own(params, 'symbol'))
  return symbols.length === 0 ? [name] : symbols.map(symbol => `${name}:${symbol}`)
}

/** The depth is left out: the recording that is served decides it, and a wrong one would cut the client's book. */
function resultOf(topic: string): Readonly<Record<string, unknown>> {
  const [name = '', symbol] = topic.split(/:(.*)/)
  const [channel = '', interval] = name.split('-')
  return { channel, snapshot: true, symbol, ...(interval === undefined ? {} : { interval: Number(interval) }) }
}

function messageTopics(message: JsonObject): string[] {
  const channel = own(message, 'channel')
  const data = own(message, 'data')
  if (typeof channel !== 'string' || !Array.isArray(data)) return []
  const topics = data.flatMap(item => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return []
    const symbol = own(item, 'symbol')
    const interval = own(item, 'interval')
    if (typeof symbol !== 'string') return []
    return [krakenTopic({ channel, symbol, ...(interval === undefined ? {} : { interval }) })]
  })
  return [...new Set(topics)]
}
