/** How takers fill: by walking what is displayed, or, where only trades are known, against the trades that follow. */
import type { Trade } from '../model/event.js'
import type { Fill } from '../model/trading.js'
import type { BookSide } from './book-view.js'
import type { FillModel, LastPrices } from './fill-model.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/** Carries out one execution at once. @returns the size that was really filled (funds or reduce-only may allow less). */
export type Execute = (order: WorkingOrder, price: Decimal, size: Decimal, liquidity: Fill['liquidity']) => Decimal

/** Walks the displayed levels within the limit; what is taken is gone for every later order until it is displayed anew. */
export function takeDisplayed(
  venue: Venue,
  order: WorkingOrder,
  execute: Execute,
  liquidity: Fill['liquidity'] = 'taker',
): void {
  const side = opposingSide(order)
  for (const [price, displayed] of venue.levels(side)) {
    if (!order.open || order.remaining.lte(ZERO) || beyond(order, price)) return
    const left = venue.left(side, price, decimalOf(displayed))
    if (left.lte(ZERO)) continue
    const at = liquidity === 'maker' && order.limitPrice !== null ? order.limitPrice : decimalOf(price)
    const filled = execute(order, at, smaller(left, order.remaining), liquidity)
    venue.use(side, price, filled)
  }
}

/** What {@link takeDisplayed} could fill now, for fill-or-kill. */
export function displayedWithin(venue: Venue, order: WorkingOrder): Decimal {
  const side = opposingSide(order)
  let total = ZERO
  for (const [price, displayed] of venue.levels(side)) {
    if (beyond(order, price) || total.gte(order.remaining)) break
    const left = venue.left(side, price, decimalOf(displayed))
    if (left.gt(ZERO)) total = total.plus(left)
  }
  return total
}

/**
 * A taker where only trades are known: fills at most the trade's size (less what earlier orders took of it), at the model's
 * price, never beyond its limit.
 * @returns what is left of the trade.
 */
export function takeFromTrade(
  order: WorkingOrder,
  trade: Trade,
  seen: LastPrices,
  left: Decimal,
  model: FillModel,
  execute: Execute,
): Decimal {
  if (left.lte(ZERO) || beyond(order, trade.price)) return left
  const worst = model.takerPrice(order.buying, trade, seen)
  const price = beyond(order, worst) ? order.limit : worst
  return left.minus(execute(order, decimalOf(price), smaller(left, order.remaining), 'taker'))
}

export function opposingSide(order: WorkingOrder): BookSide {
  return order.buying ? 'asks' : 'bids'
}

/** Whether a price is worse than the order's limit; market orders have none. */
export function beyond(order: WorkingOrder, price: number): boolean {
  return order.buying ? price > order.limit : price < order.limit
}
