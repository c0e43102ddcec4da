/** KuCoin's messages, spot and contracts, as events, book updates and notices. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded } from '../../model/event.js'
import { idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asObject, asString, own, parseJson, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { contractCandle, listCandle } from './kucoin-candles.js'
import {
  contractDelta,
  fullBook,
  fundingRate,
  lastDay,
  partialBook,
  quoteOf,
  spotDelta,
  tradeOf,
  type KucoinMessage,
} from './kucoin-events.js'
import { decodePro } from './kucoin-pro.js'
import { shown, unexpected } from './unexpected.js'
import { ignored } from './wire-fields.js'

export class KucoinDecoder implements Decoder {
  private readonly candles = new CandleCloser()

  decode(bytes: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(bytes.toString('utf8')), 'message')
    const topic = own(message, 'topic')
    if (own(message, 'T') !== undefined) out.push(decodePro(message, receivedAt))
    else if (topic === undefined) out.push(control(message, receivedAt))
    else if (isPrivate(message)) out.push(ignored('private message'))
    else this.market(splitTopic(asString(topic, 'topic')), message, receivedAt, out)
  }

  private market([kind, name]: [string, string], message: JsonObject, received: Micros, out: Decoded[]): void {
    const data = asObject(own(message, 'data'), 'data')
    const subject = own(message, 'subject')
    const about: KucoinMessage = { name, subject: typeof subject === 'string' ? subject : '', data, received }
    const reader = READERS.get(kind)
    if (reader) out.push(reader(about))
    else if (kind === '/market/candles' || kind === '/contractMarket/limitCandle') this.candles.add(listCandle(about), out)
    else if (kind === '/contractMarket/candle') this.candles.add(contractCandle(about), out)
    else if (kind === '/market/level2Snapshot' || kind === '/contractMarket/level2Snapshot') out.push(snapshot(message, about))
    else if (SILENT.test(kind)) out.push(ignored(kind))
    else throw unexpected('topic', kind, 'unknown')
  } // prettier-ignore
}

const READERS: ReadonlyMap<string, (message: KucoinMessage) => Decoded> = new Map([
  ['/market/match', tradeOf],
  ['/contractMarket/execution', tradeOf],
  ['/market/level2', spotDelta],
  ['/contractMarket/level2', contractDelta],
  ['/spotMarket/level2Depth5', partialBook],
  ['/spotMarket/level2Depth50', partialBook],
  ['/contractMarket/level2Depth5', partialBook],
  ['/contractMarket/level2Depth50', partialBook],
  ['/market/ticker', quoteOf],
  ['/spotMarket/level1', quoteOf],
  ['/contractMarket/tickerV2', quoteOf],
  ['/contractMarket/ticker', quoteOf],
  ['/market/snapshot', lastDay],
  ['/contractMarket/snapshot', lastDay],
  ['/contract/instrument', fundingRate],
])

/** Topics that carry nothing genesis reports. */
const SILENT = /^\/(?:indicator|margin|callauction|account|contractAccount|contract\/(?:announcement|details|position|session)|(?:market|spotMarket|contractMarket)\/(?:level3|tradeOrders|advancedOrders|callauction))/i // prettier-ignore

function splitTopic(topic: string): [kind: string, name: string] {
  const colon = topic.indexOf(':')
  return colon < 0 ? [topic, ''] : [topic.slice(0, colon), topic.slice(colon + 1)]
}

function isPrivate(message: JsonObject): boolean {
  return own(message, 'channelType') === 'private' || own(message, 'userId') !== undefined
}

/** A REST answer that was made a message keeps its code. */
function snapshot(message: JsonObject, about: KucoinMessage): Decoded {
  succeeded(message)
  return fullBook(about)
}

function succeeded(answer: JsonObject): void {
  if (own(answer, 'code') === '200000') return
  throw new DecodeError('shape', `code ${shown(own(answer, 'code'))}: ${shown(own(answer, 'msg'))}`)
}

function control(message: JsonObject, received: Micros): Decoded {
  const id = own(message, 'id')
  const request = id === undefined || id === null ? null : idText(id, 'id')
  switch (own(message, 'type')) {
    case 'welcome':
      return ignored('welcome')
    case 'ack':
      return { type: 'ack', request, streams: [] }
    case 'pong':
      return { type: 'heartbeat' }
    case 'error':
      return {
        type: 'refused',
        request,
        streams: [],
        reason: `${shown(own(message, 'data'))} (${shown(own(message, 'code'))})`,
      }
    case undefined:
      return request === null ? restAnswer(message, received) : proAnswer(message, request)
    default:
      throw unexpected('type', own(message, 'type'), 'unknown')
  }
}

/** The newer feed answers a request with `result`. */
function proAnswer(message: JsonObject, request: string): Decoded {
  if (own(message, 'result') === true) return { type: 'ack', request, streams: [] }
  if (own(message, 'code') === undefined && own(message, 'result') === undefined)
    throw unexpected('message', message, 'unknown')
  return {
    type: 'refused',
    request,
    streams: [],
    reason: `${shown(own(message, 'msg'))} (${shown(own(message, 'code'))})`,
  }
}

/** A bare answer by REST: a contract's book names its symbol, a spot book does not. */
function restAnswer(message: JsonObject, received: Micros): Decoded {
  if (own(message, 'message') === 'welcome') return ignored('welcome')
  succeeded(message)
  const data = asObject(own(message, 'data'), 'data')
  const symbol = own(data, 'symbol')
  if (typeof symbol !== 'string' || own(data, 'bids') === undefined) return ignored('answer that names no symbol')
  return fullBook({ name: symbol, subject: '', data, received })
}
