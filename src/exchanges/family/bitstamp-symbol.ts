/** Bitstamp's names for pairs: `btcusd`, small letters without a separator; perpetuals end in `-perp`. */
import type { Instrument } from '../../model/instrument.js'

/** Quotes of Bitstamp, the longest first. */
const CONCATENATED = /^([a-z0-9]{2,}?)(eurcv|usdt|usdc|pyusd|gusd|rlusd|eurc|usd|eur|gbp|btc|eth|pax)$/
const PERPETUAL = /^([a-z0-9]+)(?:[/-]?)(usd)(?:-perp|:usd)$/

/** Any spelling of Bitstamp or a unified pair, any case. */
export function bitstampInstrument(text: string): Instrument | undefined {
  const lower = text.toLowerCase()
  const perpetual = PERPETUAL.exec(lower)
  if (perpetual) {
    const base = perpetual[1] ?? ''
    return { symbol: `${base}usd-perp`, pair: `${base.toUpperCase()}/USD:USD` }
  }
  const match = /^([a-z0-9]+)[/_-]([a-z0-9]+)$/.exec(lower) ?? CONCATENATED.exec(lower)
  if (!match) return undefined
  const [, base = '', quote = ''] = match
  return { symbol: base + quote, pair: `${base}/${quote}`.toUpperCase() }
}
