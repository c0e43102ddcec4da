/** Decodes every message of the Binance family, combined (`{"stream","data"}`) or raw. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Notice } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { readDepth, readPicture } from './binance-depth.js'
import { readFetched } from './binance-history.js'
import {
  readAggTrade,
  readCandle,
  readFunding,
  readLiquidation,
  readOpenInterest,
  readQuote,
  readTicker,
  readTrade,
} from './binance-events.js'
import { ignored, type FrameContext, type Reader } from './binance-fields.js'
import { sentPair, type Naming } from './binance-symbols.js'
import { topicOf } from './binance-streams.js'

/** More symbols than any exchange of the family lists; hostile ones cannot grow the table past it. */
const MOST_PAIRS = 10_000

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['trade', readTrade],
  ['aggTrade', readAggTrade],
  ['bookTicker', readQuote],
  ['depthUpdate', readDepth],
  ['kline', readCandle],
  ['24hrTicker', readTicker],
  ['24hrMiniTicker', readTicker],
  ['markPriceUpdate', readFunding],
  ['forceOrder', readLiquidation],
  ['serverShutdown', () => ({ type: 'renew', reason: 'the server announced its shutdown' })],
])

/** Messages that are known and carry nothing genesis reports: other windows and indices, options, and a user's own account. */
const KNOWN: ReadonlySet<string> = new Set([
  '1hTicker', '4hTicker', '1dTicker', 'avgPrice', 'referencePrice', 'blockTrade', 'continuous_kline', 'indexPrice_kline',
  'markPrice_kline', 'indexPriceUpdate', 'indexPrice', 'index', 'compositeIndex', 'assetIndexUpdate', 'contractInfo', 'tradingSession',
  'EquityUpdate', 'CommodityUpdate', 'navUpdate', 'nav', 'trade_all', 'ticker_all', 'ticker', 'openInterest', 'option_pair', 'OPTION_PAIR',
  'markPrice', 'executionReport', 'outboundAccountPosition', 'outboundAccountInfo', 'balanceUpdate', 'listStatus',
  'listenKeyExpired', 'eventStreamTerminated', 'externalLockUpdate', 'userLiabilityChange', 'marginLevelStatusChange', 'MARGIN_CALL',
  'ACCOUNT_UPDATE', 'ACCOUNT_CONFIG_UPDATE', 'ORDER_TRADE_UPDATE', 'TRADE_LITE', 'STRATEGY_UPDATE', 'GRID_UPDATE', 'ALGO_UPDATE',
  'CONDITIONAL_ORDER_TRIGGER_REJECT', 'RISK_LEVEL_CHANGE',
]) // prettier-ignore

/** A decoder of one line. It keeps no history; it only remembers how symbols are spelled as pairs. */
export class BinanceDecoder implements Decoder, FrameContext {
  received: Micros = 0
  stream = ''
  private readonly pairs = new Map<string, string>()

  constructor(
    readonly exchange: string,
    private readonly instrument: Naming,
  ) {}

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    this.received = receivedAt
    this.stream = ''
    const root = parseJson(data.toString())
    if (isObject(root) && typeof root['stream'] === 'string') {
      this.stream = root['stream']
      this.payload(root['data'], out)
    } else {
      this.payload(root, out)
    }
  }

  pair(symbol: string): string {
    const known = this.pairs.get(symbol)
    if (known !== undefined) return known
    const pair = sentPair(symbol, this.instrument)
    if (this.pairs.size >= MOST_PAIRS) this.pairs.clear()
    this.pairs.set(symbol, pair)
    return pair
  }

  private payload(payload: Json | undefined, out: Decoded[]): void {
    if (!Array.isArray(payload)) {
      out.push(this.message(payload))
      return
    }
    if (payload.length === 0) out.push(ignored('empty list'))
    for (const item of payload) out.push(this.message(item))
  }

  private message(message: Json | undefined): Decoded {
    if (!isObject(message)) throw new DecodeError('shape', 'expected an object')
    const kind = message['e']
    if (typeof kind !== 'string') return this.untyped(message)
    const reader = READERS.get(kind)
    if (reader) return reader(message, this)
    if (KNOWN.has(kind)) return ignored(kind)
    throw new DecodeError('unknown', `unknown event ${JSON.stringify(kind.slice(0, 40))}`)
  }

  private untyped(message: JsonObject): Decoded {
    const fetched = readFetched(message, this)
    if (fetched) return fetched
    if (message['lastUpdateId'] !== undefined) return readPicture(message, this)
    if (message['u'] !== undefined && message['B'] !== undefined) return readQuote(message, this)
    if (message['openInterest'] !== undefined) return readOpenInterest(message, this)
    const answer = readAnswer(message, this.stream)
    if (answer) return answer
    if (isObject(message['event'])) return ignored('account event')
    throw new DecodeError(
      'unknown',
      `unknown message with the keys ${Object.keys(message).slice(0, 8).join(', ').slice(0, 120)}`,
    )
  }
}

/** Answers to requests: `{"result":null,"id":1}`, a listing, and errors in both shapes in use. */
function readAnswer(message: JsonObject, stream: string): Notice | undefined {
  const { result, error } = message
  if (error !== undefined || (message['code'] !== undefined && message['msg'] !== undefined)) {
    return refusal(message, isObject(error) ? error : message, stream)
  }
  if (result === undefined) return undefined
  const listed = Array.isArray(result) ? result.filter(name => typeof name === 'string').map(topicOf) : []
  return { type: 'ack', request: requestOf(message), streams: listed }
}

function refusal(message: JsonObject, error: JsonObject, stream: string): Notice {
  const { code, msg } = error
  const text = typeof msg === 'string' ? msg.slice(0, 300) : 'no reason given'
  const suffix = typeof code === 'number' || typeof code === 'string' ? ` (code ${String(code).slice(0, 20)})` : ''
  return {
    type: 'refused',
    request: requestOf(message),
    streams: stream.endsWith('@depthSnapshot') ? [topicOf(stream.replace('@depthSnapshot', '@depth'))] : [],
    reason: text + suffix,
  }
}

function requestOf(message: JsonObject): string | null {
  const id = message['id']
  return typeof id === 'number' || typeof id === 'string' ? String(id) : null
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
