/** How takers fill: by walking what is displayed, or, where only trades are known, against the trades that follow. */
import type { Trade } from '../model/event.js'
import type { Fill } from '../model/trading.js'
import type { DisplaySide } from './book-view.js'
import type { Display } from './display.js'
import { worst, type FillModel, type LastPrices } from './fill-model.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'
import type { WorkingOrder } from './working-order.js'

/** Carries out one execution at once. @returns the size that was really filled (funds or reduce-only may allow less). */
export type Execute = (order: WorkingOrder, price: Decimal, size: Decimal, liquidity: Fill['liquidity']) => Decimal

/**
 * Walks the displayed levels within the limit; what is taken is gone for every later order until it is displayed anew.
 * A resting order that the display has moved through fills at its own price, as its maker.
 */
export function takeDisplayed(
  display: Display,
  order: WorkingOrder,
  execute: Execute,
  liquidity: Fill['liquidity'],
): void {
  const side = opposingSide(order)
  display.walk(side, (price, displayed) => {
    if (order.beyond(price)) return false
    const left = display.left(side, price, displayed)
    if (left.gt(ZERO)) {
      display.use(
        side,
        price,
        execute(order, priceOf(order, price, liquidity), smaller(left, order.remaining), liquidity),
      )
    }
    return order.open && order.remaining.gt(ZERO)
  })
}

/** A maker's own price; a taker's is the level's, or the one it must pay at least, within its limit. */
function priceOf(order: WorkingOrder, level: number, liquidity: Fill['liquidity']): Decimal {
  if (liquidity === 'maker') return order.limitPrice ?? decimalOf(level)
  const price = worst(order.buying, level, order.floor)
  return decimalOf(order.beyond(price) ? order.limit : price)
}

/** What {@link takeDisplayed} could fill now, for fill-or-kill. */
export function displayedWithin(display: Display, order: WorkingOrder): Decimal {
  const side = opposingSide(order)
  let total = ZERO
  display.walk(side, (price, displayed) => {
    if (order.beyond(price)) return false
    const left = display.left(side, price, displayed)
    if (left.gt(ZERO)) total = total.plus(left)
    return total.lt(order.remaining)
  })
  return total
}

/**
 * A taker where only trades are known: fills at most what is left of the trade, at the model's price, never beyond its limit.
 * @returns what is left of the trade after it.
 */
export function takeFromTrade(
  order: WorkingOrder,
  trade: Trade,
  seen: LastPrices,
  left: Decimal,
  model: FillModel,
  execute: Execute,
): Decimal {
  if (left.lte(ZERO) || order.beyond(trade.price)) return left
  const worst = model.takerPrice(order.buying, trade, seen)
  const price = order.beyond(worst) ? order.limit : worst
  return left.minus(execute(order, decimalOf(price), smaller(left, order.remaining), 'taker'))
}

function opposingSide(order: WorkingOrder): DisplaySide {
  return order.buying ? 'asks' : 'bids'
}
