/** Where a resting order stands in its queue, and what moves it forward. */
import type { Trade } from '../model/event.js'
import type { FillModel } from './fill-model.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/**
 * The volume ahead at arrival: the level's displayed size; zero where the order betters the best price; unknown (null) where
 * nothing displays that depth.
 */
export function joinQueue(venue: Venue, order: WorkingOrder): void {
  const side = order.buying ? 'bids' : 'asks'
  if (venue.source === 'book' && venue.book !== null) {
    const size = decimalOf(venue.book.sizeAt(side, order.limit))
    order.ahead = size
    order.levelSize = size
  } else if (venue.source === 'quotes' && venue.quote !== null) {
    const best = order.buying ? venue.quote.bid : venue.quote.ask
    const size = order.buying ? venue.quote.bidSize : venue.quote.askSize
    const better = order.buying ? order.limit > best : order.limit < best
    order.ahead = better ? ZERO : order.limit === best ? decimalOf(size) : null
    order.levelSize = order.ahead
  }
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
  order.ahead = beyondQueue.gte(ZERO) ? ZERO : order.ahead.minus(size)
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
 * cancellation: `cap` lets it help only where less is displayed than was thought ahead; `share` lets the part
 * `ahead / displayed` of it come from ahead. An increase joins behind.
 */
export function levelChanged(order: WorkingOrder, size: Decimal, model: FillModel): void {
  if (order.ahead === null) {
    order.ahead = size
  } else if (model.cancels === 'share' && order.levelSize !== null && order.levelSize.gt(size)) {
    const cancelled = order.levelSize.minus(size)
    const share = order.ahead.times(cancelled).div(order.levelSize).round(12, 0)
    order.ahead = positive(order.ahead.minus(share))
  }
  order.ahead = smaller(order.ahead, size)
  order.levelSize = size
}

function positive(value: Decimal): Decimal {
  return value.lt(ZERO) ? ZERO : value
}
