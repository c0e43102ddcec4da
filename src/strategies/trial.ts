/** A strategy on a handful of prices, for its own unit test: no market, no account, just what it asks for. */
import type { Trade } from '../model/event.js'
import type { AccountView, Answer, Request } from '../model/trading.js'
import { checkParameters } from './parameters.js'
import type { Strategy } from './strategy.js'

const FLAT: AccountView = {
  position: () => 0,
  entryPrice: () => null,
  cash: () => 0,
  equity: () => 0,
  openOrders: () => [],
}

/**
 * Calls `onTrade` with one trade per price, a second apart, and gives all requests in order. The account stays flat and empty.
 * @throws UsageError where the parameters do not fit the strategy.
 */
export function runStrategy(
  strategy: Strategy,
  parameters: Readonly<Record<string, unknown>>,
  prices: readonly number[],
): readonly Request[] {
  let now = 0
  const handlers = strategy.create({
    parameters: checkParameters(strategy, parameters),
    account: FLAT,
    now: () => now,
    random: () => 0.5,
  })
  const requests = listed(handlers.onStart?.())
  for (const [index, price] of prices.entries()) {
    now = (index + 1) * 1_000_000
    requests.push(...listed(handlers.onTrade?.(tradeAt(price, index, now))))
  }
  return requests
}

function tradeAt(price: number, index: number, time: number): Trade {
  const identity = { exchange: 'test', symbol: 'TEST', pair: 'TEST/USD' }
  return { type: 'trade', ...identity, id: String(index), price, size: 1, side: 'buy', time, received: time }
}

function listed(answer: Answer): Request[] {
  if (answer === null || answer === undefined) return []
  return 'type' in answer ? [answer] : [...answer]
}
