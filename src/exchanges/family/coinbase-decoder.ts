/** Decodes the messages of the Coinbase Exchange feed. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level, Notice, Side, Trade } from '../../model/event.js'
import type { Instrument } from '../../model/instrument.js'
import { exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { topicsOfSubscriptions, WIRE_CHANNELS } from './coinbase-dialect.js'
import { bestOf, coinbaseTime, optionalSize, refusedTopics, SentProducts } from './coinbase-products.js'

type Reader = (message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]) => void

/** Known messages of the full, status, auction and private channels, and the last trade before the subscription, which is not new. */
const KNOWN: ReadonlySet<string> = new Set([
  'last_match', 'received', 'open', 'done', 'change', 'activate', 'status', 'level3', 'auction', 'rfq_match', 'rfq_matches',
  'profile', 'balance', 'noop', 'margin_profile_update',
]) // prettier-ignore

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['match', readMatch],
  ['trades', readHistory],
  ['ticker', readTicker],
  ['snapshot', readSnapshot],
  ['l2update', readUpdate],
  ['heartbeat', (_, __, ___, out) => out.push({ type: 'heartbeat' })],
  [
    'subscriptions',
    (message, _, __, out) => out.push({ type: 'ack', request: null, streams: topicsOfSubscriptions(message) }),
  ],
  ['error', (message, _, __, out) => out.push(refusalOf(message))],
])

/** Needs no history, because every message names its product; it only remembers how products are spelled as pairs. */
export class CoinbaseDecoder implements Decoder {
  private readonly products = new SentProducts()

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const root = parseJson(data.toString())
    // The level 3 channel sends arrays that begin with the kind.
    if (Array.isArray(root) && typeof root[0] === 'string' && KNOWN.has(root[0])) {
      out.push({ type: 'ignored', what: `level3 ${root[0]}` })
      return
    }
    const message = asObject(root, 'message')
    const type = asString(message['type'], 'type')
    const reader = READERS.get(type)
    if (reader) reader(message, this.products, receivedAt, out)
    else if (KNOWN.has(type)) out.push({ type: 'ignored', what: type })
    else throw new DecodeError('unknown', `unknown message type ${JSON.stringify(type.slice(0, 40))}`)
  }
}

/** `side` is the side of the maker order. @see https://docs.cdp.coinbase.com/exchange/websocket-feed/channels#match */
function readMatch(message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]): void {
  out.push(tradeOf(message, products.of(message['product_id']), received))
}

/** A page of old trades by REST, newest first. */
function readHistory(message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]): void {
  const product = products.of(message['product_id'])
  const rows = asArray(message['trades'], 'trades')
  if (rows.length === 0) out.push({ type: 'ignored', what: 'no trades' })
  for (const row of rows.reverse()) out.push({ ...tradeOf(asObject(row, 'trade'), product, received), fetched: true })
}

function tradeOf(message: JsonObject, product: Instrument, received: Micros): Trade {
  return {
    type: 'trade',
    exchange: 'coinbase',
    ...product,
    id: idText(message['trade_id'], 'trade_id'),
    price: exactPrice(message['price'], 'price'),
    size: exactSize(message['size'], 'size'),
    side: takerOf(message['side']),
    time: coinbaseTime(message['time'], received),
    received,
  }
}

function takerOf(maker: Json | undefined): Side {
  if (maker === 'buy') return 'sell'
  if (maker === 'sell') return 'buy'
  throw new DecodeError('field', 'side: expected buy or sell')
}

/** A ticker carries two things: the last day in numbers and, in newer messages, the best quotes with their sizes. */
function readTicker(message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]): void {
  const head = { exchange: 'coinbase', ...products.of(message['product_id']) }
  const times = { time: coinbaseTime(message['time'], received), received }
  const { price, open_24h: open, high_24h: high, low_24h: low, volume_24h: volume } = message
  out.push({
    type: 'ticker',
    ...head,
    last: exactPrice(price, 'price'),
    open: optionalSize(open, 'open_24h'),
    high: optionalSize(high, 'high_24h'),
    low: optionalSize(low, 'low_24h'),
    volume: optionalSize(volume, 'volume_24h'),
    ...times,
  })
  const best = bestOf(message['best_bid'], message['best_bid_size'], message['best_ask'], message['best_ask_size'])
  if (best) out.push({ type: 'quote', ...head, ...best, ...times })
}

function readSnapshot(message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]): void {
  const time = coinbaseTime(message['time'], received)
  const bids = readLevels(message['bids'], 'bids')
  const asks = readLevels(message['asks'], 'asks')
  out.push(bookOf('snapshot', products.of(message['product_id']), bids, asks, time, received))
}

function readUpdate(message: JsonObject, products: SentProducts, received: Micros, out: Decoded[]): void {
  const bids: Level[] = []
  const asks: Level[] = []
  for (const row of asArray(message['changes'], 'changes')) {
    const change = asArray(row, 'changes')
    const side = change[0]
    if (side !== 'buy' && side !== 'sell') throw new DecodeError('field', 'changes: expected buy or sell')
    const level: Level = [exactPrice(change[1], 'price'), exactSize(change[2], 'size')]
    if (side === 'buy') bids.push(level)
    else asks.push(level)
  }
  const time = coinbaseTime(message['time'], received)
  out.push(bookOf('delta', products.of(message['product_id']), bids, asks, time, received))
}

function readLevels(value: Json | undefined, field: string): Level[] {
  const levels: Level[] = []
  for (const row of asArray(value, field)) {
    const level = asArray(row, field)
    levels.push([exactPrice(level[0], field), exactSize(level[1], field)])
  }
  return levels
}

/** Level 2 has neither numbers nor checksums: the exchange promises delivery and nothing proves it. */
function bookOf(
  kind: 'snapshot' | 'delta',
  product: Instrument,
  bids: Level[],
  asks: Level[],
  time: Micros,
  received: Micros,
): BookUpdate {
  const unnumbered = { first: null, last: null, previous: null, checksum: null }
  return {
    type: 'bookUpdate',
    exchange: 'coinbase',
    ...product,
    kind,
    ...unnumbered,
    bids,
    asks,
    texts: null,
    time,
    received,
  }
}

/** Slow consumers are told so before they are cut; everything else refuses a request. */
function refusalOf(message: JsonObject): Notice {
  const texts = [message['message'], message['reason']].filter(text => typeof text === 'string')
  const reason = texts.join(': ').slice(0, 300) || 'no reason given'
  if (/ErrSlow|message too big/i.test(reason)) return { type: 'renew', reason }
  return { type: 'refused', request: null, streams: refusedTopics(reason, WIRE_CHANNELS), reason }
}
