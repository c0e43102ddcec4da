/** How Coinbase names products (`BTC-USD`), and the fields that its two feeds write alike. */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'
import { exactPrice, exactSize } from '../../model/number.js'
import { parseIsoMicros, type Micros } from '../../model/time.js'
import { asString, type Json } from '../../wire/json.js'
import { spotAssets } from './concatenated.js'

const SENT = /^[A-Za-z0-9._-]{1,48}$/

/** Spot: `BTC-USD`, `btc/usd`, `btcusd`. */
export function coinbaseProduct(text: string): Instrument | undefined {
  const parts = spotAssets(text)
  return parts && { symbol: `${parts.base}-${parts.quote}`, pair: `${parts.base}/${parts.quote}` }
}

/** Also the derivatives of Advanced Trade: perpetuals `BTC-PERP-INTX`, and dated futures, whose codes are no assets and stand for themselves. */
export function advancedProduct(text: string): Instrument | undefined {
  const upper = text.toUpperCase()
  const perpetual = /^([A-Z0-9]{1,20})(?:-PERP-INTX|\/USDC:USDC)$/.exec(upper)?.[1]
  if (perpetual !== undefined) return { symbol: `${perpetual}-PERP-INTX`, pair: `${perpetual}/USDC:USDC` }
  if (/^[A-Z0-9]{2,10}-\d{1,2}[A-Z]{3}\d{2}-CDE$/.test(upper)) return { symbol: upper, pair: upper }
  return coinbaseProduct(text)
}

/** More products than Coinbase lists; hostile ones cannot grow the table past it. */
const MOST_PRODUCTS = 10_000

/** The products of one connection. The pair of one that no rule splits is the id itself: a new listing must not be lost. */
export class SentProducts {
  private readonly known = new Map<Json | undefined, Instrument>()

  /** @throws DecodeError where the value cannot be a product. */
  of(value: Json | undefined): Instrument {
    const known = this.known.get(value)
    if (known) return known
    const symbol = asString(value, 'product_id')
    if (!SENT.test(symbol)) throw new DecodeError('symbol', `${JSON.stringify(symbol.slice(0, 60))} is no product`)
    const product = advancedProduct(symbol)
    const sent = { symbol, pair: product?.symbol === symbol ? product.pair : symbol }
    if (this.known.size >= MOST_PRODUCTS) this.known.clear()
    this.known.set(symbol, sent)
    return sent
  }
}

/** An ISO time. Some messages have none and some the year 1: both mean that the exchange did not say. */
export function coinbaseTime(value: Json | undefined, received: Micros): Micros {
  if (value === undefined || value === null || value === '') return received
  const text = asString(value, 'time')
  if (text.startsWith('0001-01-01T00:00:00')) return received
  const time = parseIsoMicros(text)
  if (time === undefined || time <= 0 || !Number.isSafeInteger(time))
    throw new DecodeError('time', `time: ${text.slice(0, 60)} is no time`)
  return time
}

/** A price or size that may be left out or empty. */
export function optionalSize(value: Json | undefined, field: string): number | null {
  return value === undefined || value === null || value === '' ? null : exactSize(value, field)
}

/** Best bid and ask with their sizes, where the message has all four and neither side is empty. */
export function bestOf(
  bid: Json | undefined,
  bidSize: Json | undefined,
  ask: Json | undefined,
  askSize: Json | undefined,
): { bid: number; bidSize: number; ask: number; askSize: number } | undefined {
  const [bidPrice, askPrice] = [optionalSize(bid, 'best_bid'), optionalSize(ask, 'best_ask')]
  const sizes = [optionalSize(bidSize, 'best_bid_size'), optionalSize(askSize, 'best_ask_size')] as const
  if (sizes[0] === null || sizes[1] === null || !bidPrice || !askPrice) return undefined
  return { bid: exactPrice(bid, 'best_bid'), bidSize: sizes[0], ask: exactPrice(ask, 'best_ask'), askSize: sizes[1] }
}

/** What a refusal is about: the products it names, on every channel, because it does not name the channel. */
export function refusedTopics(reason: string, channels: readonly string[]): string[] {
  const products = new Set(reason.match(/\b[A-Z0-9]{2,20}-[A-Z0-9]{2,20}\b/g) ?? [])
  return [...products].flatMap(product => channels.map(channel => `${channel}:${product}`))
}
