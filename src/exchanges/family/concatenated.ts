/** Symbols without a separator (`BTCUSDT`), split where the letters alone are ambiguous. */
import { splitConcatenated } from '../../model/symbol.js'

/** Assets that end in B or T, short of that letter: `BNBUSD` is BNB/USD and not BN/BUSD, `USDTUSD` is USDT/USD. */
const CUT_SHORT = new Set(['BN', 'SHI', 'AR', 'DO', 'BA', 'GR', 'QN', 'AN', 'AP', 'NF', 'USD', 'FLUX', 'BI'])
/** All that was ever quoted in AEUR; before `AEUR` anything else is an asset that ends in A, as in `ADAEUR`. */
const QUOTED_IN_AEUR = new Set(['BTC', 'ETH', 'EUR', 'USDT'])

/** Base and quote of a symbol without a separator; undefined where it ends in no known quote asset. */
export function splitSymbol(symbol: string): { base: string; quote: string } | undefined {
  const parts = splitConcatenated(symbol)
  if (!parts || !takesALetterTooMany(parts.base, parts.quote)) return parts
  return { base: parts.base + parts.quote.slice(0, 1), quote: parts.quote.slice(1) }
}

function takesALetterTooMany(base: string, quote: string): boolean {
  if (quote === 'AEUR') return !QUOTED_IN_AEUR.has(base)
  return (quote === 'TUSD' || quote === 'BUSD') && CUT_SHORT.has(base)
}
