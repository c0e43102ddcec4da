/** Base and quote of a spot symbol, with a separator or without one (`BTCUSDT`), where the letters alone can be ambiguous. */
import { splitConcatenated } from '../../model/symbol.js'

export interface Assets {
  readonly base: string
  readonly quote: string
}

const SEPARATED = /^([\p{L}\p{N}]{1,20})[-/_]([\p{L}\p{N}]{1,20})$/u
const JOINED = /^[\p{L}\p{N}]{4,40}$/u

/** `btc-usdt`, `BTC/USDT`, `btc_usdt` or `btcusdt`, in capitals; undefined where the text is none of these. */
export function spotAssets(text: string): Assets | undefined {
  const upper = text.toUpperCase()
  const [, base, quote] = SEPARATED.exec(upper) ?? []
  if (base !== undefined && quote !== undefined) return { base, quote }
  return JOINED.test(upper) ? splitSymbol(upper) : undefined
}

/** Assets that end in B or T, short of that letter: `BNBUSD` is BNB/USD and not BN/BUSD, `USDTUSD` is USDT/USD. */
const CUT_SHORT = new Set(['BN', 'SHI', 'AR', 'DO', 'BA', 'GR', 'QN', 'AN', 'AP', 'NF', 'USD', 'FLUX', 'BI'])
/** All that was ever quoted in AEUR; before `AEUR` anything else is an asset that ends in A, as in `ADAEUR`. */
const QUOTED_IN_AEUR = new Set(['BTC', 'ETH', 'EUR', 'USDT'])

/** Base and quote of a symbol without a separator; undefined where it ends in no known quote asset. */
export function splitSymbol(symbol: string): Assets | undefined {
  const parts = splitConcatenated(symbol)
  if (!parts || !takesALetterTooMany(parts.base, parts.quote)) return parts
  return { base: parts.base + parts.quote.slice(0, 1), quote: parts.quote.slice(1) }
}

function takesALetterTooMany(base: string, quote: string): boolean {
  if (quote === 'AEUR') return !QUOTED_IN_AEUR.has(base)
  return (quote === 'TUSD' || quote === 'BUSD') && CUT_SHORT.has(base)
}
