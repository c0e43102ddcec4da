/** KuCoin's topics, and its side of the protocol. */
import type { Channel, Stream } from '../../model/stream.js'
import { own } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { KUCOIN_INTERVALS } from './kucoin-candles.js'
import { isContract } from './kucoin-names.js'
import { quietObject } from './wire-fields.js'

/** The topic that brings a stream, of the spot market or of contracts. */
export function kucoinTopic({ channel, symbol, pair, interval }: Stream): string {
  const name = channel === 'candle' ? `${symbol}_${KUCOIN_INTERVALS.get(interval ?? '') ?? interval ?? ''}` : symbol
  const kinds = isContract(pair) ? CONTRACT_KINDS : SPOT_KINDS
  return `${kinds[channel] ?? kinds.book}:${name}`
}

type Kinds = Readonly<Partial<Record<Channel, string>> & { book: string }>

const FUNDING = '/contract/instrument'

const SPOT_KINDS: Kinds = {
  trade: '/market/match',
  quote: '/market/ticker',
  book: '/market/level2',
  book5: '/spotMarket/level2Depth5',
  candle: '/market/candles',
  ticker: '/market/snapshot',
  // There is none: the exchange says so itself.
  funding: FUNDING,
}

/** @see https://www.kucoin.com/docs/websocket/futures-trading/public-channels/get-ticker-v2 */
const CONTRACT_KINDS: Kinds = {
  trade: '/contractMarket/execution',
  quote: '/contractMarket/tickerV2',
  book: '/contractMarket/level2',
  book5: '/contractMarket/level2Depth5',
  candle: '/contractMarket/limitCandle',
  ticker: '/contractMarket/snapshot',
  funding: FUNDING,
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
