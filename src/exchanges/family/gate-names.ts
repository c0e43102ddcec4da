/** Gate's symbols, spot and futures, and the unified pairs that they stand for. */
import type { Instrument } from '../../model/instrument.js'
import { spotAssets } from './concatenated.js'

export type GateMarket = 'spot' | 'futures'

/**
 * Reads a symbol or a unified pair, any case. Spot and perpetual futures share their names (`BTC_USDT`): alone it means spot,
 * and the perpetual is asked for by its pair (`BTC/USDT:USDT`). Names in USD and names with a date are futures.
 */
export function gateInstrument(text: string): Instrument | undefined {
  const typed = text.toUpperCase()
  const future = typed.includes(':') ? ofPair(typed) : ofContract(typed)
  if (future !== undefined || typed.includes(':')) return future
  const spot = spotAssets(typed)
  return spot && { symbol: `${spot.base}_${spot.quote}`, pair: `${spot.base}/${spot.quote}` }
}

/** The pair of a symbol in a message of the market; undefined where it is none. */
export function gatePair(symbol: string, market: GateMarket): string | undefined {
  const [, base, quote, date] = NAME.exec(symbol) ?? []
  if (base === undefined || quote === undefined) return undefined
  if (market === 'spot') return date === undefined ? `${base}/${quote}` : undefined
  return `${base}/${quote}:${settleOf(quote)}${date === undefined ? '' : `-${date.slice(2)}`}`
}

/** Which of the exchange's two sides a pair belongs to. */
export function gateMarketOf(pair: string): GateMarket {
  return pair.includes(':') ? 'futures' : 'spot'
}

const NAME = /^([\p{L}\p{N}]{1,20})_([A-Z0-9]{2,10})(?:_(20\d{6}))?$/u
const PAIR = /^([\p{L}\p{N}]{1,20})\/([A-Z0-9]{2,10}):([A-Z0-9]{2,10})(?:-(\d{6}))?$/u

/** Contracts in USD are settled in bitcoin, whatever they are about. */
function settleOf(quote: string): string {
  return quote === 'USD' ? 'BTC' : quote
}

function ofContract(typed: string): Instrument | undefined {
  const [, , quote, date] = NAME.exec(typed) ?? []
  if (quote !== 'USD' && date === undefined) return undefined
  const pair = gatePair(typed, 'futures')
  return pair === undefined ? undefined : { symbol: typed, pair }
}

function ofPair(pair: string): Instrument | undefined {
  const [, base = '', quote = '', settle, date] = PAIR.exec(pair) ?? []
  if (settle === undefined || settle !== settleOf(quote)) return undefined
  return { symbol: `${base}_${quote}${date === undefined ? '' : `_20${date}`}`, pair }
}
