/** Brackets: a take-profit and a stop-loss attached to an entry, which cancel each other. */
import type { Candle } from '../model/event.js'
import { plainDecimal } from '../model/number.js'
import type { Micros } from '../model/time.js'
import type { Fill, OrderRequest } from '../model/trading.js'
import type { FillModelName } from './fill-model.js'
import type { WorkingOrder } from './working-order.js'

type Bracket = NonNullable<OrderRequest['bracket']>

export class Brackets {
  /** Of entries that are still open. */
  private readonly ofEntries = new Map<string, Bracket>()
  /** Exits that are still open, with the price of the entry they protect. */
  private readonly entryPrices = new Map<string, string>()
  private barClosed: Micros = Number.NEGATIVE_INFINITY

  get hasExits(): boolean {
    return this.entryPrices.size > 0
  }

  add(entry: string, bracket: Bracket): void {
    this.ofEntries.set(entry, bracket)
  }

  entryDone(entry: string): void {
    this.ofEntries.delete(entry)
  }

  attached(exit: string, entry: Fill): void {
    this.entryPrices.set(exit, entry.price)
  }

  exitDone(exit: string): void {
    this.entryPrices.delete(exit)
  }

  /** Exits for one fill of an entry. A profit is taken at a limit, a loss at the market. */
  exitsFor(fill: Fill): OrderRequest[] {
    const bracket = this.ofEntries.get(fill.order)
    if (bracket === undefined) return []
    const exit = {
      side: fill.side === 'buy' ? ('sell' as const) : ('buy' as const),
      size: fill.size,
      reduceOnly: true,
      oco: `${fill.id}-exits`,
    }
    const orders: OrderRequest[] = []
    // The stop goes first: where both prices are met at one instant, the loss is assumed.
    if (bracket.stopLoss !== undefined) orders.push({ ...exit, type: 'stop', stopPrice: bracket.stopLoss })
    if (bracket.takeProfit !== undefined) orders.push({ ...exit, type: 'limit', price: bracket.takeProfit })
    return orders
  }

  /** Which exits this bar, now closing, may still fill: those whose entry was at its open, and, pessimistic, every new stop. */
  dueInBar(candle: Candle, model: FillModelName, now: Micros): (order: WorkingOrder) => boolean {
    const before = this.barClosed
    this.barClosed = now
    return ({ id, order, waiting }) => {
      const entry = this.entryPrices.get(id)
      if (entry === undefined || order.time <= before) return false
      return entry === plainDecimal(candle.open) || (waiting && model === 'pessimistic')
    }
  }
}
