/** Fills inside one closed bar, of which only four prices are known: the worst order of events is assumed. */
import type { Candle } from '../model/event.js'
import type { FillModel } from './fill-model.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'
import type { Execute } from './taking.js'
import { triggersUp, type Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/**
 * Market orders fill at the open. A stop that the open has jumped over fills at the open, else at its own price; a limit that
 * the open has jumped over fills at the open, else at its own price. Stops go before limits, because where one bar
 * reaches both nobody knows which came first, and the loss is assumed.
 * All fills together take no more than the bar's volume, where the bar tells one.
 */
export function fillBar(
  venue: Venue,
  candle: Candle,
  model: FillModel,
  execute: Execute,
  fire: (order: WorkingOrder) => void,
): void {
  const bar = new BarFill(candle, model, execute)
  const present = [...venue.orders]
  for (const order of present) if (order.open && !order.waiting && order.taking) bar.at(order, candle.open, 'taker')
  for (const order of present) if (order.open && order.waiting) fillStop(bar, order, candle, fire)
  for (const order of present) if (order.open && !order.waiting && !order.taking) fillLimit(bar, order, candle, model)
}

class BarFill {
  private left: Decimal | null

  constructor(
    candle: Candle,
    readonly model: FillModel,
    private readonly execute: Execute,
  ) {
    this.left = candle.volume > 0 ? decimalOf(candle.volume) : null
  }

  at(order: WorkingOrder, price: number, liquidity: 'maker' | 'taker'): void {
    const size = this.left === null ? order.remaining : smaller(this.left, order.remaining)
    if (size.lte(ZERO)) return
    const filled = this.execute(order, decimalOf(price), size, liquidity)
    if (this.left !== null) this.left = this.left.minus(filled)
  }
}

function fillStop(bar: BarFill, order: WorkingOrder, candle: Candle, fire: (order: WorkingOrder) => void): void {
  const up = triggersUp(order)
  const gap = up ? candle.open >= order.stop : candle.open <= order.stop
  const reached = up ? candle.high >= order.stop : candle.low <= order.stop
  if (!gap && !reached) {
    order.trail(order.buying ? candle.low : candle.high)
    return
  }
  const price = gap ? candle.open : order.stop
  fire(order)
  if (order.open && order.taking) bar.at(order, price, 'taker')
}

function fillLimit(bar: BarFill, order: WorkingOrder, candle: Candle, model: FillModel): void {
  const jumped = order.buying ? candle.open <= order.limit : candle.open >= order.limit
  if (jumped) {
    bar.at(order, candle.open, 'taker')
    return
  }
  const touched = order.buying ? candle.low <= order.limit : candle.high >= order.limit
  const through = order.buying ? candle.low < order.limit : candle.high > order.limit
  if (through || (touched && model.barTouch === 'fills')) bar.at(order, order.limit, 'maker')
}
