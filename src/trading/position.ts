/** One position: fills in, average cost and realised profit out, with nothing lost to rounding. */
import type { OrderSide } from '../model/trading.js'
import { notional, type Market } from './market.js'
import { divide, divideForDisplay, smaller, ZERO, type Decimal } from './money.js'

/**
 * Average-cost accounting, kept as quantity and cost and never as a rounded average.
 * Invariant after every fill, exact: `cost = spent - received + realised` (linear; signs turned for inverse contracts).
 */
export class PositionState {
  /** Signed: negative is short. */
  size: Decimal = ZERO
  /** What the open size was entered for, signed as `size`. */
  cost: Decimal = ZERO
  /** Profit of closed size, before fees. */
  realised: Decimal = ZERO
  bought: Decimal = ZERO
  sold: Decimal = ZERO
  /** Value of all buys and of all sells. */
  spent: Decimal = ZERO
  received: Decimal = ZERO

  constructor(readonly market: Market) {}

  /** Takes one fill; a fill larger than the opposite position flips it at the fill's price. @returns the profit it realised. */
  apply(side: OrderSide, size: Decimal, price: Decimal): Decimal {
    const signed = side === 'buy' ? size : size.negated()
    const opposite = !this.size.isZero && this.size.isNegative !== signed.isNegative
    const closing = opposite ? smaller(size, this.size.abs()) : ZERO
    const profit = closing.eq(ZERO) ? ZERO : this.close(closing, price)
    const opening = size.minus(closing)
    if (!opening.eq(ZERO)) this.open(side === 'buy' ? opening : opening.negated(), price)
    this.count(side, size, closing, opening, price)
    return profit
  }

  /** Profit that closing all at `mark` would realise, before fees. */
  unrealised(mark: Decimal): Decimal {
    if (this.size.eq(ZERO)) return ZERO
    return this.gain(notional(this.market, this.size, mark), this.cost)
  }

  /** Rounded to 12 places, for showing; the books keep cost and quantity. */
  averagePrice(): Decimal | null {
    if (this.size.eq(ZERO)) return null
    return this.market.contract === 'inverse'
      ? divideForDisplay(this.size, this.cost)
      : divideForDisplay(this.cost, this.size)
  }

  /** The exact identities of {@link PositionState}. @returns the first that does not hold, as text; undefined when all do. */
  discrepancy(): string | undefined {
    if (!this.size.eq(this.bought.minus(this.sold))) return 'position is not the sum of its fills'
    const flow = this.spent.minus(this.received)
    const expected = this.market.contract === 'inverse' ? flow.minus(this.realised) : flow.plus(this.realised)
    return this.cost.eq(expected)
      ? undefined
      : 'cost is not what was spent, less what was received, plus what was realised'
  }

  private close(closing: Decimal, price: Decimal): Decimal {
    const whole = closing.eq(this.size.abs())
    const part = this.size.isNegative ? closing.negated() : closing
    const cost = whole ? this.cost : divide(this.cost.times(closing), this.size.abs())
    const profit = this.gain(notional(this.market, part, price), cost)
    this.size = this.size.minus(part)
    this.cost = this.cost.minus(cost)
    this.realised = this.realised.plus(profit)
    return profit
  }

  private open(signed: Decimal, price: Decimal): void {
    this.size = this.size.plus(signed)
    this.cost = this.cost.plus(notional(this.market, signed, price))
  }

  /** Counted apart from `size` and `cost`, so that the identities compare two independent sums. */
  private count(side: OrderSide, size: Decimal, closing: Decimal, opening: Decimal, price: Decimal): void {
    const value = notional(this.market, closing, price).plus(notional(this.market, opening, price))
    if (side === 'buy') {
      this.bought = this.bought.plus(size)
      this.spent = this.spent.plus(value)
    } else {
      this.sold = this.sold.plus(size)
      this.received = this.received.plus(value)
    }
  }

  private gain(exit: Decimal, entry: Decimal): Decimal {
    return this.market.contract === 'inverse' ? entry.minus(exit) : exit.minus(entry)
  }
}
