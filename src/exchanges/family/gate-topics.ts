/** Gate's channels with their payloads, and its side of the protocol. */
import type { Stream } from '../../model/stream.js'
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { GATE_INTERVALS } from './gate-events.js'
import { gateMarketOf } from './gate-names.js'
import { quietObject, textsIn } from './wire-fields.js'

export interface GateSubscription {
  readonly channel: string
  readonly payload: readonly string[]
  /** Whether one frame may name many symbols: then the payload is a list of them. */
  readonly listed: boolean
}

/** What brings a stream. Depth 400 comes every 100 ms. */
export function gateSubscription({ channel, symbol, pair, interval }: Stream): GateSubscription {
  const market = gateMarketOf(pair)
  const of = (name: string, payload: readonly string[], listed: boolean): GateSubscription => ({
    channel: `${market}.${name}`,
    payload,
    listed,
  })
  switch (channel) {
    case 'trade':
      return of('trades', [symbol], true)
    case 'quote':
      return of('book_ticker', [symbol], true)
    case 'book5':
    case 'book10':
    case 'book20':
      return of('order_book', [symbol, channel.slice(4), market === 'spot' ? '100ms' : '0'], false)
    case 'candle':
      return of('candlesticks', [GATE_INTERVALS.get(interval ?? '') ?? interval ?? '', symbol], false)
    case 'liquidation':
      return of('public_liquidates', [symbol], true)
    case 'ticker':
    case 'funding':
    case 'openInterest':
      return of('tickers', [symbol], true)
    default:
      return of('obu', [`ob.${symbol}.400`], true)
  }
}

/** Channels of which the payload is one subscription: a symbol with its cadence, depth or length. */
const SINGLE = /\.(?:order_book|order_book_update|candlesticks|contract_stats)$/

/** The topics of a request or of its answer: `spot.trades BTC_USDT`, `spot.candlesticks 1m,BTC_USDT`. */
export function gateTopics(channel: string, payload: Json | undefined): string[] {
  const words = textsIn(payload)
  if (words.length === 0) return []
  return SINGLE.test(channel) ? [`${channel} ${words.join(',')}`] : words.map(word => `${channel} ${word}`)
}

export const gateDialect: Dialect = {
  read,
  welcome: () => [],
  accept: ({ id, kind, topics: named }) => {
    const { channel, payload } = requestOf(named)
    if (kind === 'ping') return [JSON.stringify({ time: 0, channel: channel.replace('ping', 'pong'), event: '', result: null })]
    return [JSON.stringify({ time: 0, id, channel, event: kind, payload, error: null, result: { status: 'success' } })]
  },
  refuse: (request, reason) => {
    const { channel, payload } = requestOf(request?.topics ?? [])
    const error = { code: request ? 2 : 1, message: reason }
    return [JSON.stringify({ time: 0, id: request?.id ?? null, channel, event: request?.kind ?? '', payload, error, result: null })]
  },
  topics,
  topic: stream => {
    const { channel, payload } = gateSubscription(stream)
    return `${channel} ${payload.join(',')}`
  },
  heartbeat: null,
} // prettier-ignore

function read(text: string): ClientRequest | undefined {
  const message = quietObject(text)
  const channel = message && own(message, 'channel')
  if (!message || typeof channel !== 'string') return undefined
  const id = own(message, 'id') ?? null
  if (/^(?:spot|futures)\.ping$/.test(channel)) return { kind: 'ping', topics: [channel], id }
  const event = own(message, 'event')
  const named = gateTopics(channel, own(message, 'payload'))
  if ((event !== 'subscribe' && event !== 'unsubscribe') || named.length === 0) return undefined
  return { kind: event, topics: named, id }
}

/** The channel and payload that topics were made of. */
function requestOf(topics: readonly string[]): { channel: string; payload: string[] } {
  const [channel = 'spot.trades'] = topics[0]?.split(' ') ?? []
  return { channel, payload: topics.flatMap(topic => topic.split(' ')[1]?.split(',') ?? []) }
}

function topics(text: string): readonly string[] {
  const message = quietObject(text)
  const channel = message && own(message, 'channel')
  const event = message && own(message, 'event')
  if (!message || typeof channel !== 'string' || (event !== 'update' && event !== 'all')) return []
  const result = own(message, 'result')
  const entries = (Array.isArray(result) ? result : [result]).filter(isObject)
  return [...new Set(entries.flatMap(entry => topicsOf(channel, entry)))]
}

/** A message does not say at which cadence it was subscribed, so it belongs to all of them. */
function topicsOf(channel: string, entry: JsonObject): string[] {
  const length = own(entry, 'n')
  if (channel.endsWith('.candlesticks'))
    return typeof length === 'string' ? [`${channel} ${length.replace('_', ',')}`] : []
  const name = ['s', 'currency_pair', 'contract', 'c'].map(key => own(entry, key)).find(value => typeof value === 'string') // prettier-ignore
  if (name === undefined) return []
  if (channel.endsWith('.order_book_update')) return ['100ms', '20ms', '1000ms'].map(every => `${channel} ${name},${every}`) // prettier-ignore
  if (!channel.endsWith('.order_book')) return [`${channel} ${name}`]
  const cadences = channel.startsWith('spot') ? ['100ms', '1000ms'] : ['0']
  return depthsOf(entry).flatMap(depth => cadences.map(every => `${channel} ${name},${depth},${every}`))
}

function depthsOf(entry: JsonObject): readonly string[] {
  const depth = own(entry, 'l')
  return typeof depth === 'string' ? [depth] : ['5', '10', '20', '50', '100']
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
