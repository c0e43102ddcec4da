/** Subscriptions of the Coinbase Advanced Trade feed from both sides: one channel per frame, and answers that list what is subscribed. */
import type { Channel, Stream } from '../../model/stream.js'
import type { Json, JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect, Outgoing } from '../exchange.js'
import { quietObject, textsIn } from './wire-fields.js'

/** Channels genesis subscribes to. */
export const SUBSCRIBED = ['market_trades', 'ticker', 'level2', 'candles'] as const
export const STREAMS_PER_FRAME = 100

const CHANNEL: Partial<Record<Channel, string>> = {
  trade: 'market_trades',
  ticker: 'ticker',
  quote: 'ticker',
  book: 'level2',
  candle: 'candles',
}

/** Where a channel keeps the entries that name products; the book names its product beside them. */
const ENTRIES: ReadonlyMap<string, string> = new Map([
  ['market_trades', 'trades'],
  ['ticker', 'tickers'],
  ['ticker_batch', 'tickers'],
  ['candles', 'candles'],
])

export const coinbaseAdvancedDialect: Dialect = {
  read(text) {
    const message = quietObject(text)
    return message && requestOf(message)
  },
  welcome: () => [],
  accept: ({ kind, topics }) => [
    JSON.stringify({
      channel: 'subscriptions',
      client_id: '',
      events: [{ subscriptions: kind === 'subscribe' ? groupTopics(topics) : {} }],
    }),
  ],
  refuse: (request, reason) => [
    JSON.stringify({ type: 'error', message: request ? reason : `malformed message: ${reason}` }),
  ],
  topics(text) {
    const message = quietObject(text)
    const { channel, events } = message ?? {}
    if (typeof channel !== 'string' || !Array.isArray(events)) return []
    const name = channel === 'l2_data' ? 'level2' : channel
    return [...new Set(events.flatMap(productsOf(ENTRIES.get(channel))))].map(product => `${name}:${product}`)
  },
  topic: topicOf,
  // Left as recorded, the count would show a client holes where it did not subscribe to everything.
  deliver: (message, { sent }) => message.replace(/"sequence_num":\d+/, `"sequence_num":${String(sent)}`),
  // Heartbeats are numbered with all other messages of a connection; a recording brings its own.
  heartbeat: null,
}

/** One frame per channel. A subscription also asks for heartbeats, without which the exchange closes channels that fall quiet. */
export function requestFrames(type: 'subscribe' | 'unsubscribe', streams: readonly Stream[]): readonly Outgoing[] {
  const groups = new Map<string, Stream[]>()
  for (const stream of streams) {
    const channel = wireChannel(stream)
    const group = groups.get(channel)
    if (group) group.push(stream)
    else groups.set(channel, [stream])
  }
  const frames = [...groups].flatMap(([channel, group]) => channelFrames(type, channel, group))
  if (type === 'subscribe' && frames.length > 0) {
    frames.push({ text: JSON.stringify({ type, channel: 'heartbeats' }), request: null, streams: [] })
  }
  return frames
}

/** The topics an acknowledgement lists. */
export function topicsOfAck(event: JsonObject): string[] {
  const { subscriptions } = event
  if (typeof subscriptions !== 'object' || subscriptions === null || Array.isArray(subscriptions)) return []
  return Object.entries(subscriptions).flatMap(([channel, products]) =>
    textsIn(products).map(product => `${channel === 'l2_data' ? 'level2' : channel}:${product}`),
  )
}

function channelFrames(type: string, channel: string, streams: readonly Stream[]): Outgoing[] {
  const frames: Outgoing[] = []
  for (let start = 0; start < streams.length; start += STREAMS_PER_FRAME) {
    const part = streams.slice(start, start + STREAMS_PER_FRAME)
    const products = [...new Set(part.map(({ symbol }) => symbol))]
    frames.push({ text: JSON.stringify({ type, channel, product_ids: products }), request: null, streams: part })
  }
  return frames
}

function wireChannel({ channel }: Stream): string {
  return CHANNEL[channel] ?? channel
}

function topicOf(stream: Stream): string {
  return `${wireChannel(stream)}:${stream.symbol}`
}

function requestOf(message: JsonObject): ClientRequest | undefined {
  const { type, channel } = message
  if ((type !== 'subscribe' && type !== 'unsubscribe') || typeof channel !== 'string') return undefined
  if (channel === 'heartbeats') return { kind: type, topics: ['heartbeats:heartbeats'], id: null }
  const topics = textsIn(message['product_ids']).map(product => `${channel}:${product}`)
  return topics.length === 0 ? undefined : { kind: type, topics, id: null }
}

function productsOf(entries: string | undefined): (event: Json) => string[] {
  return event => {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) return []
    const list = entries === undefined ? [event] : event[entries]
    if (!Array.isArray(list)) return []
    return list.flatMap(entry => {
      const product =
        typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['product_id'] : undefined
      return typeof product === 'string' ? [product] : []
    })
  }
}

function groupTopics(topics: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const groups = new Map<string, string[]>()
  for (const topic of topics) {
    const colon = topic.indexOf(':')
    groups.set(topic.slice(0, colon), [...(groups.get(topic.slice(0, colon)) ?? []), topic.slice(colon + 1)])
  }
  return Object.fromEntries(groups)
}
