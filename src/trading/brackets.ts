/** Brackets: exits attached to an entry, to take a profit, to stop a loss and to follow the price, which cancel each other. */
import type { Candle } from '../model/event.js'
import { plainDecimal } from '../model/number.js'
import type { Micros } from '../model/time.js'
import type { Amount, BracketRequest, Fill, OrderRequest } from '../model/trading.js'
import { isLate } from './bars.js'
import type { FillModelName } from './fill-model.js'
import type { Market } from './market.js'
import { decimal, ONE, textOf, ZERO, type Decimal } from './money.js'
import { readDistance } from './order-draft.js'
import type { WorkingOrder } from './working-order.js'

interface Entry {
  readonly price: string
  readonly arrivedAt: Micros
}

export class Brackets {
  /** Of entries that are still open, with the time at which each reached the exchange. */
  private readonly ofEntries = new Map<string, { readonly bracket: BracketRequest; arrivedAt: Micros }>()
  /** Exits that are still open, with the entry they protect. */
  private readonly entries = new Map<string, Entry>()
  /** When the latest bar closed. */
  barClosed: Micros = Number.NEGATIVE_INFINITY
  private bar: { candle: Candle | null; model: FillModelName; before: Micros } = {
    candle: null,
    model: 'pessimistic',
    before: Number.NEGATIVE_INFINITY,
  }

  get hasExits(): boolean {
    return this.entries.size > 0
  }

  add(entry: string, bracket: BracketRequest): void {
    this.ofEntries.set(entry, { bracket, arrivedAt: Number.POSITIVE_INFINITY })
  }

  arrived(entry: string, now: Micros): void {
    const found = this.ofEntries.get(entry)
    if (found !== undefined) found.arrivedAt = now
  }

  entryDone(entry: string): void {
    this.ofEntries.delete(entry)
  }

  attached(exit: string, { order, price }: Fill): void {
    this.entries.set(exit, { price, arrivedAt: this.ofEntries.get(order)?.arrivedAt ?? Number.POSITIVE_INFINITY })
  }

  exitDone(exit: string): void {
    this.entries.delete(exit)
  }

  /** Exits for one fill of an entry. A profit is taken at a limit, a loss at the market. */
  exitsFor(fill: Fill, market: Market): OrderRequest[] {
    const bracket = this.ofEntries.get(fill.order)?.bracket
    if (bracket === undefined) return []
    const exit = {
      side: fill.side === 'buy' ? ('sell' as const) : ('buy' as const),
      size: fill.size,
      reduceOnly: true,
      oco: `${fill.id}-exits`,
    }
    const { stopLoss, takeProfit, trailing, activation } = bracket
    const orders: OrderRequest[] = []
    // The stop goes first: where both prices are met at one instant, the loss is assumed.
    if (stopLoss !== undefined) {
      orders.push({ ...exit, type: 'stop', stopPrice: priceFrom(fill, market, stopLoss, 'behind') })
    }
    if (takeProfit !== undefined) {
      orders.push({ ...exit, type: 'limit', price: priceFrom(fill, market, takeProfit, 'beyond') })
    }
    if (trailing !== undefined) {
      const begins = activation === undefined ? {} : { activation: priceFrom(fill, market, activation, 'beyond') }
      orders.push({ ...exit, type: 'trailing-stop', trailing, ...begins })
    }
    return orders
  }

  /** This bar closes now; {@link isDueInBar} speaks of it until the next does. */
  closeBar(candle: Candle, model: FillModelName, now: Micros): void {
    this.bar.candle = candle
    this.bar.model = model
    this.bar.before = this.barClosed
    this.barClosed = now
  }

  /** Whether an exit may still fill in the bar that closes: where its entry was at the bar's open, and, pessimistic, every new stop. */
  readonly isDueInBar = ({ id, order, waiting }: WorkingOrder): boolean => {
    const { candle, model, before } = this.bar
    const entry = this.entries.get(id)
    if (candle === null || entry === undefined) return false
    if (order.time <= before || isLate(candle, entry.arrivedAt)) return false
    return entry.price === plainDecimal(candle.open) || (waiting && model === 'pessimistic')
  }
}

/** A price as it was asked for, or that far from the fill's: beyond it is where the profit lies. A price step rounds away from the entry. */
function priceFrom({ side, price }: Fill, { tickSize }: Market, asked: Amount, where: 'beyond' | 'behind'): Amount {
  const distance = readDistance(asked)
  if (distance?.isShare !== true) return asked
  const upwards = (side === 'buy') === (where === 'beyond')
  const share = distance.value.times('0.01')
  const exact = decimal(price).times(upwards ? ONE.plus(share) : ONE.minus(share))
  return textOf(tickSize === null ? exact : onStep(exact, tickSize, upwards))
}

function onStep(price: Decimal, step: Decimal, upwards: boolean): Decimal {
  const over = price.mod(step)
  if (over.isZero) return price
  return price.minus(over).plus(upwards ? step : ZERO)
}
