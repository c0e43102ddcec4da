/** The instrument that a foreign file names, as far as its name alone tells. */
import type { Instrument } from '../model/instrument.js'
import { parsePair, splitConcatenated } from '../model/symbol.js'

/** The symbol as it stands, and the pair where base and quote can be told apart; else the symbol again. */
export function plainInstrument(_exchange: string, symbol: string): Instrument {
  if (parsePair(symbol) !== undefined) return { symbol, pair: symbol.toUpperCase() }
  const parts = symbol.split(/[-_]/)
  const [base, quote] = parts
  if (parts.length === 2 && base && quote && quote !== 'PERPETUAL' && quote !== 'PERP') {
    return { symbol, pair: `${base}/${quote}`.toUpperCase() }
  }
  // XBT is three letters, whatever quote asset the rest could end.
  if (/^XBT[A-Z]{3,5}$/.test(symbol)) return { symbol, pair: `XBT/${symbol.slice(3)}` }
  const split = splitConcatenated(symbol)
  return { symbol, pair: split === undefined ? symbol : `${split.base}/${split.quote}` }
}
