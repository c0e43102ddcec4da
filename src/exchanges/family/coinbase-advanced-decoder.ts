/** Decodes the messages of the Coinbase Advanced Trade feed. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level, Notice } from '../../model/event.js'
import { exactPrice, exactSize, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { SUBSCRIBED, topicsOfAck } from './coinbase-advanced-dialect.js'
import { candleOf, EXCHANGE, pricebookOf, readTickers, tradesOf, type Envelope } from './coinbase-advanced-events.js'
import { readAdvancedHistory } from './coinbase-advanced-history.js'
import { coinbaseTime, refusedTopics, SentProducts } from './coinbase-products.js'

/** Channels that are known and carry nothing genesis reports. */
const KNOWN: ReadonlySet<string> = new Set(['status', 'user', 'futures_balance_summary'])

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
    else if (message['history'] === 'trades') readAdvancedHistory(message, this.products, received, out)
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

function refusalOf(message: JsonObject): Notice {
  const reason = asString(message['message'] ?? '', 'message').slice(0, 300) || 'no reason given'
  return { type: 'refused', request: null, streams: refusedTopics(reason, SUBSCRIBED), reason }
}
