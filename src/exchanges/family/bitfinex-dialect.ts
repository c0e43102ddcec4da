/** The server's side of Bitfinex' protocol, for the exchange in a box. */
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { bitfinexTopic, channelNumbers, namedChannel } from './bitfinex-channels.js'
import { crc32 } from './crc32.js'
import { quietJson, quietObject } from './wire-fields.js'

/**
 * Data carry a channel's number only. The numbers of a recording are learned from its `subscribed` messages, which are served
 * under their topic too; a client that subscribes before they are known gets a number of our own and learns theirs later.
 */
export const bitfinexDialect: Dialect = {
  read: text => {
    const message = quietObject(text)
    const event = message && own(message, 'event')
    if (message === undefined) return undefined
    if (event === 'ping') return { kind: 'ping', topics: [], id: { cid: own(message, 'cid') } }
    if (event === 'conf') return { kind: 'other', topics: [], id: { flags: own(message, 'flags') } }
    if (event !== 'subscribe' && event !== 'unsubscribe') return undefined
    const number = own(message, 'chanId')
    const topic =
      namedChannel(message)?.topic ?? (typeof number === 'number' ? channelNumbers.topicOf(String(number)) : undefined)
    return { kind: event, topics: topic === undefined ? [] : [topic], id: number }
  },
  welcome: () => ['{"event":"info","version":2,"serverId":"genesis","platform":{"status":1}}'],
  accept: request => {
    if (request.kind === 'ping') return [JSON.stringify({ event: 'pong', ts: 0, ...idOf(request) })]
    if (request.kind === 'other') return [JSON.stringify({ event: 'conf', status: 'OK', ...idOf(request) })]
    if (request.kind === 'unsubscribe') {
      const numbers = request.topics.map(numberOf)
      return numbers.map(chanId => JSON.stringify({ event: 'unsubscribed', status: 'OK', chanId }))
    }
    return request.topics.map(topic =>
      JSON.stringify({ event: 'subscribed', ...namesOf(topic), chanId: numberOf(topic) }),
    )
  },
  refuse: (request, reason) => [
    JSON.stringify({ event: 'error', msg: reason, code: 10_300, ...namesOf(request?.topics[0] ?? '') }),
  ],
  topics: text => {
    const message = quietJson(text)
    if (Array.isArray(message)) return topicsOfData(message)
    const record = quietObject(text)
    return record === undefined || own(record, 'event') !== 'subscribed' ? [] : learned(record)
  },
  topic: bitfinexTopic,
  heartbeat: null,
}

function idOf(request: ClientRequest): object {
  return typeof request.id === 'object' && request.id !== null ? request.id : {}
}

/** The heartbeat of a channel belongs to it as its data do. */
function topicsOfData([number]: readonly Json[]): string[] {
  const topic = typeof number === 'number' ? channelNumbers.topicOf(String(number)) : undefined
  return topic === undefined ? [] : [topic]
}

function learned(message: JsonObject): string[] {
  const topic = namedChannel(message)?.topic
  const number = own(message, 'chanId')
  if (topic === undefined || typeof number !== 'number') return []
  channelNumbers.learn(String(number), topic)
  return [topic]
}

function numberOf(topic: string): number {
  const known = channelNumbers.of(topic).at(-1)
  return known === undefined ? crc32(topic) % 1_000_000 : Number(known)
}

/** The fields that name a channel: `book:tBTCUSD` → channel, symbol and pair; `candles:…` and `status:…` → channel and key. */
function namesOf(topic: string): Readonly<Record<string, string>> {
  const [channel = '', name] = topic.split(/:(.*)/)
  if (name === undefined) return {}
  if (channel === 'candles' || channel === 'status') return { channel, key: name }
  const book = channel === 'book' ? { prec: 'P0', freq: 'F0', len: '250' } : {}
  return { channel, symbol: name, ...book, pair: name.slice(1) }
}
