/** Three readings of what the market data cannot say: how far behind an order stands, and at what price a taker gets in. */
import type { Trade } from '../model/event.js'

export type FillModelName = 'pessimistic' | 'realistic' | 'optimistic'

/**
 * For the same order and the same events, each model fills at least as much, as early and as cheaply as the one before it
 * in the order pessimistic, realistic, optimistic.
 */
export interface FillModel {
  readonly name: FillModelName
  /** Whether volume that trades at the order's price goes to those ahead of it first. */
  readonly queue: 'ahead' | 'none'
  /**
   * Queue ahead where no book tells it: `never` fills at the price itself, only when the price trades through; `first-trade`
   * takes the first trade at the price as the queue; see {@link FillModel.queue}.
   */
  readonly unknownQueue: 'never' | 'first-trade'
  /** What a shrinking level means for the queue ahead: `cap` only that no more can be ahead than is left; `share` a share of it left. */
  readonly cancels: 'cap' | 'share'
  /** Whether a trade without a known taker side counts at the order's own price. */
  readonly unknownSide: 'counts' | 'through-only'
  /** Whether a bar that only touches a limit price fills it, or must go through. */
  readonly barTouch: 'fills' | 'through-only'
  /** Whether the displayed size is reduced by what has traded since it was displayed. */
  readonly seeding: 'trades-consume' | 'none'
  /**
   * What the rest of a taker pays that was more than the best price displayed: `no-better` no less than the worst best price
   * since it arrived, because the exchange would have filled it behind that price at once; `next` whatever is displayed next.
   */
  readonly rest: 'no-better' | 'next'
  /** The price a taker pays where only trades are known. */
  takerPrice(buying: boolean, trade: Trade, seen: LastPrices): number
}

/** Latest traded prices before the trade at hand; NaN before the first. */
export interface LastPrices {
  readonly last: number
  /** Of trades whose taker bought, and whose taker sold. */
  readonly lastBuy: number
  readonly lastSell: number
}

const pessimistic: FillModel = {
  name: 'pessimistic',
  queue: 'ahead',
  unknownQueue: 'never',
  cancels: 'cap',
  unknownSide: 'through-only',
  barTouch: 'through-only',
  seeding: 'trades-consume',
  rest: 'no-better',
  /** The worst of this trade, the one before it, and the latest on the taker's own side of the spread. */
  takerPrice: (buying, trade, seen) =>
    worst(buying, worst(buying, trade.price, buying ? seen.lastBuy : seen.lastSell), seen.last),
}

const realistic: FillModel = {
  name: 'realistic',
  queue: 'ahead',
  unknownQueue: 'first-trade',
  cancels: 'share',
  unknownSide: 'counts',
  barTouch: 'fills',
  seeding: 'trades-consume',
  rest: 'no-better',
  /** A trade on the other side of the spread is no offer to us: then the latest on our own side, if that is worse. */
  takerPrice: (buying, trade, seen) => worst(buying, trade.price, buying ? seen.lastBuy : seen.lastSell),
}

const optimistic: FillModel = {
  name: 'optimistic',
  queue: 'none',
  unknownQueue: 'first-trade',
  cancels: 'share',
  unknownSide: 'counts',
  barTouch: 'fills',
  seeding: 'none',
  rest: 'next',
  takerPrice: (_buying, trade) => trade.price,
}

export const FILL_MODELS: Readonly<Record<FillModelName, FillModel>> = { pessimistic, realistic, optimistic }

/** The dearer of two prices for a buyer, the cheaper for a seller; `price` where the other is NaN. */
export function worst(buying: boolean, price: number, other: number): number {
  if (Number.isNaN(other)) return price
  return buying ? Math.max(price, other) : Math.min(price, other)
}
