/** Crossover of two simple moving averages: long while the fast one is above the slow one. */
import { z } from 'zod'
import { Sma } from './indicators/sma.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const sma = defineStrategy({
  name: 'sma',
  description:
    'Goes long when the fast moving average crosses above the slow one, and out (or short) when it crosses below',
  params: z
    .object({
      fast: z.int().min(1).max(100_000).default(20).describe('values in the fast average'),
      slow: z.int().min(2).max(100_000).default(100).describe('values in the slow average'),
      size: z
        .number()
        .positive()
        .optional()
        .describe('position in base units; left out, the sizing of the run decides'),
      short: z.boolean().default(false).describe('go short instead of flat; needs an account that can'),
      on: priceSource,
    })
    .refine(({ fast, slow }) => fast < slow, { error: 'must be below slow', path: ['fast'] }),
  warmup: ({ slow }) => slow,
  create({ parameters }) {
    const fast = new Sma(parameters.fast)
    const slow = new Sma(parameters.slow)
    const size = parameters.size === undefined ? {} : { size: parameters.size }
    let above: boolean | null = null
    return onPrices(parameters.on, price => {
      const difference = fast.update(price) - slow.update(price)
      // Equal averages are no crossing yet, and NaN (still warming up) compares as neither.
      if (!(difference > 0) && !(difference < 0)) return null
      const before = above
      above = difference > 0
      if (before === null || before === above) return null
      if (above) return { type: 'signal', direction: 'long', reason: 'fast crossed above slow', ...size }
      return {
        type: 'signal',
        direction: parameters.short ? 'short' : 'flat',
        reason: 'fast crossed below slow',
        ...size,
      }
    })
  },
})
