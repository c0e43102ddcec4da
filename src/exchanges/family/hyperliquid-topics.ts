/** Hyperliquid's subscriptions, and its side of the protocol. */
import type { Stream } from '../../model/stream.js'
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { quietJson, quietObject } from './wire-fields.js'

export interface HyperliquidSubscription {
  readonly type: string
  readonly coin: string
  readonly interval?: string
}

/** What brings a stream. */
export function hyperliquidSubscription({ channel, symbol, interval }: Stream): HyperliquidSubscription {
  switch (channel) {
    case 'trade':
      return { type: 'trades', coin: symbol }
    case 'quote':
      return { type: 'bbo', coin: symbol }
    case 'candle':
      return { type: 'candle', coin: symbol, interval: interval ?? '' }
    case 'funding':
    case 'openInterest':
      return { type: 'activeAssetCtx', coin: symbol }
    default:
      return { type: 'l2Book', coin: symbol }
  }
}

/** A subscription in one word: `trades BTC`, `candle BTC 1m`; undefined where it names no type. */
export function hyperliquidTopic(subscription: JsonObject | HyperliquidSubscription | string): string | undefined {
  const given = typeof subscription === 'string' ? quietObject(subscription) : (subscription as JsonObject)
  if (given === undefined) return undefined
  const words = ['type', 'coin', 'interval'].map(key => own(given, key)).filter(word => word !== undefined)
  return words.length > 0 && words.every(word => typeof word === 'string') ? words.join(' ') : undefined
}

export const hyperliquidDialect: Dialect = {
  read,
  welcome: () => [],
  accept: ({ kind, topics: named }) =>
    kind === 'ping'
      ? ['{"channel":"pong"}']
      : named.map(topic => reply({ method: kind, subscription: subscriptionOf(topic) })),
  refuse: (request, reason) => {
    const subscription = request?.topics[0]
    const named = subscription === undefined ? '' : ` ${JSON.stringify(subscriptionOf(subscription))}`
    return [JSON.stringify({ channel: 'error', data: `Invalid subscription${named}: ${reason}` })]
  },
  topics,
  topic: stream => hyperliquidTopic(hyperliquidSubscription(stream)) ?? '',
  heartbeat: null,
}

function read(text: string): ClientRequest | undefined {
  const message = quietObject(text)
  const method = message && own(message, 'method')
  if (!message || (method !== 'subscribe' && method !== 'unsubscribe' && method !== 'ping')) return undefined
  if (method === 'ping') return { kind: 'ping', topics: [], id: null }
  const subscription = own(message, 'subscription')
  const topic = isObject(subscription) ? hyperliquidTopic(subscription) : undefined
  return topic === undefined ? undefined : { kind: method, topics: [topic], id: null }
}

function subscriptionOf(topic: string): Readonly<Record<string, string>> {
  const [type = '', coin, interval] = topic.split(' ')
  return { type, ...(coin === undefined ? {} : { coin }), ...(interval === undefined ? {} : { interval }) }
}

function reply(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ channel: 'subscriptionResponse', data })
}

/** A message of trades may name several coins, though the exchange sends one. */
function topics(text: string): readonly string[] {
  const message = quietJson(text)
  const channel = isObject(message) ? own(message, 'channel') : undefined
  if (!isObject(message) || typeof channel !== 'string') return []
  const data = own(message, 'data')
  const entries = (Array.isArray(data) ? data : [data]).filter(isObject)
  return [...new Set(entries.flatMap(entry => topicOf(channel, entry)))]
}

function topicOf(channel: string, entry: JsonObject): string[] {
  const coin = own(entry, 'coin') ?? own(entry, 's')
  if (typeof coin !== 'string') return []
  const interval = own(entry, 'i')
  return channel === 'candle' && typeof interval === 'string'
    ? [`${channel} ${coin} ${interval}`]
    : [`${channel} ${coin}`]
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
