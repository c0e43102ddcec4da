/** Decodes the messages of the Coinbase Advanced Trade feed. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Candle, Decoded, Level, Notice, Side, Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.js'
import { asArray, asObject, asString, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { SUBSCRIBED, topicsOfAck } from './coinbase-advanced-dialect.js'
import { bestOf, coinbaseTime, optionalSize, refusedTopics, SentProducts } from './coinbase-products.js'

const EXCHANGE = 'coinbase-advanced'

/**
 * Whose side `side` of a market trade is. No document says. The answer of the REST twin shows trades at the best ask as `SELL`, so it is the
 * maker's, as on the Exchange feed; a reading of trades against quotes will show if that is wrong, and then this line is.
 */
const TAKER: ReadonlyMap<Json | undefined, Side> = new Map([
  ['BUY', 'sell'],
  ['SELL', 'buy'],
])

/** Channels that are known and carry nothing genesis reports. */
const KNOWN: ReadonlySet<string> = new Set(['status', 'user', 'futures_balance_summary'])

interface Envelope {
  readonly products: SentProducts
  readonly time: Micros
  readonly received: Micros
  readonly sequence: number | null
}

/**
 * One decoder per line, because `sequence_num` counts the messages of a connection over all channels. A book update names as its predecessor
 * the last update of its product; after a hole in the count it names the lost message instead, which the book rule then finds missing.
 */
export class CoinbaseAdvancedDecoder implements Decoder {
  private readonly products = new SentProducts()
  private readonly candles = new CandleCloser()
  private readonly lastOfProduct = new Map<string, number>()
  private lastSequence: number | null = null

  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(data.toString()), 'message')
    const { channel } = message
    if (typeof channel !== 'string') {
      this.withoutChannel(message, receivedAt, out)
      return
    }
    const { sequence_num: sequence } = message
    const envelope: Envelope = {
      products: this.products,
      time: coinbaseTime(message['timestamp'], receivedAt),
      received: receivedAt,
      sequence: sequence === undefined ? null : sequenceNumber(sequence, 'sequence_num'),
    }
    const before = out.length
    const events = asArray(message['events'], 'events').map(event => asObject(event, 'events'))
    for (const event of events) this.event(channel, event, envelope, out)
    if (out.length === before) out.push({ type: 'ignored', what: `${channel} without content` })
    this.count(envelope.sequence)
  }

  private event(channel: string, event: JsonObject, envelope: Envelope, out: Decoded[]): void {
    if (channel === 'l2_data' || channel === 'level2') out.push(this.bookOf(event, envelope))
    else if (channel === 'market_trades') out.push(...tradesOf(event['trades'], envelope))
    else if (channel === 'ticker' || channel === 'ticker_batch') readTickers(event, envelope, out)
    else if (channel === 'candles') this.readCandles(event, envelope, out)
    else if (channel === 'heartbeats') out.push({ type: 'heartbeat' })
    else if (channel === 'subscriptions') out.push({ type: 'ack', request: null, streams: topicsOfAck(event) })
    else if (KNOWN.has(channel)) out.push({ type: 'ignored', what: channel })
    else throw new DecodeError('unknown', `unknown channel ${JSON.stringify(channel.slice(0, 40))}`)
  }

  /** Errors, and the answers of the REST twin, which recordings may hold beside the feed. */
  private withoutChannel(message: JsonObject, received: Micros, out: Decoded[]): void {
    const envelope: Envelope = { products: this.products, time: received, received, sequence: null }
    if (message['type'] === 'error') out.push(refusalOf(message))
    else if (message['trades'] !== undefined) out.push(...tradesOf(message['trades'], envelope))
    else if (message['pricebook'] !== undefined)
      out.push(pricebookOf(asObject(message['pricebook'], 'pricebook'), envelope))
    else if (message['candles'] !== undefined) out.push({ type: 'ignored', what: 'candles that name no product' })
    else throw new DecodeError('unknown', 'a message without channel')
  }

  private bookOf(event: JsonObject, { time, received, sequence }: Envelope): BookUpdate {
    const product = this.products.of(event['product_id'])
    const snapshot = event['type'] === 'snapshot'
    if (!snapshot && event['type'] !== 'update') throw new DecodeError('field', 'type: expected snapshot or update')
    const { bids, asks, last } = sidesOf(event['updates'], time)
    const previous = snapshot ? null : this.predecessor(product.symbol, sequence)
    if (sequence !== null) this.lastOfProduct.set(product.symbol, sequence)
    return {
      type: 'bookUpdate',
      exchange: EXCHANGE,
      ...product,
      kind: snapshot ? 'snapshot' : 'delta',
      first: sequence,
      last: sequence,
      previous,
      checksum: null,
      bids,
      asks,
      texts: null,
      time: last,
      received,
    }
  }

  private predecessor(symbol: string, sequence: number | null): number | null {
    if (sequence === null) return null
    const last = this.lastOfProduct.get(symbol)
    return last === undefined || this.brokenAt(sequence) ? sequence - 1 : last
  }

  private brokenAt(sequence: number): boolean {
    return this.lastSequence !== null && sequence > this.lastSequence + 1
  }

  /** After a hole nothing that was known of any product is certain, so its next update must not chain to what is known. */
  private count(sequence: number | null): void {
    if (sequence === null) return
    if (this.brokenAt(sequence)) this.forgetBefore(sequence)
    if (this.lastSequence === null || sequence > this.lastSequence) this.lastSequence = sequence
  }

  private forgetBefore(sequence: number): void {
    for (const [symbol, last] of this.lastOfProduct) if (last < sequence) this.lastOfProduct.delete(symbol)
  }

  private readCandles(event: JsonObject, envelope: Envelope, out: Decoded[]): void {
    const candles = asArray(event['candles'], 'candles').map(entry => candleOf(asObject(entry, 'candles'), envelope))
    // The newest comes first; time goes forward here.
    candles.sort((left, right) => left.start - right.start)
    for (const candle of candles) this.candles.add(candle, out)
  }
}

