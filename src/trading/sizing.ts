/** How much a signal asks for when it does not say so itself. */
import { decimalOf, FINEST, floorTo, readAmount, ZERO, type Decimal } from './money.js'
import type { Market } from './market.js'
import type { Objection } from './order-draft.js'

export type Sizing =
  /** So many units of the base asset (contracts for derivatives). */
  | { readonly kind: 'fixed'; readonly size: string }
  /** This share of equity, after the taker fee. */
  | { readonly kind: 'percent'; readonly percent: number }
  /** The size whose expected fluctuation is this share of equity per day, never above `maxPercent` of equity. */
  | { readonly kind: 'volatility'; readonly dailyPercent: number; readonly maxPercent: number }

export const DEFAULT_SIZING: Sizing = { kind: 'percent', percent: 95 }

export interface SizingView {
  readonly equity: number
  readonly mark: number
  /** Taker fee as a share. */
  readonly fee: number
  /** Standard deviation of daily returns as a share; null while too little is known. */
  readonly dailyVolatility: number | null
}

/** Position size for a signal without one, rounded down to the exchange's step. */
export function sizeOf(sizing: Sizing, market: Market, view: SizingView): Decimal | Objection {
  if (sizing.kind === 'fixed') {
    const size = readAmount(sizing.size)
    return size !== undefined && size.gt(ZERO)
      ? size
      : { code: 'size', detail: `size ${sizing.size} is not above zero` }
  }
  if (Number.isNaN(view.mark)) return { code: 'no-price', detail: 'no price has been seen yet' }
  const share = shareOf(sizing, view)
  if (share === null) return { code: 'size', detail: 'too little is known of the volatility yet' }
  const value = Math.max(0, view.equity) * share
  const size = market.contract === 'inverse' ? value * view.mark : value / (view.mark * (1 + view.fee))
  return floorTo(decimalOf(size), market.stepSize ?? FINEST)
}

function shareOf(sizing: Exclude<Sizing, { kind: 'fixed' }>, view: SizingView): number | null {
  if (sizing.kind === 'percent') return sizing.percent / 100
  if (view.dailyVolatility === null || view.dailyVolatility <= 0) return null
  return Math.min(sizing.dailyPercent / 100 / view.dailyVolatility, sizing.maxPercent / 100)
}
