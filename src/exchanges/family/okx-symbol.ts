/** OKX's names for instruments: `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD-240628`, `BTC-USD-240628-50000-C`. */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'
import { parsePair } from '../../model/symbol.js'
import { asString, type Json } from '../../wire/json.js'
import { splitSymbol } from './concatenated.js'

const SEPARATED = /^([A-Z0-9.]+)[-/_](?:USD(_UM)|([A-Z0-9.]+))(?:-(SWAP|\d{6}(?:-[\d.]+-[CP])?))?$/

/** Any spelling of OKX or a unified pair, any case. */
export function okxInstrument(text: string): Instrument | undefined {
  const upper = text.toUpperCase()
  if (upper.includes(':')) return derivative(upper)
  const match = SEPARATED.exec(upper)
  if (match) return named(match[1] ?? '', match[3] ?? 'USD', match[2] ?? '', match[4])
  const parts = /^[A-Z0-9.]+$/.test(upper) ? splitSymbol(upper) : undefined
  return parts && named(parts.base, parts.quote, '', undefined)
}

export interface OkxHead {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** What every event of an instrument begins with. @throws DecodeError `symbol` where the id is no instrument. */
export function okxHead(value: Json | undefined): OkxHead {
  const symbol = asString(value, 'instId')
  const pair = okxInstrument(symbol)?.pair
  if (pair === undefined) throw new DecodeError('symbol', `${symbol.slice(0, 60)} is no symbol`)
  return { exchange: 'okx', symbol, pair }
}

/** `SPOT`, `SWAP`, `FUTURES` or `OPTION`, by the id. */
export function okxType(symbol: string): string {
  const suffix = symbol.split('-').slice(2)
  return suffix.length === 0 ? 'SPOT' : suffix[0] === 'SWAP' ? 'SWAP' : suffix.length === 1 ? 'FUTURES' : 'OPTION'
}

/** Contracts quoted in USD are settled in the coin, but those marked `_UM` in dollars; all others in their quote. */
function named(base: string, quote: string, marked: string, suffix: string | undefined): Instrument {
  if (suffix === undefined) return { symbol: `${base}-${quote}${marked}`, pair: `${base}/${quote}` }
  const settle = quote === 'USD' && marked === '' ? base : quote
  const expiry = suffix === 'SWAP' ? '' : `-${suffix}`
  return { symbol: `${base}-${quote}${marked}-${suffix}`, pair: `${base}/${quote}:${settle}${expiry}` }
}

function derivative(text: string): Instrument | undefined {
  const parts = parsePair(text)
  if (!parts) return undefined
  const marked = parts.quote === 'USD' && parts.settle === 'USD' ? '_UM' : ''
  const instrument = named(parts.base, parts.quote, marked, parts.expiry ?? 'SWAP')
  return instrument.pair === text && SEPARATED.test(instrument.symbol) ? instrument : undefined
}
