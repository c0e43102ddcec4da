/** What trading must know of an instrument: its assets, its contract, its rules and its fees. */
import type { TradingRules } from '../model/instrument.js'
import { parsePair } from '../model/symbol.js'
import { decimal, divide, type Decimal } from './money.js'

export interface Market {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly base: string
  readonly quote: string
  /** `spot` exchanges assets; `linear` settles in the quote asset; `inverse` counts contracts of the quote and settles in the base. */
  readonly contract: 'spot' | 'linear' | 'inverse'
  /** The asset in which profit, margin and fees of a perpetual move. */
  readonly settle: string
  readonly tickSize: Decimal | null
  readonly stepSize: Decimal | null
  readonly minSize: Decimal | null
  readonly minNotional: Decimal | null
  readonly maker: Decimal | null
  readonly taker: Decimal | null
}

/** Rules of one instrument, as far as they are known; undefined where nothing is. */
export type RuleSource = (exchange: string, symbol: string) => TradingRules | undefined

/** @returns undefined where the pair is no unified pair. */
export function marketOf(
  instrument: { readonly exchange: string; readonly symbol: string; readonly pair: string },
  rules: TradingRules = {},
): Market | undefined {
  const parts = parsePair(instrument.pair)
  if (parts === undefined) return undefined
  const { base, quote, settle } = parts
  return {
    exchange: instrument.exchange,
    symbol: instrument.symbol,
    pair: instrument.pair,
    base,
    quote,
    contract: settle === null ? 'spot' : settle === base ? 'inverse' : 'linear',
    settle: settle ?? quote,
    tickSize: rule(rules.tickSize),
    stepSize: rule(rules.stepSize),
    minSize: rule(rules.minSize),
    minNotional: rule(rules.minNotional),
    maker: rule(rules.maker),
    taker: rule(rules.taker),
  }
}

function rule(text: string | undefined): Decimal | null {
  return text === undefined ? null : decimal(text)
}

/** Value of `size` at `price`: in the quote asset, or, for inverse contracts of one quote unit each, `size / price` of the base. */
export function notional(market: Market, size: Decimal, price: Decimal): Decimal {
  return market.contract === 'inverse' ? divide(size, price) : size.times(price)
}
