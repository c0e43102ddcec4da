/** Decodes ccxt's unified structures, which genesis keeps as JSON with a head that says what they are: `{"ccxt":"trade","symbol":…,"data":…}`. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Level, Side } from '../../model/event.js'
import { exactNumber, exactNumberWithExponent, idText, sequenceNumber } from '../../model/number.js'
import { parsePair } from '../../model/symbol.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import type { Decoder } from '../exchange.js'
import { CandleCloser } from './candle-closer.js'
import { epochMicros } from './epoch.js'
import { unexpected } from './unexpected.js'
import { dataObjects, ignored, orNull } from './wire-fields.js'

interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

type Reader = (data: Json | undefined, head: Head, received: Micros, out: Decoded[]) => void

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['trade', readTrades],
  ['quote', readQuote],
  ['ticker', readTicker],
  ['book', (data, head, received, out) => readBook('snapshot', data, head, received, out)],
  ...['book5', 'book10', 'book20'].map((name): [string, Reader] => [
    name,
    (data, head, received, out) => readBook('partial', data, head, received, out),
  ]),
])

/** Numbers are as the library gives them: doubles, which print as it prints them. What the exchange wrote is in `info`, where the library keeps it. */
export class CcxtDecoder implements Decoder {
  private readonly candles = new CandleCloser()

  constructor(private readonly exchange: string) {}

  decode(bytes: Buffer, receivedAt: Micros, out: Decoded[]): void {
    const message = asObject(parseJson(bytes.toString('utf8')), 'message')
    const kind = asString(own(message, 'ccxt'), 'ccxt')
    if (kind === 'subscribed') {
      out.push({ type: 'ack', request: requestOf(message), streams: [] })
    } else if (kind === 'refused') {
      const reason = asString(own(message, 'reason'), 'reason').slice(0, 300)
      out.push({ type: 'refused', request: requestOf(message), streams: [], reason })
    } else {
      this.data(kind, message, receivedAt, out)
    }
  }

  private data(kind: string, message: JsonObject, received: Micros, out: Decoded[]): void {
    const symbol = asString(own(message, 'symbol'), 'symbol')
    if (parsePair(symbol) === undefined) throw unexpected('symbol', symbol, 'symbol')
    const head = { exchange: this.exchange, symbol, pair: symbol }
    const data = own(message, 'data')
    const reader = READERS.get(kind)
    if (reader !== undefined) reader(data, head, received, out)
    else if (kind !== 'candle') throw unexpected('ccxt', kind, 'unknown')
    else this.readCandles(data, asString(own(message, 'interval'), 'interval'), head, received, out)
  }

  /** `[time, open, high, low, close, volume]`; the library does not say which are finished. */
  private readCandles(data: Json | undefined, interval: string, head: Head, received: Micros, out: Decoded[]): void {
    const rows = asArray(data, 'data')
    if (rows.length === 0) out.push(ignored('no candles'))
    for (const row of rows) {
      const [start, open, high, low, close, volume] = asArray(row, 'candle')
      this.candles.add(
        {
          type: 'candle',
          ...head,
          interval,
          start: epochMicros(start, 'ms', 'time'),
          open: price(open, 'open'),
          high: price(high, 'high'),
          low: price(low, 'low'),
          close: price(close, 'close'),
          volume: size(volume, 'volume'),
          closed: false,
          time: received,
          received,
        },
        out,
      )
    }
  }
}

function requestOf(message: JsonObject): string | null {
  return orNull(own(message, 'id'), id => idText(id, 'id'))
}

function readTrades(data: Json | undefined, head: Head, received: Micros, out: Decoded[]): void {
  const trades = dataObjects(data)
  if (trades.length === 0) out.push(ignored('no trades'))
  for (const trade of trades) {
    out.push({
      type: 'trade',
      ...head,
      id: idText(own(trade, 'id'), 'id'),
      price: price(own(trade, 'price'), 'price'),
      size: size(own(trade, 'amount'), 'amount'),
      side: sideOf(own(trade, 'side')),
      time: timeOf(trade, received),
      received,
    })
  }
}

