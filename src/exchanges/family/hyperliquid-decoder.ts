/** Hyperliquid's messages as events, book updates and notices. Keys may come in any order. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Candle, Decoded, Level, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { epochMicros } from './epoch.js'
import { hyperliquidInstrument } from './hyperliquid-names.js'
import { hyperliquidTopic } from './hyperliquid-topics.js'
import { shown, unexpected } from './unexpected.js'
import { dataObjects, ignored } from './wire-fields.js'

/** Channels that carry nothing genesis reports. */
const SILENT = new Set([
  'allMids', 'activeSpotAssetCtx', 'activeAssetData', 'notification', 'webData2', 'webData3', 'user', 'userEvents', 'userFills',
  'userFundings', 'userNonFundingLedgerUpdates', 'userTwapSliceFills', 'userTwapHistory', 'twapStates', 'orderUpdates',
  'clearinghouseState', 'openOrders', 'allDexsClearinghouseState', 'allDexsAssetCtxs', 'assetCtxs', 'spotAssetCtxs', 'post',
]) // prettier-ignore
/** More coins than one address may subscribe. */
const COINS = 10_000

export class HyperliquidDecoder implements Decoder {
  private readonly candles = new CandleCloser()
  /** Coins whose batch from before the subscription has come. */
  private readonly begun = new Set<string>()

  decode(bytes: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(bytes.toString('utf8')), 'message')
    // A book by REST says by itself what it is.
    const bare = own(message, 'channel') === undefined && own(message, 'levels') !== undefined
    const channel = bare ? 'l2Book' : asString(own(message, 'channel'), 'channel')
    const data = bare ? message : own(message, 'data')
    if (channel === 'trades') this.trades(dataObjects(data), receivedAt, out)
    else if (channel === 'l2Book') out.push(decodeBook(asObject(data, 'l2Book'), receivedAt))
    else if (channel === 'bbo') out.push(decodeQuote(asObject(data, 'bbo'), receivedAt))
    else if (channel === 'activeAssetCtx') decodeContext(asObject(data, 'activeAssetCtx'), receivedAt, out)
    else if (channel !== 'candle') out.push(decodeControl(channel, data))
    else
      for (const candle of dataObjects(data).map(entry => decodeCandle(entry, receivedAt)))
        this.candles.add(candle, out)
  }

  /** The first batch after a subscription repeats recent trades and is not news. */
  private trades(entries: readonly JsonObject[], received: Micros, out: Decoded[]): void {
    const trades = entries.map(entry => decodeTrade(entry, received))
    const fresh = trades.filter(trade => this.begun.has(trade.symbol))
    out.push(...fresh)
    if (fresh.length < trades.length) out.push(ignored('trades from before the subscription'))
    else if (trades.length === 0) out.push(ignored('no trades'))
    for (const { symbol } of trades) if (this.begun.size < COINS) this.begun.add(symbol)
  }
}

function headOf(coin: Json | undefined): ReturnType<typeof hyperliquidHead> {
  return hyperliquidHead(asString(coin, 'coin'))
}

/** What every event of an instrument begins with. @throws DecodeError `symbol`. */
export function hyperliquidHead(symbol: string): { exchange: string; symbol: string; pair: string } {
  const instrument = hyperliquidInstrument(symbol)
  if (instrument?.symbol !== symbol) throw unexpected('coin', symbol, 'symbol')
  return { exchange: 'hyperliquid', symbol, pair: instrument.pair }
}

function decodeTrade(data: JsonObject, received: Micros): Trade {
  const side = own(data, 'side')
  if (side !== 'A' && side !== 'B') throw unexpected('side', side)
  return {
    type: 'trade',
    ...headOf(own(data, 'coin')),
    id: idText(own(data, 'tid'), 'tid'),
    price: exactPrice(own(data, 'px'), 'px'),
    size: exactSize(own(data, 'sz'), 'sz'),
    // The side that the taker took: B(id) bought, A(sk) sold.
    side: side === 'B' ? 'buy' : 'sell',
    time: epochMicros(own(data, 'time'), 'ms', 'time'),
    received,
  }
}

/** A whole picture of twenty levels a side each time; nothing numbers them. */
function decodeBook(data: JsonObject, received: Micros): BookUpdate {
  const [bids, asks] = asArray(own(data, 'levels'), 'levels')
  return {
    type: 'bookUpdate',
    ...headOf(own(data, 'coin')),
    kind: 'partial',
    first: null,
    last: null,
    previous: null,
    checksum: null,
    bids: asArray(bids, 'bids').map(levelOf),
    asks: asArray(asks, 'asks').map(levelOf),
    texts: null,
    time: epochMicros(own(data, 'time'), 'ms', 'time'),
    received,
  }
}

