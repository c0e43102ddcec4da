/** Relative strength index: long when it comes back up from oversold, out (or short) when it comes back down from overbought. */
import { z } from 'zod'
import { Crossing } from './crossing.js'
import { Rsi } from './indicators/rsi.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const rsi = defineStrategy({
  name: 'rsi',
  description:
    'Long when the RSI comes back above the lower level, out (or short) when it comes back below the upper one',
  params: z
    .object({
      length: z.int().min(2).max(100_000).default(100).describe('changes in the index'),
      lower: z.number().min(1).max(99).default(40).describe('oversold below'),
      upper: z.number().min(1).max(99).default(60).describe('overbought above'),
      size: positionSize,
      short: goShort,
      on: priceSource,
    })
    .refine(({ lower, upper }) => lower < upper, { error: 'must be below upper', path: ['lower'] }),
  warmup: ({ length }) => length + 1,
  scope: 'instrument',
  create({ parameters }) {
    const index = new Rsi(parameters.length)
    const lower = new Crossing()
    const upper = new Crossing()
    return onPrices(parameters.on, price => {
      const value = index.update(price)
      const rose = lower.update(value - parameters.lower) === 'up'
      const fell = upper.update(value - parameters.upper) === 'down'
      if (rose) return long(parameters, 'RSI is back above oversold')
      return fell ? out(parameters, 'RSI is back below overbought') : null
    })
  },
})
