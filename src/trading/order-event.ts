/** The events that tell of an order: its keys stand in one place, in the printed order. */
import type { Micros } from '../model/time.js'
import type { DecimalText, Order, OrderStatus, ReasonCode } from '../model/trading.js'
import { textOf } from './money.js'
import type { Draft } from './order-draft.js'

/** An order that is on its way to the exchange. */
export function submittedOrder(strategy: string, id: string, draft: Draft, time: Micros): Order {
  const { market, price, stopPrice } = draft
  const order: Order = {
    type: 'order',
    exchange: market.exchange,
    symbol: market.symbol,
    pair: market.pair,
    strategy,
    id,
    tag: draft.tag,
    side: draft.side,
    kind: draft.kind,
    size: textOf(draft.size),
    price: price === null ? null : textOf(price),
    stopPrice: stopPrice === null ? null : textOf(stopPrice),
    trailing: draft.trailing,
    timeInForce: draft.timeInForce,
    expires: draft.expires,
    postOnly: draft.postOnly,
    reduceOnly: draft.reduceOnly,
    group: draft.group,
    filled: '0',
    status: 'submitted',
    reason: null,
    time,
  }
  return draft.activation === null ? order : withActivation(order, textOf(draft.activation))
}

/** Few orders have one, and an object that all are copied into costs more than what is copied. */
function withActivation(order: Order, activation: DecimalText): Order {
  const { timeInForce, expires, postOnly, reduceOnly, group, filled, status, reason, time, ...before } = order
  return { ...before, activation, timeInForce, expires, postOnly, reduceOnly, group, filled, status, reason, time }
}

/** What changes in an order's life. */
export interface OrderState {
  readonly size: DecimalText
  readonly filled: DecimalText
  readonly status: OrderStatus
  readonly reason: ReasonCode | null
  readonly time: Micros
}

/** The order as it stands now. Written out, because a copy by spread takes several times as long and every fill is followed by one. */
export function turnedOrder(order: Order, state: OrderState): Order {
  if (order.activation !== undefined) return { ...order, ...state }
  return {
    type: 'order',
    exchange: order.exchange,
    symbol: order.symbol,
    pair: order.pair,
    strategy: order.strategy,
    id: order.id,
    tag: order.tag,
    side: order.side,
    kind: order.kind,
    size: state.size,
    price: order.price,
    stopPrice: order.stopPrice,
    trailing: order.trailing,
    timeInForce: order.timeInForce,
    expires: order.expires,
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
    group: order.group,
    filled: state.filled,
    status: state.status,
    reason: state.reason,
    time: state.time,
  }
}
