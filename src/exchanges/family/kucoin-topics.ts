/** KuCoin's topics, and its side of the protocol. */
import type { Stream } from '../../model/stream.js'
import { own } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { KUCOIN_INTERVALS } from './kucoin-candles.js'
import { quietObject } from './wire-fields.js'

/** The topic that brings a stream. */
export function kucoinTopic({ channel, symbol, interval }: Stream): string {
  switch (channel) {
    case 'trade':
      return `/market/match:${symbol}`
    case 'quote':
      return `/market/ticker:${symbol}`
    case 'book5':
      return `/spotMarket/level2Depth5:${symbol}`
    case 'candle':
      return `/market/candles:${symbol}_${KUCOIN_INTERVALS.get(interval ?? '') ?? interval ?? ''}`
    case 'ticker':
      return `/market/snapshot:${symbol}`
    default:
      return `/market/level2:${symbol}`
  }
}

export const kucoinDialect: Dialect = {
  read,
  welcome: () => ['{"id":"genesis","type":"welcome"}'],
  accept: ({ id, kind }) => [JSON.stringify({ id, type: kind === 'ping' ? 'pong' : 'ack' })],
  refuse: (request, reason) => [
    JSON.stringify(
      request
        ? { id: request.id, type: 'error', code: 404, data: `topic ${request.topics.join(',')}: ${reason}` }
        : { type: 'error', code: 400, data: reason },
    ),
  ],
  topics,
  topic: kucoinTopic,
  heartbeat: null,
}

/** One topic may name many symbols: `/market/match:BTC-USDT,ETH-USDT`. */
function read(text: string): ClientRequest | undefined {
  const message = quietObject(text)
  const kind = message && own(message, 'type')
  if (!message || (kind !== 'subscribe' && kind !== 'unsubscribe' && kind !== 'ping')) return undefined
  const id = own(message, 'id') ?? null
  if (kind === 'ping') return { kind, topics: [], id }
  const topic = own(message, 'topic')
  if (typeof topic !== 'string') return undefined
  const [prefix = '', symbols] = topic.split(':')
  const named = symbols === undefined ? [topic] : symbols.split(',').map(symbol => `${prefix}:${symbol}`)
  return { kind, topics: named, id }
}

/** Books by REST were made messages by whoever recorded them; the exchange sends them to nobody. */
function topics(text: string): readonly string[] {
  const message = quietObject(text)
  const topic = message && own(message, 'topic')
  if (!message || typeof topic !== 'string' || own(message, 'generated') === true) return []
  const subject = own(message, 'subject')
  return topic === '/market/ticker:all' && typeof subject === 'string' ? [topic, `/market/ticker:${subject}`] : [topic]
}
