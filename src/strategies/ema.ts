/** Crossover of two exponential moving averages: long while the fast one is above the slow one. */
import { z } from 'zod'
import { Crossing } from './crossing.js'
import { Ema } from './indicators/ema.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const ema = defineStrategy({
  name: 'ema',
  description:
    'Long when the fast exponential average crosses above the slow one, out (or short) when it crosses below',
  params: z
    .object({
      fast: z.int().min(1).max(100_000).default(20).describe('values in the fast average'),
      slow: z.int().min(2).max(100_000).default(100).describe('values in the slow average'),
      size: positionSize,
      short: goShort,
      on: priceSource,
    })
    .refine(({ fast, slow }) => fast < slow, { error: 'must be below slow', path: ['fast'] }),
  warmup: ({ slow }) => slow,
  scope: 'instrument',
  create({ parameters }) {
    const fast = new Ema(parameters.fast)
    const slow = new Ema(parameters.slow)
    const crossing = new Crossing()
    return onPrices(parameters.on, price => {
      const crossed = crossing.update(fast.update(price) - slow.update(price))
      if (crossed === null) return null
      return crossed === 'up' ? long(parameters, 'fast crossed above slow') : out(parameters, 'fast crossed below slow')
    })
  },
})