/** The library's public trades carry the taker's side. */
function sideOf(side: Json | undefined): Side {
  if (side === 'buy' || side === 'sell') return side
  if (side === undefined || side === null) return 'unknown'
  throw unexpected('side', side)
}

/** A ticker with bid and ask, or a book of which the best levels count. */
function readQuote(data: Json | undefined, head: Head, received: Micros, out: Decoded[]): void {
  const best = asObject(data, 'data')
  const isBook = own(best, 'bids') !== undefined
  const [bid, bidSize] = isBook ? firstOf(best, 'bids') : [own(best, 'bid'), own(best, 'bidVolume')]
  const [ask, askSize] = isBook ? firstOf(best, 'asks') : [own(best, 'ask'), own(best, 'askVolume')]
  if (isAbsent(bid) || isAbsent(ask)) {
    out.push(ignored('quote with an empty side'))
    return
  }
  out.push({
    type: 'quote',
    ...head,
    bid: price(bid, 'bid'),
    bidSize: size(bidSize, 'bidVolume'),
    ask: price(ask, 'ask'),
    askSize: size(askSize, 'askVolume'),
    time: timeOf(best, received),
    received,
  })
}

function firstOf(book: JsonObject, side: string): Json[] {
  const [level] = asArray(own(book, side), side)
  return level === undefined ? [] : asArray(level, side)
}

function readTicker(data: Json | undefined, head: Head, received: Micros, out: Decoded[]): void {
  const ticker = asObject(data, 'data')
  const field = (name: string): number | null => orNull(own(ticker, name), value => size(value, name))
  if (isAbsent(own(ticker, 'last'))) {
    out.push(ignored('ticker without a last price'))
    return
  }
  out.push({
    type: 'ticker',
    ...head,
    last: price(own(ticker, 'last'), 'last'),
    open: field('open'),
    high: field('high'),
    low: field('low'),
    volume: field('baseVolume'),
    time: timeOf(ticker, received),
    received,
  })
}

function readBook(
  kind: 'snapshot' | 'partial',
  data: Json | undefined,
  head: Head,
  received: Micros,
  out: Decoded[],
): void {
  const book = asObject(data, 'data')
  const last = orNull(own(book, 'nonce'), nonce => sequenceNumber(nonce, 'nonce'))
  out.push({
    type: 'bookUpdate',
    ...head,
    kind,
    first: last,
    last,
    previous: null,
    checksum: null,
    bids: levels(own(book, 'bids'), 'bids'),
    asks: levels(own(book, 'asks'), 'asks'),
    texts: null,
    time: timeOf(book, received),
    received,
  })
}

function levels(value: Json | undefined, side: string): Level[] {
  return asArray(value, side).map(entry => {
    const level = asArray(entry, side)
    return [price(level[0], side), size(level[1], side)]
  })
}

function timeOf(structure: JsonObject, received: Micros): Micros {
  return orNull(own(structure, 'timestamp'), time => epochMicros(time, 'ms', 'timestamp')) ?? received
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null
}

/** JSON prints very small and very large doubles with an exponent. */
function price(value: Json | undefined, field: string): number {
  const number = decimal(value, field)
  if (number <= 0) throw new DecodeError('number', `${field}: ${String(number)} is not above zero`)
  return number
}

function size(value: Json | undefined, field: string): number {
  const number = decimal(value, field)
  if (number < 0) throw new DecodeError('number', `${field}: ${String(number)} is below zero`)
  return number
}

/** Doubles of 16 or 17 digits are the library's own, and are kept. */
function decimal(value: Json | undefined, field: string): number {
  return typeof value === 'string' ? exactNumberWithExponent(value, field) : exactNumber(value, field)
}
