/** Tickers of Bybit: a snapshot first, then only the fields that changed, so that the decoder must remember the rest. */
import type { Decoded } from '../../model/event.js'
import { exactNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { bybitHead, type BybitCategory } from './bybit-symbol.js'
import { ignored, orNull, volumeOrNull } from './wire-fields.js'

const TICKER = ['lastPrice', 'prevPrice24h', 'highPrice24h', 'lowPrice24h', 'volume24h'] as const
const FUNDING = ['fundingRate', 'markPrice', 'nextFundingTime'] as const
const INTEREST = ['openInterest'] as const
/** Options tell best bid and ask only here. */
const QUOTE = ['bidPrice', 'bidSize', 'askPrice', 'askSize'] as const
const REMEMBERED = [...TICKER, ...FUNDING, ...INTEREST, ...QUOTE]
/** More instruments than a connection can carry. */
const MOST_SYMBOLS = 10_000

type Fields = ReadonlyMap<string, Json>

/** What one connection has been told of each symbol. */
export class BybitTickers {
  private readonly known = new Map<string, Fields>()

  /** Appends an event for each kind of field that the message brings, and remembers the fields. */
  push(message: JsonObject, data: JsonObject, category: BybitCategory | null, received: Micros, out: Decoded[]): void {
    const head = bybitHead(own(data, 'symbol'), category)
    const before = own(message, 'type') === 'delta' ? this.known.get(head.symbol) : undefined
    const fields = new Map(before)
    for (const key of REMEMBERED) {
      const value = own(data, key)
      if (value !== undefined) fields.set(key, value)
    }
    const brings = (keys: readonly string[]): boolean => keys.some(key => own(data, key) !== undefined)
    const time = (): Micros => epochMicros(own(message, 'ts'), 'ms', 'ts')
    const count = out.length
    if (brings(TICKER)) pushIf(tickerOf(fields), ticker => out.push({ ...ticker, ...head, time: time(), received }))
    if (brings(FUNDING)) pushIf(fundingOf(fields), funding => out.push({ ...funding, ...head, time: time(), received }))
    if (brings(INTEREST)) {
      const openInterest = number(fields, 'openInterest')
      if (openInterest !== null) out.push({ type: 'openInterest', ...head, openInterest, time: time(), received })
    }
    if (brings(QUOTE)) pushIf(quoteOf(fields), quote => out.push({ ...quote, ...head, time: time(), received }))
    if (out.length === count) out.push(ignored('a ticker that brings nothing new'))
    if (this.known.size >= MOST_SYMBOLS) this.known.clear()
    this.known.set(head.symbol, fields)
  }
}

function pushIf<T>(value: T | null, push: (value: T) => void): void {
  if (value !== null) push(value)
}

function tickerOf(fields: Fields) {
  const last = number(fields, 'lastPrice')
  if (last === null) return null
  return {
    type: 'ticker' as const,
    last,
    open: number(fields, 'prevPrice24h'),
    high: number(fields, 'highPrice24h'),
    low: number(fields, 'lowPrice24h'),
    volume: volumeOrNull(fields.get('volume24h'), 'volume24h'),
  }
}

/** Dated contracts have no funding rate. */
function fundingOf(fields: Fields) {
  const rate = number(fields, 'fundingRate')
  if (rate === null) return null
  const next = orNull(fields.get('nextFundingTime'), value =>
    value === '0' ? null : epochMicros(value, 'ms', 'nextFundingTime'),
  )
  return { type: 'funding' as const, rate, markPrice: number(fields, 'markPrice'), nextFunding: next }
}

function quoteOf(fields: Fields) {
  const [bid, bidSize] = [number(fields, 'bidPrice'), number(fields, 'bidSize')]
  const [ask, askSize] = [number(fields, 'askPrice'), number(fields, 'askSize')]
  // A price of 0 says that nobody bids or asks.
  return !bid || !ask || bidSize === null || askSize === null
    ? null
    : { type: 'quote' as const, bid, bidSize, ask, askSize }
}

function number(fields: Fields, key: string): number | null {
  return orNull(fields.get(key), value => exactNumber(value, key))
}
