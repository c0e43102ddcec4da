/** Fills inside one closed bar, of which only four prices are known: the worst order of events is assumed. */
import type { Candle } from '../model/event.js'
import type { FillModel } from './fill-model.js'
import type { Matching } from './matching.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/**
 * Market orders fill at the open. A stop that the open has jumped over fills at the open, else at its own price; a limit
 * likewise. Stops go before limits, because where one bar reaches both nobody knows which came first, and the loss is
 * assumed. All fills together take no more than the bar's volume, where the bar tells one.
 */
export function fillBar(venue: Venue, matching: Matching, candle: Candle, model: FillModel): void {
  const bar = new BarFill(matching, candle, model)
  const present = [...venue.orders]
  for (const order of present) if (isTaker(order)) bar.at(order, candle.open, 'taker')
  for (const order of present) if (order.open && order.waiting) bar.stop(order)
  for (const order of present) if (order.open && !order.waiting && !order.taking) bar.limit(order)
}

/**
 * Exits that were attached to an entry inside this bar. What the bar did after the entry is known only where that was at the open;
 * `isDue` says which of them may fill. Stops go first here too.
 */
export function fillAttachedExits(
  venue: Venue,
  matching: Matching,
  candle: Candle,
  model: FillModel,
  isDue: (order: WorkingOrder) => boolean,
): void {
  const bar = new BarFill(matching, candle, model)
  const due = venue.orders.filter(order => order.open && isDue(order))
  for (const order of due) if (order.open && order.waiting) bar.stop(order)
  for (const order of due) if (order.open && !order.waiting && !order.taking) bar.limit(order)
}

class BarFill {
  private left: Decimal | null

  constructor(
    private readonly matching: Matching,
    private readonly candle: Candle,
    private readonly model: FillModel,
  ) {
    this.left = candle.volume > 0 ? decimalOf(candle.volume) : null
  }

  at(order: WorkingOrder, price: number, liquidity: 'maker' | 'taker'): void {
    const size = this.left === null ? order.remaining : smaller(this.left, order.remaining)
    if (size.lte(ZERO)) return
    const filled = this.matching.execute(order, decimalOf(price), size, liquidity)
    if (this.left !== null) this.left = this.left.minus(filled)
  }

  stop(order: WorkingOrder): void {
    const { open, high, low } = this.candle
    const jumped = order.triggersUp ? open >= order.stop : open <= order.stop
    const reached = order.triggersUp ? high >= order.stop : low <= order.stop
    if (!jumped && !reached) {
      order.trail(order.buying ? low : high)
      return
    }
    const price = jumped ? open : order.stop
    this.matching.fire(order)
    if (isTaker(order)) this.at(order, price, 'taker')
    // A triggered limit order fills at once only where its trigger price is within the limit; else it waits for the next bar.
    else if (order.open && !order.beyond(price)) this.at(order, price, 'taker')
  }

  limit(order: WorkingOrder): void {
    const { open, high, low } = this.candle
    if (!order.beyond(open)) {
      this.at(order, open, 'taker')
      return
    }
    const touched = order.buying ? low <= order.limit : high >= order.limit
    const through = order.buying ? low < order.limit : high > order.limit
    if (through || (touched && this.model.barTouch === 'fills')) this.at(order, order.limit, 'maker')
  }
}

function isTaker(order: WorkingOrder): boolean {
  return order.open && !order.waiting && order.taking
}
