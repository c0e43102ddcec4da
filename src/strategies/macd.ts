/** Moving average convergence and divergence: long while the MACD line is above its signal line. */
import { z } from 'zod'
import { Crossing } from './crossing.js'
import { Macd } from './indicators/macd.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const macd = defineStrategy({
  name: 'macd',
  description: 'Long when the MACD crosses above its signal line, out (or short) when it crosses below',
  params: z
    .object({
      fast: z.int().min(1).max(100_000).default(60).describe('values in the fast average'),
      slow: z.int().min(2).max(100_000).default(130).describe('values in the slow average'),
      signal: z.int().min(1).max(100_000).default(45).describe('values in the signal line'),
      size: positionSize,
      short: goShort,
      on: priceSource,
    })
    .refine(({ fast, slow }) => fast < slow, { error: 'must be below slow', path: ['fast'] }),
  warmup: ({ slow, signal }) => slow + signal,
  scope: 'instrument',
  create({ parameters }) {
    const lines = new Macd(parameters.fast, parameters.slow, parameters.signal)
    const crossing = new Crossing()
    return onPrices(parameters.on, price => {
      const crossed = crossing.update(lines.update(price))
      if (crossed === null) return null
      return crossed === 'up'
        ? long(parameters, 'MACD crossed above its signal')
        : out(parameters, 'MACD crossed below its signal')
    })
  },
})
