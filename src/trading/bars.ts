/** Fills inside one closed bar, of which only four prices are known: the worst order of events is assumed. */
import { parseInterval } from '../market/interval.js'
import type { Candle } from '../model/event.js'
import { MICROS_PER_SECOND, type Micros } from '../model/time.js'
import type { FillModel } from './fill-model.js'
import type { Matching } from './matching.js'
import { decimalOf, smaller, ZERO } from './money.js'
import type { Venue } from './venue.js'
import type { WorkingOrder } from './working-order.js'

/** An order counts as there before a bar until so long after its start, a tenth of short bars: a closed bar and the answer to it take a moment. */
const GRACE: Micros = 2 * MICROS_PER_SECOND
const MOST_OF_BAR = 0.1

/**
 * Market orders fill at the open. A stop that the open has jumped over fills at the open, else at its own price; a limit
 * likewise. Stops go before limits, because where one bar reaches both nobody knows which came first, and the loss is
 * assumed; of several stops the one nearest to the open. Trailing stops that are left follow the bar to its best price and fill where
 * it comes back to them. An order that came while the bar was running knows nothing of it but the close. All fills together take no more than the bar's volume, where
 * the bar tells one.
 */
export function fillBar(venue: Venue, matching: Matching, candle: Candle, model: FillModel): void {
  venue.barLeft = candle.volume > 0 ? decimalOf(candle.volume) : null
  const bar = new BarFill(venue, matching, candle, model)
  const present = venue.orders.slice()
  const late = present.filter(({ arrivedAt }) => isLate(candle, arrivedAt))
  bar.fill(late.length === 0 ? present : present.filter(order => !late.includes(order)))
  for (const order of present) if (order.open && order.waiting) bar.trail(order, late.includes(order))
  if (late.length > 0) new BarFill(venue, matching, closeOnly(candle), model).fill(late)
}

/**
 * Exits that were attached to an entry inside this bar. What the bar did after the entry is known only where that was at the open;
 * `isDue` says which of them may fill. Stops go first here too. A trailing stop is taken to have followed no further than to the
 * entry, or to where it begins to trail, when the price came back.
 */
export function fillAttachedExits(
  venue: Venue,
  matching: Matching,
  candle: Candle,
  model: FillModel,
  isDue: (order: WorkingOrder) => boolean,
): void {
  const bar = new BarFill(venue, matching, candle, model)
  const due = venue.orders.filter(order => order.open && isDue(order))
  const trailing = due.filter(({ waiting, activation }) => waiting && !Number.isNaN(activation))
  // A profit beyond the price at which a stop of its group begins to trail: the price may have turned before it.
  const far = due.filter(order => !order.waiting && trailing.some(stop => bar.isNearer(stop, order)))
  bar.fill(due.filter(order => !far.includes(order)))
  for (const order of due) if (order.open && order.waiting) bar.begin(order)
  bar.fill(far)
}

/** Whether an order that came then came while the bar was running already, so that its open had passed. */
export function isLate({ interval, start }: Candle, arrivedAt: Micros): boolean {
  if (arrivedAt <= start) return false
  const end = parseInterval(interval)?.endOf(start) ?? Number.POSITIVE_INFINITY
  return arrivedAt - start > Math.min(GRACE, (end - start) * MOST_OF_BAR)
}

/** All of a bar that an order which came within it has seen. */
function closeOnly(candle: Candle): Candle {
  const { close } = candle
  return { ...candle, open: close, high: close, low: close }
}

class BarFill {
  constructor(
    private readonly venue: Venue,
    private readonly matching: Matching,
    private readonly candle: Candle,
    private readonly model: FillModel,
  ) {}

  /** Takers, then stops where they stand, then limits. */
  fill(orders: readonly WorkingOrder[]): void {
    for (const order of orders) if (isTaker(order)) this.at(order, this.candle.open, 'taker')
    this.stops(orders)
    for (const order of orders) if (order.open && !order.waiting && !order.taking) this.limit(order)
  }

  /** The nearest to the open first. */
  private stops(orders: readonly WorkingOrder[]): void {
    if (!orders.some(isStop)) return
    const stops = orders.filter(isStop).sort((a, b) => this.distance(a.stop) - this.distance(b.stop))
    for (const order of stops) if (isStop(order)) this.stop(order)
  }

  /** A trailing stop follows the bar to its best price; it fills where the bar comes back to it. */
  trail(order: WorkingOrder, isLate: boolean): void {
    const { high, low, close } = this.candle
    const moved = order.trail(isLate ? close : order.buying ? low : high)
    if (moved && !isLate && this.comesBack(order)) this.fire(order, order.stop)
  }

  /** As {@link trail}, in the bar of the entry: the price may have turned where the stop began to trail, and went on only later. */
  begin(order: WorkingOrder): void {
    const { high, low } = this.candle
    const best = order.buying ? low : high
    const begins = order.activation
    const isReached = order.buying ? best <= begins : best >= begins
    if (isReached && order.trail(begins) && this.comesBack(order)) this.fire(order, order.stop)
    if (order.open && order.waiting) order.trail(best)
  }

  /** Whether the bar, coming from its open, reaches where a stop begins to trail before it reaches a limit of the same group. */
  isNearer(stop: WorkingOrder, order: WorkingOrder): boolean {
    return stop.order.group === order.order.group && this.distance(stop.activation) < this.distance(order.limit)
  }

  private distance(price: number): number {
    return Number.isNaN(price) ? Number.POSITIVE_INFINITY : Math.abs(price - this.candle.open)
  }

  private comesBack(order: WorkingOrder): boolean {
    if (this.model.name === 'optimistic') return false
    return order.buying ? this.candle.high >= order.stop : this.candle.low <= order.stop
  }

  private at(order: WorkingOrder, price: number, liquidity: 'maker' | 'taker'): void {
    const { barLeft } = this.venue
    const size = barLeft === null ? order.remaining : smaller(barLeft, order.remaining)
    if (size.lte(ZERO)) return
    const filled = this.matching.execute(order, decimalOf(price), size, liquidity)
    if (barLeft !== null) this.venue.barLeft = barLeft.minus(filled)
  }

  private stop(order: WorkingOrder): void {
    const { open, high, low } = this.candle
    const jumped = order.triggersUp ? open >= order.stop : open <= order.stop
    const reached = order.triggersUp ? high >= order.stop : low <= order.stop
    if (jumped || reached) this.fire(order, jumped ? open : order.stop)
  }

  private fire(order: WorkingOrder, price: number): void {
    this.matching.fire(order)
    if (isTaker(order)) this.at(order, price, 'taker')
    // A triggered limit order fills at once only where its trigger price is within the limit; else it waits for the next bar.
    else if (order.open && !order.beyond(price)) this.at(order, price, 'taker')
  }

  private limit(order: WorkingOrder): void {
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

function isStop(order: WorkingOrder): boolean {
  return order.open && order.waiting
}

function isTaker(order: WorkingOrder): boolean {
  return order.open && !order.waiting && order.taking
}
