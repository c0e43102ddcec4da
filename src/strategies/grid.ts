/** Grid: resting buys below and sells above, each filled order answered by one on the other side, a step away. */
import { z } from 'zod'
import type { Fill, OrderRequest } from '../model/trading.js'
import { orderSize } from './position-size.js'
import { defineStrategy } from './strategy.js'
import { onStep } from './ticks.js'

export const grid = defineStrategy({
  name: 'grid',
  description: 'Rests buys in steps below the first price; sells each one step higher, and buys again where it sold',
  params: z.object({
    levels: z.int().min(1).max(100).default(5).describe('buys resting below the price'),
    step: z.number().positive().max(50).default(0.02).describe('distance between levels, percent of the price'),
    size: orderSize.default(0.001),
    tick: z.number().positive().max(1e6).default(0.01).describe('price step of the instrument'),
  }),
  warmup: 1,
  scope: 'instrument',
  create({ parameters }) {
    const { levels, step, size, tick } = parameters
    let placed = false
    const buy = (price: number): OrderRequest => ({
      type: 'limit',
      side: 'buy',
      size,
      price: onStep(price, tick, 'down'),
      postOnly: true,
    })
    const answer = ({ side, price, size: filled }: Fill): OrderRequest =>
      side === 'buy'
        ? { type: 'limit', side: 'sell', size: filled, price: onStep(Number(price) * (1 + step / 100), tick, 'up') }
        : { ...buy(Number(price) * (1 - step / 100)), size: filled }
    const start = (price: number): OrderRequest[] | null => {
      if (placed) return null
      placed = true
      return Array.from({ length: levels }, (_, index) => buy(price * (1 - ((index + 1) * step) / 100)))
    }
    return {
      onTrade: trade => start(trade.price),
      onCandle: candle => (candle.closed ? start(candle.close) : null),
      onFill: answer,
    }
  },
})
