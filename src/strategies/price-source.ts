/** Which events a strategy takes its prices from, shared by those that work on trades as well as on candles. */
import { z } from 'zod'
import type { Answer, StrategyHandlers } from '../model/trading.js'

/** `auto` takes whichever of the two comes first. */
export const priceSource = z
  .enum(['auto', 'trade', 'candle'])
  .default('auto')
  .describe('where prices come from: every trade, or the close of each closed candle')

/** Handlers that call `onPrice` with every price of the chosen source. */
export function onPrices(source: 'auto' | 'trade' | 'candle', onPrice: (price: number) => Answer): StrategyHandlers {
  let chosen = source
  return {
    onTrade(trade) {
      if (chosen === 'auto') chosen = 'trade'
      return chosen === 'trade' ? onPrice(trade.price) : null
    },
    onCandle(candle) {
      if (!candle.closed) return null
      if (chosen === 'auto') chosen = 'candle'
      return chosen === 'candle' ? onPrice(candle.close) : null
    },
  }
}
