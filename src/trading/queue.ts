/** Where a resting order stands in its queue, and what moves it forward. */
import type { Trade } from '../model/event.js'
import type { Display } from './display.js'
import type { FillModel } from './fill-model.js'
import { decimalOf, smaller, toNumber, ZERO, decimal, type Decimal } from './money.js'
import type { WorkingOrder } from './working-order.js'

/**
 * The volume ahead at arrival: the level's displayed size; zero where the order betters the best price; unknown (null) where
 * nothing displays that depth.
 */
export function joinQueue(display: Display, order: WorkingOrder): void {
  order.ahead = display.showing ? display.sizeAt(order.buying ? 'bids' : 'asks', order.limit) : null
  order.levelSize = order.ahead
}

/** What a trade leaves for a resting order: everything when it went through the price, else what exceeds the queue ahead. */
export function reach(order: WorkingOrder, trade: Trade, model: FillModel): Decimal {
  const size = decimalOf(trade.size)
  const through = order.buying ? trade.price < order.limit : trade.price > order.limit
  if (through) {
    order.ahead = ZERO
    return size
  }
  if (model.queue === 'none') return size
  if (order.ahead === null) {
    if (model.unknownQueue === 'first-trade') order.ahead = ZERO
    return ZERO
  }
  const beyondQueue = size.minus(order.ahead)
  order.ahead = positive(order.ahead.minus(size))
  if (order.levelSize !== null) order.levelSize = positive(order.levelSize.minus(size))
  return positive(beyondQueue)
}

/** Whether the trade's taker was on the other side, so that it could have met the order at all. */
export function meets(order: WorkingOrder, trade: Trade, model: FillModel): boolean {
  const within = order.buying ? trade.price <= order.limit : trade.price >= order.limit
  if (!within) return false
  if (trade.side === 'unknown') return model.unknownSide === 'counts' || trade.price !== order.limit
  return order.buying === (trade.side === 'sell')
}

/**
 * The level at the order's price now displays `size`. Trades have been taken off already, so a further decrease is a
 * cancellation: `cap` lets it help only where less is displayed than was thought ahead; `share` lets the expected part of it,
 * by {@link cancelBehind}, come from ahead. An increase joins behind.
 */
export function levelChanged(order: WorkingOrder, size: Decimal, model: FillModel): void {
  if (order.ahead === null) {
    order.ahead = size
  } else if (model.cancels === 'share' && order.levelSize?.gt(size) === true) {
    const cancelled = order.levelSize.minus(size)
    const back = toNumber(positive(order.levelSize.minus(order.ahead)))
    const share = 1 - cancelBehind('proportional', toNumber(order.ahead), back)
    order.ahead = positive(order.ahead.minus(cancelled.times(decimal(share.toFixed(12)))))
  }
  order.ahead = smaller(order.ahead, size)
  order.levelSize = size
}

export type CancelRule = 'proportional' | 'power' | 'log' | 'log2' | 'power2' | 'power3'

/**
 * Probability that a cancellation happens behind an order with `front` ahead and `back` behind it. `proportional` is
 * `back / (front + back)`; the others are the families used in queue research, sharpened by `n`:
 * `power` b^n/(b^n+f^n), `log` ln(1+b)/(ln(1+b)+ln(1+f)), `log2` ln(1+b)/ln(1+f+b), `power2` (b/(f+b))^n, `power3` 1-(f/(f+b))^n.
 */
export function cancelBehind(rule: CancelRule, front: number, back: number, n = 1): number {
  const whole = front + back
  if (whole <= 0) return 0
  switch (rule) {
    case 'proportional':
      return back / whole
    case 'power':
      return back ** n / (back ** n + front ** n)
    case 'log':
      return Math.log(1 + back) / (Math.log(1 + back) + Math.log(1 + front))
    case 'log2':
      return Math.log(1 + back) / Math.log(1 + whole)
    case 'power2':
      return (back / whole) ** n
    case 'power3':
      return 1 - (front / whole) ** n
  }
}

function positive(value: Decimal): Decimal {
  return value.lt(ZERO) ? ZERO : value
}
