/** What the events of the Coinbase Advanced Trade feed say, the books aside, and the answers of its REST twin. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Candle, Decoded, Level, Side, Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.js'
import { asArray, asObject, type Json, type JsonObject } from '../../wire/json.js'
import { bestOf, coinbaseTime, optionalSize, type SentProducts } from './coinbase-products.js'

export const EXCHANGE = 'coinbase-advanced'

/**
 * Whose side `side` of a market trade is. No document says. The answer of the REST twin shows trades at the best ask as `SELL`, so it is the
 * maker's, as on the Exchange feed; a reading of trades against quotes will show if that is wrong, and then this line is.
 */
const TAKER: ReadonlyMap<Json | undefined, Side> = new Map([
  ['BUY', 'sell'],
  ['SELL', 'buy'],
])

/** What a message says of all its events. */
export interface Envelope {
  readonly products: SentProducts
  readonly time: Micros
  readonly received: Micros
  readonly sequence: number | null
}

/** Trades oldest first: a message lists the newest one first. */
export function tradesOf(value: Json | undefined, { products, time, received }: Envelope): Trade[] {
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

export function readTickers(event: JsonObject, { products, time, received }: Envelope, out: Decoded[]): void {
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
export function candleOf(candle: JsonObject, { products, time, received }: Envelope): Candle {
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

export function pricebookOf(book: JsonObject, { products, received }: Envelope): BookUpdate {
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
