/** Margin arithmetic: maintenance margin, liquidation prices and interest, each by the formula its exchange publishes. */
import { divide, ONE, type Decimal } from './money.js'

export interface LeveragedPosition {
  readonly side: 'long' | 'short'
  readonly size: Decimal
  readonly entryPrice: Decimal
  readonly leverage: Decimal
  /** Maintenance margin rate of the position's tier, as a share. */
  readonly maintenanceRate: Decimal
}

/**
 * Linear contract, wallet balance known (Binance USD-M): the mark price at which wallet balance plus unrealised profit equals
 * the maintenance margin: `(WB + MA - s·q·e) / (q·MMR - s·q)` with s = 1 long, -1 short, and MA the tier's maintenance amount.
 */
export function liquidationPrice(
  position: LeveragedPosition,
  walletBalance: Decimal,
  maintenanceAmount: Decimal,
): Decimal {
  const signed = position.side === 'long' ? position.size : position.size.negated()
  const dividend = walletBalance.plus(maintenanceAmount).minus(signed.times(position.entryPrice))
  return divide(dividend, position.size.times(position.maintenanceRate).minus(signed))
}

/** Isolated margin without a wallet (Bybit): long `e·(1 - 1/L + MMR)`, short `e·(1 + 1/L - MMR)`. */
export function isolatedLiquidationPrice(position: LeveragedPosition): Decimal {
  const initial = divide(ONE, position.leverage)
  const away = initial.minus(position.maintenanceRate)
  return position.entryPrice.times(position.side === 'long' ? ONE.minus(away) : ONE.plus(away))
}

/** Isolated margin, closing fee included (Gate): long `e·(1 - 1/L)/(1 - MMR - f)`, short `e·(1 + 1/L)/(1 + MMR + f)`. */
export function feeAwareLiquidationPrice(position: LeveragedPosition, takerFee: Decimal): Decimal {
  const initial = divide(ONE, position.leverage)
  const rates = position.maintenanceRate.plus(takerFee)
  return position.side === 'long'
    ? divide(position.entryPrice.times(ONE.minus(initial)), ONE.minus(rates))
    : divide(position.entryPrice.times(ONE.plus(initial)), ONE.plus(rates))
}

/** Maintenance margin of a position's value: `value / leverage × rate` where margin scales with leverage. */
export function maintenanceMargin(value: Decimal, leverage: Decimal, rate: Decimal): Decimal {
  return divide(value, leverage).times(rate)
}

/** Interest on a loan, whole hours begun counting whole (Binance margin): `borrowed × daily rate × ceil(hours) / 24`. */
export function marginInterest(borrowed: Decimal, dailyRate: Decimal, hours: Decimal): Decimal {
  const begun = hours.round(0, 'up')
  return divide(borrowed.times(dailyRate).times(begun), ONE.times(24))
}
