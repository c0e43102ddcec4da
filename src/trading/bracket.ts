/** The exits of a bracket: a take-profit and a stop-loss that cancel each other. */
import type { Fill, OrderRequest } from '../model/trading.js'

/** Exits for one fill of the bracket's entry. A profit is taken at a limit, a loss at the market. */
export function bracketOrders(fill: Fill, bracket: NonNullable<OrderRequest['bracket']>): OrderRequest[] {
  const exit = {
    side: fill.side === 'buy' ? ('sell' as const) : ('buy' as const),
    size: fill.size,
    reduceOnly: true,
    oco: `${fill.id}-exits`,
    exchange: fill.exchange,
    symbol: fill.symbol,
  }
  const orders: OrderRequest[] = []
  // The stop goes first: where both prices are met at one instant, the loss is assumed.
  if (bracket.stopLoss !== undefined) orders.push({ ...exit, type: 'stop', stopPrice: bracket.stopLoss })
  if (bracket.takeProfit !== undefined) orders.push({ ...exit, type: 'limit', price: bracket.takeProfit })
  return orders
}