function levelOf(value: Json): Level {
  const level = asObject(value, 'level')
  return [exactPrice(own(level, 'px'), 'px'), exactSize(own(level, 'sz'), 'sz')]
}

/** `bbo` is a pair of levels of which either may be null; half a quote is no quote. */
function decodeQuote(data: JsonObject, received: Micros): Decoded {
  const head = headOf(own(data, 'coin'))
  const time = epochMicros(own(data, 'time'), 'ms', 'time')
  const [best, other] = asArray(own(data, 'bbo'), 'bbo')
  if (best === null || other === null) return ignored('quote with an empty side')
  const [bid, bidSize] = levelOf(best ?? null)
  const [ask, askSize] = levelOf(other ?? null)
  return { type: 'quote', ...head, bid, bidSize, ask, askSize, time, received }
}

function decodeCandle(data: JsonObject, received: Micros): Candle {
  return {
    type: 'candle',
    ...headOf(own(data, 's')),
    interval: asString(own(data, 'i'), 'i'),
    start: epochMicros(own(data, 't'), 'ms', 't'),
    open: exactPrice(own(data, 'o'), 'o'),
    high: exactPrice(own(data, 'h'), 'h'),
    low: exactPrice(own(data, 'l'), 'l'),
    close: exactPrice(own(data, 'c'), 'c'),
    volume: volumeOf(own(data, 'v')),
    closed: false,
    time: received,
    received,
  }
}

/**
 * The exchange adds volumes up in binary floating point and prints the sum to 17 digits (`3495670.8399999999`).
 * Such a text names exactly the double it was printed from, so nothing is rounded that the exchange had not; any other long text is refused.
 */
function volumeOf(value: Json | undefined): number {
  if (typeof value === 'string' && value.length > 15 && /^\d{1,17}\.\d{1,17}$/.test(value)) {
    const digits = value.replace('.', '').replace(/^0+/, '').length
    const number = Number(value)
    if (digits >= 16 && digits <= 17 && number.toPrecision(digits) === value) return number
  }
  return exactSize(value, 'v')
}

/** Funding (by the hour) and open interest (in coins) of a perpetual; the message carries neither a time nor a last price. */
function decodeContext(data: JsonObject, received: Micros, out: Decoded[]): void {
  const head = headOf(own(data, 'coin'))
  const context = asObject(own(data, 'ctx'), 'ctx')
  const rate = own(context, 'funding')
  // A spot coin has a context, too, without a funding rate.
  if (rate === undefined) {
    out.push(ignored('context of a spot coin'))
    return
  }
  const mark = own(context, 'markPx')
  const markPrice = mark === undefined || mark === null ? null : exactPrice(mark, 'markPx')
  const openInterest = exactSize(own(context, 'openInterest'), 'openInterest')
  const moment = { time: received, received }
  out.push({ type: 'funding', ...head, rate: exactNumber(rate, 'funding'), markPrice, nextFunding: null, ...moment })
  out.push({ type: 'openInterest', ...head, openInterest, ...moment })
}

function decodeControl(channel: string, data: Json | undefined): Decoded {
  if (channel === 'pong') return { type: 'heartbeat' }
  if (channel === 'subscriptionResponse') return acknowledgement(asObject(data, 'data'))
  if (channel === 'error') return refusal(data)
  if (SILENT.has(channel)) return ignored(channel)
  throw unexpected('channel', channel, 'unknown')
}

function acknowledgement(data: JsonObject): Decoded {
  if (own(data, 'method') !== 'subscribe') return ignored('unsubscribed')
  const topic = hyperliquidTopic(asObject(own(data, 'subscription'), 'subscription'))
  if (topic === undefined) throw new DecodeError('field', 'subscription without a type')
  return { type: 'ack', request: null, streams: [topic] }
}

/** The subscription stands as JSON within the error's text: `Invalid subscription {"type":"trades","coin":"X"}`. */
function refusal(data: Json | undefined): Decoded {
  const reason = typeof data === 'string' ? data.slice(0, 400) : shown(data)
  const json = /\{.*\}/.exec(reason)?.[0]
  const topic = json === undefined ? undefined : hyperliquidTopic(json)
  const streams = topic === undefined ? [] : [topic]
  if (reason.startsWith('Already subscribed')) return { type: 'ack', request: null, streams }
  return { type: 'refused', request: null, streams, reason }
}
