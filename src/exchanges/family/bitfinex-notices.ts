/** What Bitfinex says of the connection: codes of information and of refusals. */
import type { Notice } from '../../model/event.js'
import { own, type JsonObject } from '../../wire/json.js'
import { namedChannel } from './bitfinex-channels.js'
import { ignored } from './wire-fields.js'

/** 20051: the server restarts; 20060: it pauses for maintenance; 20061: it is back and wants new subscriptions. */
export function bitfinexInfo(message: JsonObject): Notice {
  const code = own(message, 'code')
  if (code === '20051') return { type: 'renew', reason: 'the server restarts' }
  if (code === '20061') return { type: 'renew', reason: 'maintenance is over' }
  return ignored(code === '20060' ? 'maintenance begins' : 'info')
}

/** 10301 says that the channel is open already; 10400 that there was nothing to close. */
export function bitfinexError(message: JsonObject): Notice {
  const code = own(message, 'code')
  const topic = namedChannel(message)?.topic
  const streams = topic === undefined ? [] : [topic]
  if (code === '10301') return { type: 'ack', request: null, streams }
  if (code === '10400' || code === '10401') return ignored('nothing to unsubscribe')
  const reason = [code, own(message, 'msg')].filter(part => typeof part === 'string').join(' ')
  return { type: 'refused', request: null, streams, reason }
}
