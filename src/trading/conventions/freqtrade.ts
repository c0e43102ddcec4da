/** Figures as freqtrade computes them: trade values with fees and interest, and its ratios of closed trades. */
import { divide, ONE, ZERO, type Decimal } from '../money.js'
import { marginInterest } from '../margin.js'
import { deviation, ratio, sum } from '../metrics/statistics.js'
import { accountDrawdown } from '../metrics/trades.js'

export interface FreqtradeTrade {
  readonly side: 'long' | 'short'
  readonly mode: 'spot' | 'margin' | 'futures'
  readonly size: Decimal
  readonly openPrice: Decimal
  readonly closePrice: Decimal
  readonly openFee: Decimal
  readonly closeFee: Decimal
  readonly leverage: Decimal
  /** Futures: received over the life of the trade; negative was paid. */
  readonly funding: Decimal
  /** Margin: per day. */
  readonly interestRate: Decimal
  readonly hours: Decimal
}

/** Long `q·p·(1 + fee)`, short `q·p·(1 - fee)`. */
export function openValue({ side, size, openPrice, openFee }: FreqtradeTrade): Decimal {
  return size.times(openPrice).times(side === 'long' ? ONE.plus(openFee) : ONE.minus(openFee))
}

/**
 * Long `q·p·(1 - fee) - interest + funding`; short on margin buys the interest back too, `(q + interest)·p·(1 + fee)`; short
 * futures `q·p·(1 + fee) - funding`.
 */
export function closeValue(trade: FreqtradeTrade): Decimal {
  const { side, size, closePrice, closeFee, funding } = trade
  const interest = interestOf(trade)
  if (side === 'long') return size.times(closePrice).times(ONE.minus(closeFee)).minus(interest).plus(funding)
  return size.plus(interest).times(closePrice).times(ONE.plus(closeFee)).minus(funding)
}

export function profitOf(trade: FreqtradeTrade): { readonly profit: Decimal; readonly ratio: Decimal } {
  const [opened, closed] = [openValue(trade), closeValue(trade)]
  const isLong = trade.side === 'long'
  const share = isLong ? divide(closed, opened).minus(ONE) : ONE.minus(divide(closed, opened))
  return { profit: isLong ? closed.minus(opened) : opened.minus(closed), ratio: share.times(trade.leverage) }
}

/** A short borrows the base, a leveraged long the part of the value that is not its own. */
function interestOf({ side, mode, size, openPrice, leverage, interestRate, hours }: FreqtradeTrade): Decimal {
  if (mode !== 'margin') return ZERO
  const borrowed = side === 'short' ? size : divide(size.times(openPrice).times(leverage.minus(ONE)), leverage)
  return marginInterest(borrowed, interestRate, hours)
}

export interface FreqtradeRatios {
  readonly sharpe: number | null
  readonly sortino: number | null
  readonly calmar: number | null
}

/** Ratios of closed trades' profits over the starting balance, with the population deviation over trades and √365 over days. */
export function freqtradeRatios(profits: readonly number[], startingBalance: number, days: number): FreqtradeRatios {
  const shares = profits.map(profit => profit / startingBalance)
  const perDay = sum(shares) / Math.max(1, Math.floor(days))
  const scale = Math.sqrt(365)
  const drawdown = accountDrawdown(profits, startingBalance)?.relative ?? null
  const scaled = (spread: number | null, factor = 1): number | null => {
    const quotient = ratio(perDay * factor, spread)
    return quotient === null ? null : quotient * scale
  }
  return {
    sharpe: scaled(deviation(shares, 0)),
    sortino: scaled(
      deviation(
        shares.filter(share => share < 0),
        0,
      ),
    ),
    calmar: scaled(drawdown, 100),
  }
}
