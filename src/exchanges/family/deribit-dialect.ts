/** Deribit's side of JSON-RPC: what a client asks, and how the exchange answers. */
import type { Stream } from '../../model/stream.js'
import { own, type Json } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { DERIBIT_RESOLUTIONS } from './deribit-decoder.js'
import { quietObject, textsIn } from './wire-fields.js'

export const deribitDialect: Dialect = {
  read,
  welcome: () => [],
  accept: ({ id, kind, topics }) => [
    rpc(id, { result: kind === 'ping' ? { version: '1.2.26' } : resultOf(kind, topics) }),
  ],
  refuse: (request, reason) => [
    request
      ? rpc(request.id, { error: { code: -32602, message: 'Invalid params', data: { reason } } })
      : rpc(null, { error: { code: 11050, message: 'bad_request', data: { reason } } }),
  ],
  topics,
  topic: deribitChannel,
  heartbeat: {
    everyMs: 10_000,
    text: () => '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}',
  },
}

/** The channel that brings a stream. Without a login the fastest is 100 ms; `.raw` needs one. */
export function deribitChannel({ channel, symbol, interval }: Stream): string {
  switch (channel) {
    case 'trade':
    case 'liquidation':
      return `trades.${symbol}.100ms`
    case 'quote':
      return `quote.${symbol}`
    case 'book10':
      return `book.${symbol}.none.10.100ms`
    case 'book20':
      return `book.${symbol}.none.20.100ms`
    case 'candle':
      return `chart.trades.${symbol}.${DERIBIT_RESOLUTIONS.get(interval ?? '') ?? interval ?? ''}`
    case 'ticker':
    case 'funding':
    case 'openInterest':
      return `ticker.${symbol}.100ms`
    default:
      return `book.${symbol}.100ms`
  }
}

const KINDS: ReadonlyMap<Json | undefined, ClientRequest['kind']> = new Map([
  ['public/subscribe', 'subscribe'],
  ['public/unsubscribe', 'unsubscribe'],
  ['public/test', 'ping'],
  ['public/ping', 'ping'],
  ['public/hello', 'other'],
  ['public/set_heartbeat', 'other'],
  ['public/disable_heartbeat', 'other'],
])

function read(text: string): ClientRequest | undefined {
  const message = quietObject(text)
  const kind = message && KINDS.get(own(message, 'method'))
  if (!message || kind === undefined) return undefined
  const params = own(message, 'params')
  const topics = textsIn(member(params, 'channels'))
  if ((kind === 'subscribe' || kind === 'unsubscribe') && topics.length === 0) return undefined
  return { kind, topics, id: own(message, 'id') ?? null }
}

function resultOf(kind: ClientRequest['kind'], topics: readonly string[]): unknown {
  return kind === 'other' ? 'ok' : topics
}

/** A recording of one cadence serves subscribers of any: raw, 100 ms and aggregated messages have one shape. */
function topics(text: string): readonly string[] {
  const message = quietObject(text)
  const params = message && own(message, 'params')
  const channel = member(params, 'channel')
  if (typeof channel !== 'string') return []
  const stem = /^(.*)\.(?:raw|100ms|agg2)$/.exec(channel)?.[1]
  return stem === undefined ? [channel] : ['100ms', 'raw', 'agg2'].map(cadence => `${stem}.${cadence}`)
}

function rpc(id: unknown, content: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, ...content, testnet: false })
}

function member(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? own(value, key) : undefined
}
