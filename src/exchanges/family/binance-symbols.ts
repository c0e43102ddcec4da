/** How the Binance family names instruments: `BTCUSDT` on spot, `BTCUSDT`, `BTCUSD_PERP` and `BTCUSDT_210625` on futures. */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'
import { parsePair, type PairParts } from '../../model/symbol.js'
import { splitSymbol, spotAssets } from './concatenated.js'

/** The instrument a text names, or undefined. */
export type Naming = (text: string) => Instrument | undefined

const DELIVERED = /^([\p{L}\p{N}]{4,40})_(PERP|\d{6})$/u
const SENT = /^[\p{L}\p{N}_.-]{1,48}$/u

/** Spot: `btcusdt`, `BTC-USDT`, `BTC/USDT`. */
export const spotInstrument: Naming = text => {
  const upper = text.toUpperCase()
  if (DELIVERED.test(upper)) return undefined
  const parts = spotAssets(upper)
  return parts && { symbol: parts.base + parts.quote, pair: `${parts.base}/${parts.quote}` }
}

/** Futures: `btcusdt`, `BTC/USDT:USDT`, `btcusd_perp`, `BTC/USD:BTC`, `BTCUSDT_210625`; a bare `BTC/USDT` means its perpetual. */
export const futuresInstrument: Naming = text => {
  const upper = text.toUpperCase()
  const [, joined, delivery] = DELIVERED.exec(upper) ?? []
  if (joined !== undefined && delivery !== undefined) return delivered(joined, delivery)
  const unified = parsePair(upper)
  if (unified) return fromPair(unified)
  const parts = spotAssets(upper)
  // Without a delivery, `BTCUSD` is an index and not an instrument.
  return parts && parts.quote !== 'USD' ? linear(parts.base, parts.quote, '') : undefined
}

/**
 * The unified pair of a symbol that the exchange sent. A symbol that no rule splits stands for itself: a new listing must not be lost.
 * @throws DecodeError `symbol` where the text cannot be a symbol at all.
 */
export function sentPair(symbol: string, instrument: Naming): string {
  if (!SENT.test(symbol)) throw new DecodeError('symbol', `${JSON.stringify(symbol.slice(0, 60))} is no symbol`)
  return (DELIVERED.test(symbol) ? futuresInstrument(symbol) : instrument(symbol))?.pair ?? symbol
}

/** Whether the instrument is margined in its base asset and so traded on the COIN-M venue. */
export function isCoinMargined(symbol: string): boolean {
  const [, joined] = DELIVERED.exec(symbol) ?? []
  return joined?.endsWith('USD') ?? false
}

function delivered(joined: string, delivery: string): Instrument | undefined {
  const expiry = delivery === 'PERP' ? '' : delivery
  // Everything delivered in coin is quoted in USD; the split by quote asset would take `BNBUSD` for BN/BUSD.
  if (joined.endsWith('USD')) return inverse(joined.slice(0, -3), expiry)
  const parts = expiry === '' ? undefined : splitSymbol(joined)
  return parts && linear(parts.base, parts.quote, expiry)
}

function fromPair({ base, quote, settle, expiry }: PairParts): Instrument | undefined {
  if (expiry !== null && !/^\d{6}$/.test(expiry)) return undefined
  if (quote === 'USD') return settle === null || settle === base ? inverse(base, expiry ?? '') : undefined
  return settle === null || settle === quote ? linear(base, quote, expiry ?? '') : undefined
}

function inverse(base: string, expiry: string): Instrument {
  return expiry === ''
    ? { symbol: `${base}USD_PERP`, pair: `${base}/USD:${base}` }
    : { symbol: `${base}USD_${expiry}`, pair: `${base}/USD:${base}-${expiry}` }
}

function linear(base: string, quote: string, expiry: string): Instrument {
  return expiry === ''
    ? { symbol: base + quote, pair: `${base}/${quote}:${quote}` }
    : { symbol: `${base}${quote}_${expiry}`, pair: `${base}/${quote}:${quote}-${expiry}` }
}
