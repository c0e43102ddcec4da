/** Gemini's subscriptions, and its side of the protocol. */
import type { Stream } from '../../model/stream.js'
import { own, type Json } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { quietObject, textsIn } from './wire-fields.js'

/** The name under which a stream is subscribed: trades come with the book. */
export function geminiFeed({ channel, interval }: Stream): string {
  return channel === 'candle' ? `candles_${interval ?? ''}` : 'l2'
}

/** Gemini answers a subscription with data alone. */
export const geminiDialect: Dialect = {
  read,
  welcome: () => [],
  accept: ({ kind, topics: named }) => (kind === 'subscribe' ? named.map(firstAnswer) : []),
  refuse: (_request, reason) => [JSON.stringify({ result: 'error', reason: 'InvalidSubscription', message: reason })],
  topics,
  topic: stream => `${geminiFeed(stream)} ${stream.symbol}`,
  heartbeat: { everyMs: 5_000, text: now => JSON.stringify({ type: 'heartbeat', timestamp: Math.floor(now / 1000) }) },
}

function firstAnswer(topic: string): string {
  const [feed = '', symbol = ''] = topic.split(' ')
  return feed === 'l2'
    ? JSON.stringify({ type: 'l2_updates', symbol, changes: [], trades: [], auction_events: [] })
    : JSON.stringify({ type: `${feed}_updates`, symbol, changes: [] })
}

function read(text: string): ClientRequest | undefined {
  const message = quietObject(text)
  const kind = message && own(message, 'type')
  if (!message || (kind !== 'subscribe' && kind !== 'unsubscribe')) return undefined
  const subscriptions = own(message, 'subscriptions')
  const named = Array.isArray(subscriptions) ? subscriptions.flatMap(topicsOf) : []
  return named.length === 0 ? undefined : { kind, topics: named, id: null }
}

function topicsOf(subscription: Json): string[] {
  if (typeof subscription !== 'object' || subscription === null || Array.isArray(subscription)) return []
  const name = own(subscription, 'name')
  if (typeof name !== 'string') return []
  return textsIn(own(subscription, 'symbols')).map(symbol => `${name} ${symbol}`)
}

function topics(text: string): readonly string[] {
  const message = quietObject(text)
  const type = message && own(message, 'type')
  const symbol = message && own(message, 'symbol')
  if (typeof type !== 'string' || typeof symbol !== 'string') return []
  const candles = /^(candles_\w+)_updates$/.exec(type)?.[1]
  return [`${candles ?? 'l2'} ${symbol}`]
}
