/** The server's side of Bitfinex' protocol, for the exchange in a box. */
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { ClientRequest, Dialect } from '../exchange.js'
import { bitfinexTopic, channelNumbers, namedChannel } from './bitfinex-channels.js'
import { quietJson, quietObject } from './wire-fields.js'

/**
 * Data carry a channel's number only. Clients get numbers of the box's own, whatever the recording's were: those are learned from its
 * `subscribed` messages or, where it has none, from what the data look like, as long as it holds one channel of that kind.
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
    const topic = namedChannel(message)?.topic ?? (typeof number === 'number' ? served.topicOf(number) : undefined)
    return { kind: event, topics: topic === undefined ? [] : [topic], id: number }
  },
  welcome: () => ['{"event":"info","version":2,"serverId":"genesis","platform":{"status":1}}'],
  accept: request => {
    if (request.kind === 'ping') return [JSON.stringify({ event: 'pong', ts: 0, ...idOf(request) })]
    if (request.kind === 'other') return [JSON.stringify({ event: 'conf', status: 'OK', ...idOf(request) })]
    if (request.kind === 'unsubscribe') {
      const numbers = request.topics.map(topic => served.numberOf(topic))
      return numbers.map(chanId => JSON.stringify({ event: 'unsubscribed', status: 'OK', chanId }))
    }
    return request.topics.map(topic => subscribed(topic, served.numberOf(topic)))
  },
  refuse: (request, reason) => [
    JSON.stringify({ event: 'error', msg: reason, code: 10_300, ...namesOf(request?.topics[0] ?? '') }),
  ],
  topics: (text, listed = []) => {
    const message = quietJson(text)
    if (Array.isArray(message)) return topicsOfData(message, listed)
    const record = quietObject(text)
    if (record !== undefined && own(record, 'event') === 'subscribed') learn(record)
    return []
  },
  introduction: (text, topic) => {
    const message = quietJson(text)
    const chanId = Array.isArray(message) ? message[0] : undefined
    return typeof chanId === 'number' ? subscribed(topic, chanId) : undefined
  },
  topic: bitfinexTopic,
  deliver: (message, { topic, sent }) => {
    const [, rest = '', , time = ''] = NUMBERED.exec(message) ?? UNNUMBERED.exec(message) ?? []
    // A client that did not subscribe everything would take for holes what it does not get.
    const sequence = NUMBERED.test(message) ? `,${String(sent + 1)}` : ''
    return `[${String(served.numberOf(topic))}${rest}${sequence}${time}]`
  },
  heartbeat: null,
}

function subscribed(topic: string, chanId: number): string {
  return JSON.stringify({ event: 'subscribed', ...namesOf(topic), chanId })
}

function idOf(request: ClientRequest): object {
  return typeof request.id === 'object' && request.id !== null ? request.id : {}
}

/** Channel, content, and with flag SEQ_ALL the number of the message on the connection, with TIMESTAMP the time. */
const NUMBERED = /^\[\s*\d+(?!,"cs",-?\d+\s*\])(,(?:"cs",-?\d+|[^]*[\]"])),(\d{1,12})((?:,\d{13})?)\s*\]$/
const UNNUMBERED = /^\[\s*\d+(,[^]*)()()\]\s*$/

const MOST_SERVED = 10_000

/** The numbers that the box gives channels, the same on every connection. */
class ServedChannels {
  private readonly numbers = new Map<string, number>()

  numberOf(topic: string): number {
    const known = this.numbers.get(topic)
    if (known !== undefined) return known
    if (this.numbers.size >= MOST_SERVED) this.numbers.clear()
    const number = this.numbers.size + 1
    this.numbers.set(topic, number)
    return number
  }

  topicOf(number: number): string | undefined {
    for (const [topic, other] of this.numbers) if (other === number) return topic
    return undefined
  }
}

const served = new ServedChannels()

/** The heartbeat of a channel belongs to it as its data do. */
function topicsOfData(message: readonly Json[], listed: readonly string[]): string[] {
  const [number, ...content] = message
  if (typeof number !== 'number') return []
  const topic = channelNumbers.topicOf(String(number)) ?? guessed(String(number), content, listed)
  if (topic === undefined) return []
  return [topic]
}

/** The one channel of a recording that sends such messages; undefined where there are several or none. */
function guessed(number: string, content: readonly Json[], listed: readonly string[]): string | undefined {
  const kind = kindOf(content)
  const [topic, another] = listed.filter(candidate => candidate.startsWith(`${kind ?? '?'}:`))
  if (topic === undefined || another !== undefined) return undefined
  channelNumbers.learn(number, topic)
  return topic
}

/** Entries of a row by channel: a book `[price, count, amount]`, a trade `[id, time, amount, price]`, a candle, a ticker. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [3, 'book'],
  [4, 'trades'],
  [6, 'candles'],
  [10, 'ticker'],
  [11, 'ticker'],
])

function kindOf([content]: readonly Json[]): string | undefined {
  if (content === 'te' || content === 'tu') return 'trades'
  if (content === 'cs') return 'book'
  if (!Array.isArray(content)) return undefined
  const row = Array.isArray(content[0]) ? content[0] : content
  return KINDS.get(row.length)
}

function learn(message: JsonObject): void {
  const topic = namedChannel(message)?.topic
  const number = own(message, 'chanId')
  if (topic !== undefined && typeof number === 'number') channelNumbers.learn(String(number), topic)
}

/** The fields that name a channel: `book:tBTCUSD` → channel, symbol and pair; `candles:…` and `status:…` → channel and key. */
function namesOf(topic: string): Readonly<Record<string, string>> {
  const [channel = '', name] = topic.split(/:(.*)/)
  if (name === undefined) return {}
  if (channel === 'candles' || channel === 'status') return { channel, key: name }
  const book = channel === 'book' ? { prec: 'P0', freq: 'F0', len: '250' } : {}
  return { channel, symbol: name, ...book, pair: name.slice(1) }
}
