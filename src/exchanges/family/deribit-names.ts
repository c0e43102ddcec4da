/** Names of Deribit's instruments and the unified pairs that they stand for. */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'

/**
 * Reads a name (`BTC-PERPETUAL`, `ETH_USDC-27DEC24-4000-C`, `BTC_USDC`) or a unified pair, any case.
 * Without a currency after the underscore a contract is inverse: quoted in USD, settled in the coin.
 */
export function deribitInstrument(text: string): Instrument | undefined {
  const typed = text.toUpperCase()
  return typed.includes('/') ? fromPair(typed) : fromName(typed)
}

const SPOT = /^([A-Z0-9]{1,12})_([A-Z0-9]{2,12})$/
const CONTRACT = /^([A-Z0-9]{1,12})(?:_([A-Z0-9]{2,12}))?-(.{3,60})$/
const DATED = /^(\d{1,2})([A-Z]{3})(\d\d)(?:-(\d{1,12})(?:D(\d{1,12}))?-([CP]))?$/
/** A combination of contracts: `CS-19MAY26-70000_75000`, `FS-27DEC24_PERP`. */
const COMBO = /^[A-Z]{2,8}-[A-Z0-9_.-]+$/
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** Combinations may trade at zero or below. */
export function isCombo(symbol: string): boolean {
  const rest = CONTRACT.exec(symbol)?.[3]
  return rest !== undefined && !DATED.test(rest.toUpperCase()) && COMBO.test(rest)
}

function fromName(name: string): Instrument | undefined {
  const spot = SPOT.exec(name)
  if (spot) return { symbol: name, pair: `${spot[1] ?? ''}/${spot[2] ?? ''}` }
  const [, base, linear, rest] = CONTRACT.exec(name) ?? []
  if (base === undefined || rest === undefined) return undefined
  const stem = linear === undefined ? `${base}/USD:${base}` : `${base}/${linear}:${linear}`
  const root = linear === undefined ? base : `${base}_${linear}`
  if (rest === 'PERPETUAL') return { symbol: name, pair: stem }
  const dated = datedName(rest)
  if (dated) return { symbol: `${root}-${dated.name}`, pair: `${stem}-${dated.expiry}` }
  return COMBO.test(rest) ? { symbol: name, pair: `${stem}-${rest}` } : undefined
}

function datedName(rest: string): { name: string; expiry: string } | undefined {
  const match = DATED.exec(rest)
  if (!match) return undefined
  const [, day = '', monthName = '', year = '', strike, fraction, kind = ''] = match
  const month = MONTHS.indexOf(monthName) + 1
  if (month === 0 || Number(day) < 1 || Number(day) > 31) return undefined
  const date = `${year}${String(month).padStart(2, '0')}${day.padStart(2, '0')}`
  const plain = `${String(Number(day))}${monthName}${year}`
  if (strike === undefined) return { name: plain, expiry: date }
  const wire = fraction === undefined ? strike : `${strike}d${fraction}`
  const unified = fraction === undefined ? strike : `${strike}.${fraction}`
  return { name: `${plain}-${wire}-${kind}`, expiry: `${date}-${unified}-${kind}` }
}

const PAIR = /^([A-Z0-9]{1,12})\/([A-Z0-9]{2,12})(?::([A-Z0-9]{1,12})(?:-(.{3,60}))?)?$/
const EXPIRY = /^(\d\d)(\d\d)(\d\d)(?:-(\d{1,12})(?:\.(\d{1,12}))?-([CP]))?$/

function fromPair(pair: string): Instrument | undefined {
  const [, base = '', quote = '', settle, rest] = PAIR.exec(pair) ?? []
  if (base === '') return undefined
  if (settle === undefined) return { symbol: `${base}_${quote}`, pair }
  const inverse = settle === base && quote === 'USD'
  if (!inverse && settle !== quote) return undefined
  const root = inverse ? base : `${base}_${quote}`
  if (rest === undefined) return { symbol: `${root}-PERPETUAL`, pair }
  return fromName(`${root}-${nameOfExpiry(rest)}`)
}

function nameOfExpiry(rest: string): string {
  const match = EXPIRY.exec(rest)
  if (!match) return rest
  const [, year = '', month = '', day = '', strike, fraction, kind = ''] = match
  const date = `${String(Number(day))}${MONTHS[Number(month) - 1] ?? '?'}${year}`
  if (strike === undefined) return date
  return `${date}-${strike}${fraction === undefined ? '' : `D${fraction}`}-${kind}`
}

/** What every event of an instrument begins with. @throws DecodeError `symbol`. */
export function deribitHead(symbol: string): { exchange: string; symbol: string; pair: string } {
  const instrument = deribitInstrument(symbol)
  if (instrument === undefined || symbol.includes('/')) throw new DecodeError('symbol', `no instrument: ${symbol}`)
  return { exchange: 'deribit', symbol, pair: instrument.pair }
}
