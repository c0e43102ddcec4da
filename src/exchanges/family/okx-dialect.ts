/** The server's side of OKX's protocol, for the exchange in a box. */
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { Dialect } from '../exchange.js'
import { okxArgument, okxArgumentOf, okxTopic } from './okx-channels.js'
import { quietObject } from './wire-fields.js'

/** OKX sends nothing on an idle connection and waits for the client's `ping`. */
export const okxDialect: Dialect = {
  read: text => {
    if (text === 'ping') return { kind: 'ping', topics: [], id: null }
    const message = quietObject(text)
    const op = message && own(message, 'op')
    if (message === undefined || (op !== 'subscribe' && op !== 'unsubscribe')) return undefined
    const args = own(message, 'args')
    const topics = (Array.isArray(args) ? args : []).flatMap(argument => topicOf(argument))
    return { kind: op, topics, id: own(message, 'id') }
  },
  welcome: () => [],
  accept: request => {
    if (request.kind === 'ping') return ['pong']
    return request.topics.map(topic =>
      JSON.stringify({ id: request.id, event: request.kind, arg: argumentOf(topic), connId: 'a4d3ae55' }),
    )
  },
  refuse: (request, reason) => [
    JSON.stringify({
      id: request?.id,
      event: 'error',
      code: request === undefined ? '60012' : '60018',
      msg: reason,
      connId: 'a4d3ae55',
    }),
  ],
  topics: text => {
    const message = quietObject(text)
    if (message === undefined || own(message, 'data') === undefined) return []
    return topicOf(own(message, 'arg')).flatMap(topic => [topic, ...alsoUnder(topic, message)])
  },
  topic: stream => okxTopic(okxArgument(stream)),
  heartbeat: null,
}

/** Topics of genesis' own choice under which a recording of a neighbouring channel can be served. */
function alsoUnder(topic: string, message: JsonObject): string[] {
  if (topic.startsWith('trades:') && isSingleFill(message)) return [topic.replace('trades', 'trades-all')]
  const book = topic.replace(/^books(?:50)?-l2-tbt:/, 'books:')
  return book === topic ? [] : [book]
}

/** A trade of one fill is the same on both trade channels, so that a recording of one serves who asks for the other. */
function isSingleFill(message: JsonObject): boolean {
  const data = own(message, 'data')
  return (
    Array.isArray(data) &&
    data.every(item => {
      const count = typeof item === 'object' && item !== null && !Array.isArray(item) ? own(item, 'count') : undefined
      return count === undefined || count === '1'
    })
  )
}

function topicOf(argument: Json | undefined): string[] {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return []
  const texts = okxArgumentOf(argument)
  return texts['channel'] === undefined ? [] : [okxTopic(texts)]
}

function argumentOf(topic: string): Readonly<Record<string, string>> {
  const [channel = '', target] = topic.split(/:(.*)/)
  if (target === undefined) return { channel }
  return channel === 'liquidation-orders' ? { channel, instType: target } : { channel, instId: target }
}