function sidesOf(updates: Json | undefined, time: Micros): { bids: Level[]; asks: Level[]; last: Micros } {
  const bids: Level[] = []
  const asks: Level[] = []
  let last: Micros | undefined
  for (const entry of asArray(updates, 'updates')) {
    const { side, price_level: price, new_quantity: size, event_time: at } = asObject(entry, 'updates')
    if (side !== 'bid' && side !== 'offer') throw new DecodeError('field', 'side: expected bid or offer')
    const level: Level = [exactPrice(price, 'price_level'), exactSize(size, 'new_quantity')]
    if (side === 'bid') bids.push(level)
    else asks.push(level)
    last = Math.max(last ?? 0, coinbaseTime(at, time))
  }
  return { bids, asks, last: last ?? time }
}

/** Trades oldest first: a message lists the newest one first. */
function tradesOf(value: Json | undefined, { products, time, received }: Envelope): Trade[] {
  const trades = asArray(value, 'trades').map((entry): Trade => {
    const trade = asObject(entry, 'trades')
    const side = TAKER.get(trade['side'])
    if (side === undefined) throw new DecodeError('field', 'side: expected BUY or SELL')
    return {
      type: 'trade',
      exchange: EXCHANGE,
      ...products.of(trade['product_id']),
      id: idText(trade['trade_id'], 'trade_id'),
      price: exactPrice(trade['price'], 'price'),
      size: exactSize(trade['size'], 'size'),
      side,
      time: coinbaseTime(trade['time'], time),
      received,
    }
  })
  return isNewestFirst(trades) ? trades.reverse() : trades
}

function isNewestFirst(trades: readonly Trade[]): boolean {
  const [first, last] = [trades[0], trades.at(-1)]
  return first !== undefined && last !== undefined && first.time >= last.time
}

function readTickers(event: JsonObject, { products, time, received }: Envelope, out: Decoded[]): void {
  for (const entry of asArray(event['tickers'], 'tickers')) {
    const ticker = asObject(entry, 'tickers')
    const head = { exchange: EXCHANGE, ...products.of(ticker['product_id']) }
    out.push({
      type: 'ticker',
      ...head,
      last: exactPrice(ticker['price'], 'price'),
      open: null,
      high: optionalSize(ticker['high_24_h'], 'high_24_h'),
      low: optionalSize(ticker['low_24_h'], 'low_24_h'),
      volume: optionalSize(ticker['volume_24_h'], 'volume_24_h'),
      time,
      received,
    })
    const { best_bid: bid, best_bid_quantity: bidSize, best_ask: ask, best_ask_quantity: askSize } = ticker
    const best = bestOf(bid, bidSize, ask, askSize)
    if (best) out.push({ type: 'quote', ...head, ...best, time, received })
  }
}

/** Candles of five minutes, `start` in seconds. */
function candleOf(candle: JsonObject, { products, time, received }: Envelope): Candle {
  return {
    type: 'candle',
    exchange: EXCHANGE,
    ...products.of(candle['product_id']),
    interval: '5m',
    start: sequenceNumber(candle['start'], 'start') * MICROS_PER_SECOND,
    open: exactPrice(candle['open'], 'open'),
    high: exactPrice(candle['high'], 'high'),
    low: exactPrice(candle['low'], 'low'),
    close: exactPrice(candle['close'], 'close'),
    volume: exactSize(candle['volume'], 'volume'),
    closed: false,
    time,
    received,
  }
}

function pricebookOf(book: JsonObject, { products, received }: Envelope): BookUpdate {
  const levels = (side: 'bids' | 'asks'): Level[] =>
    asArray(book[side], side).map(entry => {
      const { price, size } = asObject(entry, side)
      return [exactPrice(price, 'price'), exactSize(size, 'size')]
    })
  return {
    type: 'bookUpdate',
    exchange: EXCHANGE,
    ...products.of(book['product_id']),
    kind: 'snapshot',
    first: null,
    last: null,
    previous: null,
    checksum: null,
    bids: levels('bids'),
    asks: levels('asks'),
    texts: null,
    time: coinbaseTime(book['time'], received),
    received,
  }
}

function refusalOf(message: JsonObject): Notice {
  const reason = asString(message['message'] ?? '', 'message').slice(0, 300) || 'no reason given'
  return { type: 'refused', request: null, streams: refusedTopics(reason, SUBSCRIBED), reason }
}
