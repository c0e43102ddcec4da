/** Kraken's names for instruments: `BTC/USD` now, `XBT/USD` in the first WebSocket protocol, `XXBTZUSD` by REST. */
import type { Instrument } from '../../model/instrument.js'

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
])
const SEPARATED = /^([A-Za-z0-9.]+)[/-]([A-Za-z0-9.]+)$/
/** The oldest assets carry X for a coin, Z for a currency in front. */
const PREFIXED = /^X([A-Z0-9]{3})[XZ](USD|EUR|GBP|CAD|JPY|CHF|AUD|XBT|ETH)$/
/** Kraken's own quote assets; a longer list would read TUSD in XBTUSD. */
const CONCATENATED = /^([A-Z0-9.]{2,}?)(USDT|USDC|USDG|USD|EUR|GBP|CAD|JPY|CHF|AUD|AED|XBT|BTC|ETH|SOL|DAI)$/

/** Any spelling of Kraken or a unified pair, any case. Symbol and pair are alike since the second protocol. */
export function krakenInstrument(text: string): Instrument | undefined {
  const parts = split(text)
  if (parts === undefined) return undefined
  const pair = `${asset(parts[0])}/${asset(parts[1])}`
  return { symbol: pair, pair }
}

function split(text: string): readonly [string, string] | undefined {
  const separated = SEPARATED.exec(text)
  if (separated) return [separated[1] ?? '', separated[2] ?? '']
  if (!/^[A-Za-z0-9.]+$/.test(text)) return undefined
  const prefixed = PREFIXED.exec(text.toUpperCase())
  if (prefixed) return [prefixed[1] ?? '', prefixed[2] ?? '']
  const concatenated = CONCATENATED.exec(text.toUpperCase())
  return concatenated ? [concatenated[1] ?? '', concatenated[2] ?? ''] : undefined
}

/** Tokenised shares are the only assets with a small letter: `AAPLx`. */
function asset(text: string): string {
  if (/^[A-Z0-9.]+x$/.test(text)) return text
  const upper = text.toUpperCase()
  return ALIASES.get(upper) ?? upper
}
