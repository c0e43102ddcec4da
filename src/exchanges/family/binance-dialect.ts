/** The server's side of the Binance protocol: what an exchange of the family answers to its clients. */
import { DecodeError } from '../../model/errors.js'
import { asObject, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { binanceInfo } from './binance-info.js'
import { streamName, topicOf } from './binance-streams.js'

export const binanceDialect: Dialect = {
  read(text) {
    const message = objectOf(text)
    return message && requestOf(message)
  },
  welcome: () => [],
  accept: request => [
    answer({ result: request.kind === 'other' && request.topics.length > 0 ? request.topics : null }, request),
  ],
  refuse: (request, reason) =>
    request
      ? [answer({ code: 2, msg: `Invalid request: ${reason}` }, request)]
      : [JSON.stringify({ code: 3, msg: `Invalid JSON: ${reason}` })],
  topics(text) {
    const message = objectOf(text)
    if (!message) return []
    const { stream } = message
    if (typeof stream === 'string') return message['generated'] === true ? [] : [topicOf(stream)]
    return rawTopics(message)
  },
  topic: stream => topicOf(streamName(stream)),
  info: binanceInfo,
  addressed: path => namedInPath(path).map(topicOf),
  deliver: (message, { path }) => (isRaw(path) ? unwrapped(message) : message),
  heartbeat: null,
}

/** `/ws` paths, with or without the venue in front, get raw messages. */
function isRaw(path: string): boolean {
  return /^\/(?:(?:public|market)\/)?ws(?:[/?]|$)/.test(path)
}

/** `/ws/a/b` and `/stream?streams=a/b` subscribe without a request. */
function namedInPath(path: string): readonly string[] {
  const names = /\/ws\/([^?]+)/.exec(path)?.[1] ?? /[?&]streams=([^&]+)/.exec(path)?.[1] ?? ''
  return names
    .split('/')
    .map(unescaped)
    .filter(name => name.includes('@'))
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function unwrapped(message: string): string {
  return /^\{"stream":"[^"]*","data":([\s\S]*)\}\s*$/.exec(message)?.[1] ?? message
}

function answer(body: object, request: ClientRequest): string {
  return JSON.stringify({ ...body, id: request.id ?? null })
}

function requestOf(message: JsonObject): ClientRequest | undefined {
  const { method, params, id = null } = message
  if (method === 'LIST_SUBSCRIPTIONS' || method === 'SET_PROPERTY' || method === 'GET_PROPERTY') {
    return { kind: 'other', topics: [], id }
  }
  if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') return undefined
  const names = Array.isArray(params) ? params : []
  if (names.length === 0 || !names.every(name => typeof name === 'string')) return undefined
  return { kind: method === 'SUBSCRIBE' ? 'subscribe' : 'unsubscribe', topics: names.map(topicOf), id }
}

const CHANNELS: ReadonlyMap<Json, string> = new Map([
  ['trade', 'trade'],
  ['aggTrade', 'aggTrade'],
  ['bookTicker', 'bookTicker'],
  ['depthUpdate', 'depth'],
  ['24hrTicker', 'ticker'],
  ['24hrMiniTicker', 'miniTicker'],
  ['markPriceUpdate', 'markPrice'],
  ['forceOrder', 'forceOrder'],
])

/** A raw frame names no stream; its kind and symbol say which one it must come from. */
function rawTopics(message: JsonObject): readonly string[] {
  const { e: kind, k: candle, o: order, s: symbol } = message
  if (kind === undefined) return symbol !== undefined && message['B'] !== undefined ? named(symbol, 'bookTicker') : []
  if (kind === 'kline') return named(symbol, `kline_${interval(candle)}`)
  const channel = CHANNELS.get(kind)
  if (channel === undefined) return []
  return named(kind === 'forceOrder' ? nested(order, 's') : symbol, channel)
}

function named(symbol: Json | undefined, channel: string): readonly string[] {
  return typeof symbol === 'string' ? [topicOf(`${symbol}@${channel}`)] : []
}

function interval(candle: Json | undefined): string {
  const value = nested(candle, 'i')
  return typeof value === 'string' ? value : ''
}

function nested(value: Json | undefined, key: 's' | 'i'): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined
}

function objectOf(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text), 'message')
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
