/** What the account can pay for: free balances, margin, and what open orders have locked. */
import { rateOf, type FeeSchedule } from './fees.js'
import type { Ledger } from './ledger.js'
import { notional, type Market } from './market.js'
import { decimal, decimalOf, divide, larger, ONE, smaller, textOf, ZERO, type Decimal } from './money.js'
import type { Draft, Objection } from './order-draft.js'
import type { WorkingOrder } from './working-order.js'

export interface FundsOptions {
  readonly fees: FeeSchedule
  /** `cash` never sells what it does not hold; `margin` borrows and can go short. Perpetuals always use margin. */
  readonly account: 'cash' | 'margin'
  /** Largest exposure per unit of equity, margin only. */
  readonly leverage: Decimal
}

interface Lock {
  /** The OCO group, whose members lock once because at most one of them fills, or the order alone. */
  readonly key: string
  readonly asset: string
  amount: Decimal
  /** Orders that share it. */
  holders: number
}

/** A market buy locks this much more than its estimate, since the price may rise until it arrives. */
const CUSHION = decimal('1.02')

export class Funds {
  private readonly locks = new Map<string, Lock>()
  private readonly lockOf = new Map<string, Lock>()
  /** Spent by executions that the ledger has not booked yet. */
  private readonly unbooked = new Map<string, Decimal>()

  constructor(
    private readonly ledger: Ledger,
    private readonly options: FundsOptions,
  ) {}

  /** Balance of an asset that no open order has locked. */
  free(asset: string): Decimal {
    let free = this.ledger.balance(asset).minus(this.unbooked.get(asset) ?? ZERO)
    if (this.locks.size === 0) return free
    for (const lock of this.locks.values()) if (lock.asset === asset) free = free.minus(lock.amount)
    return free
  }

  /** Locked amounts by asset, as text. */
  locked(): Record<string, string> {
    const sums = new Map<string, Decimal>()
    for (const { asset, amount } of this.locks.values()) sums.set(asset, (sums.get(asset) ?? ZERO).plus(amount))
    return Object.fromEntries([...sums].map(([asset, amount]) => [asset, textOf(amount)]))
  }

  /** Locks what the order needs. @returns the objection where the account cannot pay for it. */
  reserve(id: string, draft: Draft, mark: number): Objection | undefined {
    const shared = draft.group === null ? undefined : this.locks.get(draft.group)
    const { asset, need, most } = this.need(draft, mark)
    const free = this.usesMargin(draft.market) ? this.freeMargin() : this.free(asset)
    const available = shared?.asset === asset ? free.plus(shared.amount) : free
    if (need.gt(available)) {
      return {
        code: 'funds',
        detail: `needs ${textOf(need.round(8, 'up'))} ${asset}, free are ${textOf(available.round(8, 'down'))}`,
      }
    }
    this.lock(id, draft.group ?? id, asset, smaller(most, available))
    return undefined
  }

  /** The most of `size` that the order's lock, and what is free besides, pay for at `price`. */
  allowance(order: WorkingOrder, price: Decimal, size: Decimal): Decimal {
    const lock = this.lockOf.get(order.id)
    if (lock === undefined || !order.buying || this.usesMargin(order.market)) return size
    const unit = price.times(this.withFee(order.market))
    if (unit.times(size).lte(lock.amount)) return size
    const available = lock.amount.plus(larger(this.free(lock.asset), ZERO))
    return smaller(size, divide(available, unit))
  }

  /** An execution has spent from the order's lock; called before the order counts the fill. */
  spend(order: WorkingOrder, price: Decimal, size: Decimal): void {
    const lock = this.lockOf.get(order.id)
    if (lock === undefined) return
    if (this.usesMargin(order.market)) {
      lock.amount = lock.amount.minus(divide(lock.amount.times(size), order.remaining))
      return
    }
    const spent = order.buying ? size.times(price).times(this.withFee(order.market)) : size
    lock.amount = larger(lock.amount.minus(spent), ZERO)
    this.unbooked.set(lock.asset, (this.unbooked.get(lock.asset) ?? ZERO).plus(spent))
  }

  /** The ledger has booked every execution so far. */
  booked(): void {
    if (this.unbooked.size > 0) this.unbooked.clear()
  }

  /** The order is finished; its lock goes when no other order shares it. */
  release(id: string): void {
    const lock = this.lockOf.get(id)
    if (lock === undefined) return
    this.lockOf.delete(id)
    if (--lock.holders === 0) this.locks.delete(lock.key)
  }

  /** Whether a position can lose more than was paid for it, so that the account can be liquidated. */
  get borrows(): boolean {
    return this.options.account === 'margin' || this.ledger.hasDerivatives
  }

  usesMargin(market: Market): boolean {
    return market.contract !== 'spot' || this.options.account === 'margin'
  }

  /** Equity not bound by positions at their initial margin or by locks, in the reporting asset. */
  freeMargin(): Decimal {
    let bound = ZERO
    for (const { market, position, mark } of this.ledger.all()) {
      if (position.size.eq(ZERO) || Number.isNaN(mark)) continue
      bound = bound.plus(divide(notional(market, position.size.abs(), decimalOf(mark)), this.options.leverage))
    }
    for (const lock of this.locks.values()) bound = bound.plus(lock.amount)
    return this.ledger.total().minus(bound)
  }

  private need(draft: Draft, mark: number): { asset: string; need: Decimal; most: Decimal } {
    const { market, side, size } = draft
    const price = draft.price ?? draft.stopPrice ?? decimalOf(mark)
    if (this.usesMargin(market)) return this.marginNeed(draft, price)
    if (side === 'sell') return { asset: market.base, need: size, most: size }
    const need = size.times(price).times(this.withFee(market))
    return { asset: market.quote, need, most: draft.price === null ? need.times(CUSHION) : need }
  }

  private marginNeed(draft: Draft, price: Decimal): { asset: string; need: Decimal; most: Decimal } {
    const { market, side, size } = draft
    const { position } = this.ledger.holding(market.exchange, market.symbol)
    const closes = (side === 'buy') === position.size.lt(ZERO) ? smaller(size, position.size.abs()) : ZERO
    const opening = draft.reduceOnly ? ZERO : size.minus(closes)
    const fee = notional(market, size, price).times(rateOf(market, this.options.fees, 'taker'))
    const opened = divide(notional(market, opening, price), this.options.leverage)
    const need = opening.eq(ZERO) ? ZERO : opened.plus(fee)
    return { asset: market.settle, need, most: need }
  }

  private withFee(market: Market): Decimal {
    const rate = larger(rateOf(market, this.options.fees, 'taker'), rateOf(market, this.options.fees, 'maker'))
    return ONE.plus(larger(rate, ZERO))
  }

  private lock(id: string, key: string, asset: string, amount: Decimal): void {
    let lock = this.locks.get(key)
    if (lock === undefined) this.locks.set(key, (lock = { key, asset, amount: ZERO, holders: 0 }))
    lock.amount = larger(lock.amount, amount)
    if (this.lockOf.get(id) === lock) return
    lock.holders++
    this.lockOf.set(id, lock)
  }
}
