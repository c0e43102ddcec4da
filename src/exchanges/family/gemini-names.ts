/** Gemini's symbols and the unified pairs that they stand for. */
import type { Instrument } from '../../model/instrument.js'

/** A symbol (`BTCUSD`, perpetual `BTCGUSDPERP`), also with a separator, or a unified pair; any case. */
export function geminiInstrument(text: string): Instrument | undefined {
  const typed = text.toUpperCase()
  const [, coin] = /^([A-Z0-9]{1,12})(?:GUSDPERP|\/GUSD:GUSD)$/.exec(typed) ?? []
  if (coin !== undefined) return { symbol: `${coin}GUSDPERP`, pair: `${coin}/GUSD:GUSD` }
  const [, base, quote] = /^([A-Z0-9]{1,12})[-/_]([A-Z0-9]{2,8})$/.exec(typed) ?? []
  if (base !== undefined && quote !== undefined) return { symbol: base + quote, pair: `${base}/${quote}` }
  if (!/^[A-Z0-9]{5,20}$/.test(typed)) return undefined
  const ending = QUOTES.find(candidate => typed.endsWith(candidate))
  if (ending === undefined) return undefined
  const rest = typed.slice(0, -ending.length)
  // `MOGUSD` is MOG in dollars; only these were ever quoted in Gemini's own dollar.
  const own = ending === 'USD' && rest.endsWith('G') && IN_GUSD.has(rest.slice(0, -1))
  return { symbol: typed, pair: own ? `${rest.slice(0, -1)}/GUSD` : `${rest}/${ending}` }
}

/** All that Gemini quotes in, longest first. It never quoted in TUSD or BUSD, so `FETUSD` is unambiguous here. */
const QUOTES = ['RLUSD', 'USDT', 'USDC', 'USD', 'EUR', 'GBP', 'SGD', 'BTC', 'ETH', 'BCH', 'LTC', 'SOL', 'DAI']
const IN_GUSD = new Set(['BTC', 'ETH', 'SOL', 'USDC'])
