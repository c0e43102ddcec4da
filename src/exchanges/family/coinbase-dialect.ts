/** Subscriptions of the Coinbase Exchange feed from both sides: the client's frames and the server's answers. */
import type { Channel, Stream } from '../../model/stream.js'
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect, Outgoing } from '../exchange.js'
import { quietObject, textsIn } from './wire-fields.js'

/** The channels genesis subscribes to; `ticker` serves both the unified ticker and the quote. */
export const WIRE_CHANNELS = ['matches', 'ticker', 'level2_batch'] as const
export const STREAMS_PER_FRAME = 100

const CHANNEL: Partial<Record<Channel, string>> = {
  trade: 'matches',
  ticker: 'ticker',
  quote: 'ticker',
  book: 'level2_batch',
}

/** Level 2 goes by several names that bring the same messages. */
const LEVEL2 = /^level2(?:_50|_batch)?$/

const CARRIERS: ReadonlyMap<Json | undefined, readonly string[]> = new Map<Json | undefined, readonly string[]>([
  ['match', ['matches', 'full']],
  ['last_match', ['matches']],
  ['ticker', ['ticker']],
  ['snapshot', ['level2_batch']],
  ['l2update', ['level2_batch']],
  ['heartbeat', ['heartbeat']],
  ...['received', 'open', 'done', 'change', 'activate'].map((type): [string, string[]] => [type, ['full']]),
])

export const coinbaseDialect: Dialect = {
  read(text) {
    const message = quietObject(text)
    return message && requestOf(message)
  },
  welcome: () => [],
  accept: ({ kind, topics }) => [
    JSON.stringify({ type: 'subscriptions', channels: kind === 'subscribe' ? groupTopics(topics) : [] }),
  ],
  refuse: (request, reason) => [
    JSON.stringify({
      type: 'error',
      message: request ? `Failed to ${request.kind === 'unsubscribe' ? 'unsubscribe' : 'subscribe'}` : 'Malformed JSON',
      reason,
    }),
  ],
  topics(text) {
    const message = quietObject(text)
    const product = message && own(message, 'product_id')
    if (!message || typeof product !== 'string') return []
    return (CARRIERS.get(message['type']) ?? []).map(channel => `${channel}:${product}`)
  },
  topic: topicOf,
  // Heartbeats belong to a subscription and carry its sequence; a recording brings its own.
  heartbeat: null,
}

/**
 * Subscribe or unsubscribe frames with the products grouped by channel. A subscription also asks for the heartbeat of one product, once a
 * second, because nothing else tells a quiet market from a dead line; it is left running when streams go.
 */
export function requestFrames(type: 'subscribe' | 'unsubscribe', streams: readonly Stream[]): readonly Outgoing[] {
  const frames: Outgoing[] = []
  for (let start = 0; start < streams.length; start += STREAMS_PER_FRAME) {
    const part = streams.slice(start, start + STREAMS_PER_FRAME)
    const channels = groupTopics(part.map(topicOf))
    const [first] = part
    if (type === 'subscribe' && first) channels.push({ name: 'heartbeat', product_ids: [first.symbol] })
    frames.push({ text: JSON.stringify({ type, channels }), request: null, streams: part })
  }
  return frames
}

/** The topics an acknowledgement lists. */
export function topicsOfSubscriptions(message: JsonObject): string[] {
  return topicsOf(message['channels'], [])
}

function topicOf({ symbol, channel }: Stream): string {
  return `${CHANNEL[channel] ?? channel}:${symbol}`
}

function requestOf(message: JsonObject): ClientRequest | undefined {
  const { type } = message
  if (type !== 'subscribe' && type !== 'unsubscribe') return undefined
  const topics = topicsOf(message['channels'], textsIn(message['product_ids']))
  return topics.length === 0 ? undefined : { kind: type, topics, id: null }
}

/** Channels are names, which apply to the products of the whole message, or objects with products of their own. */
function topicsOf(channels: Json | undefined, products: readonly string[]): string[] {
  if (!Array.isArray(channels)) return []
  return channels.flatMap(channel => {
    if (typeof channel === 'string') return products.map(product => `${plainName(channel)}:${product}`)
    if (typeof channel !== 'object' || channel === null || Array.isArray(channel)) return []
    const { name, product_ids: named } = channel
    if (typeof name !== 'string') return []
    return (named === undefined ? products : textsIn(named)).map(product => `${plainName(name)}:${product}`)
  })
}

function plainName(channel: string): string {
  return LEVEL2.test(channel) ? 'level2_batch' : channel
}

function groupTopics(topics: readonly string[]): { name: string; product_ids: string[] }[] {
  const groups = new Map<string, Set<string>>()
  for (const topic of topics) {
    const colon = topic.indexOf(':')
    const name = topic.slice(0, colon)
    groups.set(name, (groups.get(name) ?? new Set()).add(topic.slice(colon + 1)))
  }
  return [...groups].map(([name, products]) => ({ name, product_ids: [...products] }))
}
