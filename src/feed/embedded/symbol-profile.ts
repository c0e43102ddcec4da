/** What the simulated market lists: a plausible price, tick and lot for every symbol that ends in a known quote asset. */
import { Random } from '../../engine/random.js'
import { splitConcatenated } from '../../model/symbol.js'

/** Prices are counted in ticks and sizes in lots, both whole numbers. */
export interface SymbolProfile {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  /** Price at the start, in ticks. */
  readonly startTicks: number
  /** Decimals of a tick and of a lot: 2 means 0.01. */
  readonly priceDecimals: number
  readonly sizeDecimals: number
  /** Lots that are worth about one US dollar; may be a fraction. */
  readonly lotsPerDollar: number
}

/** Rough values in US dollars; what is not listed gets one from its name. */
const DOLLARS: ReadonlyMap<string, number> = new Map([
  ['BTC', 97_000], ['ETH', 3_400], ['BNB', 620], ['SOL', 190], ['XRP', 1.4], ['ADA', 0.9], ['DOGE', 0.38], ['LTC', 95], ['DOT', 8],
  ['LINK', 17], ['AVAX', 40], ['TRX', 0.2], ['BCH', 480], ['ATOM', 8.5], ['UNI', 10], ['USDT', 1], ['USDC', 1], ['FDUSD', 1],
  ['BUSD', 1], ['TUSD', 1], ['DAI', 1], ['USD', 1], ['EUR', 1.05], ['GBP', 1.26], ['TRY', 0.029], ['BRL', 0.17], ['JPY', 0.0065],
]) // prettier-ignore

const SYMBOL = /^[A-Z0-9]{5,20}$/

/** @returns undefined where the exchange would say that there is no such symbol. */
export function profileOf(symbol: string): SymbolProfile | undefined {
  const parts = SYMBOL.test(symbol) ? splitConcatenated(symbol) : undefined
  if (parts === undefined || parts.base === parts.quote) return undefined
  const { base, quote } = parts
  const dollars = dollarsOf(base)
  const price = dollars / dollarsOf(quote)
  const priceDecimals = Math.min(8, Math.max(2, 4 - Math.floor(Math.log10(price))))
  const sizeDecimals = Math.min(8, Math.max(0, Math.ceil(Math.log10(dollars))))
  return {
    symbol,
    base,
    quote,
    startTicks: Math.max(1_000, Math.round(price * 10 ** priceDecimals)),
    priceDecimals,
    sizeDecimals,
    lotsPerDollar: 10 ** sizeDecimals / dollars,
  }
}

function dollarsOf(asset: string): number {
  return DOLLARS.get(asset) ?? Math.round(1_000 * 10 ** new Random(asset).uniform(-1, 2)) / 1_000
}
