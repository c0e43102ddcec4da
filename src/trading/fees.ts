/** What a fill costs: maker and taker rates, rebates, and the asset in which the exchange takes them. */
import type { Fill, OrderSide } from '../model/trading.js'
import { notional, type Market } from './market.js'
import { decimal, divide, type Decimal } from './money.js'

export interface FeeSchedule {
  /** Share of the value; negative is a rebate. */
  readonly maker: string
  readonly taker: string
  /** `quote` (default), `base` (spot only), `received` (what the fill brings in), or the symbol of a third asset. */
  readonly asset?: string
}

export interface Fee {
  readonly fee: Decimal
  readonly feeAsset: string
}

/** The price of `asset` in `quote`, or undefined while none is known. */
export type AssetPrice = (asset: string, quote: string) => Decimal | undefined

/** Regular spot rates of the large exchanges' lowest tier, used where neither the exchange nor the user says otherwise. */
export const DEFAULT_FEES: FeeSchedule = { maker: '0.001', taker: '0.001' }

/**
 * `fee = value × rate`, exact. A third asset is charged at its price of the moment; while that price is unknown the fee falls
 * back to the quote asset, as exchanges do when the discount asset is missing.
 */
export function feeOf(
  market: Market,
  schedule: FeeSchedule,
  fill: { side: OrderSide; size: Decimal; price: Decimal; liquidity: Fill['liquidity'] },
  priceOf: AssetPrice = () => undefined,
): Fee {
  const rate = rateOf(market, schedule, fill.liquidity)
  if (market.contract !== 'spot') {
    return { fee: notional(market, fill.size, fill.price).times(rate), feeAsset: market.settle }
  }
  const inQuote = fill.size.times(fill.price).times(rate)
  const asset = feeAsset(market, schedule, fill.side)
  if (asset === market.quote) return { fee: inQuote, feeAsset: asset }
  if (asset === market.base) return { fee: fill.size.times(rate), feeAsset: asset }
  const price = priceOf(asset, market.quote)
  return price === undefined
    ? { fee: inQuote, feeAsset: market.quote }
    : { fee: divide(inQuote, price), feeAsset: asset }
}

/** The user's schedule goes before the instrument's own rates when it was given. */
export function rateOf(market: Market, schedule: FeeSchedule, liquidity: Fill['liquidity']): Decimal {
  const own = liquidity === 'maker' ? market.maker : market.taker
  if (schedule === DEFAULT_FEES && own !== null) return own
  let rates = ratesOf.get(schedule)
  if (rates === undefined) {
    rates = { maker: decimal(schedule.maker), taker: decimal(schedule.taker) }
    ratesOf.set(schedule, rates)
  }
  return rates[liquidity]
}

/** The rates of each schedule, read once. */
const ratesOf = new WeakMap<FeeSchedule, Readonly<Record<Fill['liquidity'], Decimal>>>()

function feeAsset(market: Market, schedule: FeeSchedule, side: OrderSide): string {
  switch (schedule.asset ?? 'quote') {
    case 'quote':
      return market.quote
    case 'base':
      return market.base
    case 'received':
      return side === 'buy' ? market.base : market.quote
    default:
      return schedule.asset ?? market.quote
  }
}
