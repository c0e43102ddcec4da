/**
 * Bybit's names for instruments. `BTCUSDT` is both a spot pair and a linear perpetual; genesis reads it as spot, and the
 * perpetual as `BTC/USDT:USDT` or `BTCUSDT.P`. All other names say by themselves what they are.
 */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'
import { parsePair, type PairParts } from '../../model/symbol.js'
import { asString, type Json } from '../../wire/json.js'
import { splitSymbol } from './concatenated.js'

export type BybitCategory = 'spot' | 'linear' | 'inverse' | 'option'

export interface BybitHead {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DATE = `(\\d{1,2})(${MONTHS.join('|')})(\\d{2})`
const OPTION = new RegExp(`^([A-Z0-9]+)-${DATE}-([\\d.]+)-([CP])(?:-(USDT|USDC))?$`)
const DATED = new RegExp(`^([A-Z0-9]+?)(USDT)?-${DATE}$`)
const QUARTERLY = /^([A-Z0-9]+)USD([HMUZ])(\d{2})$/
/** Bybit's spot quotes that no other exchange has. */
const OWN_QUOTES = /^([A-Z0-9]+?)(MNT|USDQ|USDR|EURQ|EURR|BRZ|KZT|GEL)$/

/** Any spelling of Bybit or a unified pair, any case. */
export function bybitInstrument(text: string): Instrument | undefined {
  const upper = text.toUpperCase()
  const perpetual = /^([A-Z0-9]+)(USDT|USDC|USD)\.P$/.exec(upper)
  if (perpetual) {
    const [, base = '', quote = ''] = perpetual
    return bybitInstrument(`${base}/${quote}:${quote === 'USD' ? base : quote}`)
  }
  if (upper.includes(':')) return unified(upper)
  return derivative(upper) ?? spot(upper)
}

/** What every event of an instrument begins with. @throws DecodeError `symbol` where the name is no instrument. */
export function bybitHead(value: Json | undefined, category: BybitCategory | null): BybitHead {
  const symbol = asString(value, 'symbol')
  const base = category === 'linear' ? /^([A-Z0-9]+)USDT$/.exec(symbol)?.[1] : undefined
  const pair = base === undefined ? bybitInstrument(symbol)?.pair : `${base}/USDT:USDT`
  if (pair === undefined) throw new DecodeError('symbol', `${symbol.slice(0, 60)} is no symbol`)
  return { exchange: 'bybit', symbol, pair }
}

/** The category decides the address; a pair without a settlement asset is spot. */
export function bybitCategory(pair: string): BybitCategory {
  const parts = parsePair(pair)
  if (!parts?.settle) return 'spot'
  if (parts.expiry?.includes('-')) return 'option'
  return parts.quote === 'USD' ? 'inverse' : 'linear'
}

function spot(text: string): Instrument | undefined {
  const separated = /^([A-Z0-9]+)[/_-]([A-Z0-9]+)$/.exec(text)
  const own = OWN_QUOTES.exec(text)
  const parts = separated ?? own
  const split = /^[A-Z0-9]+$/.test(text) ? splitSymbol(text) : undefined
  const base = parts?.[1] ?? split?.base
  const quote = parts?.[2] ?? split?.quote
  // Nothing is traded against dollars on spot: BTCUSD is the inverse perpetual.
  if (base === undefined || quote === undefined || quote === 'USD') return undefined
  return { symbol: base + quote, pair: `${base}/${quote}` }
}

function derivative(symbol: string): Instrument | undefined {
  const perp = /^([A-Z0-9]+)PERP$/.exec(symbol)
  if (perp) return { symbol, pair: `${perp[1] ?? ''}/USDC:USDC` }
  const option = OPTION.exec(symbol)
  if (option) {
    const [, base = '', day, month, year, strike = '', kind = '', settle = 'USDC'] = option
    return { symbol, pair: `${base}/${settle}:${settle}-${expiryOf(day, month, year)}-${strike}-${kind}` }
  }
  const dated = DATED.exec(symbol)
  if (dated) {
    const [, base = '', quote = 'USDC', day, month, year] = dated
    return { symbol, pair: `${base}/${quote}:${quote}-${expiryOf(day, month, year)}` }
  }
  const quarterly = QUARTERLY.exec(symbol)
  if (quarterly) {
    const [, base = '', code = '', year = ''] = quarterly
    return {
      symbol,
      pair: `${base}/USD:${base}-${year}${lastFriday(2000 + Number(year), 3 * ('HMUZ'.indexOf(code) + 1))}`,
    }
  }
  const inverse = /^([A-Z0-9]{2,}?)USD$/.exec(symbol)
  return inverse ? { symbol, pair: `${inverse[1] ?? ''}/USD:${inverse[1] ?? ''}` } : undefined
}

function unified(pair: string): Instrument | undefined {
  const parts = parsePair(pair)
  const symbol = parts && symbolOf(parts)
  return symbol === undefined || pairOf(symbol, parts?.settle) !== pair ? undefined : { symbol, pair }
}

function pairOf(symbol: string, settle: string | null | undefined): string | undefined {
  return settle === 'USDT' && /USDT$/.test(symbol) && !symbol.includes('-')
    ? `${symbol.slice(0, -4)}/USDT:USDT`
    : derivative(symbol)?.pair
}

function symbolOf({ base, quote, expiry }: PairParts): string | undefined {
  if (expiry === null) return quote === 'USDC' ? `${base}PERP` : base + quote
  const match = /^(\d{2})(\d{2})(\d{2})(?:-([\d.]+)-([CP]))?$/.exec(expiry)
  if (!match) return undefined
  const [, year = '', month = '', day = '', strike, kind] = match
  const date = `${String(Number(day))}${MONTHS[Number(month) - 1] ?? ''}${year}`
  if (strike !== undefined) return `${base}-${date}-${strike}-${kind ?? ''}${quote === 'USDT' ? '-USDT' : ''}`
  if (quote === 'USD') return `${base}USD${'HMUZ'.charAt(Number(month) / 3 - 1)}${year}`
  return quote === 'USDT' ? `${base}USDT-${date}` : `${base}-${date}`
}

function expiryOf(day = '', month = '', year = ''): string {
  return `${year}${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}${day.padStart(2, '0')}`
}

/** Month and day on which quarterly contracts end, as `0328`. */
function lastFriday(year: number, month: number): string {
  const days = month === 3 || month === 12 ? 31 : 30
  const back = (weekday(year, month, days) - 5 + 7) % 7
  return `${String(month).padStart(2, '0')}${String(days - back).padStart(2, '0')}`
}

/** Sakamoto's rule for months from March on; Sunday is 0. */
function weekday(year: number, month: number, day: number): number {
  const offset = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0
  return (year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + offset + day) % 7
}
