/** Mean reversion: buys what is far below its mean and leaves when it is back, measured in standard deviations. */
import { z } from 'zod'
import { Stddev } from './indicators/stddev.js'
import { goShort, long, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const meanReversion = defineStrategy({
  name: 'mean-reversion',
  description: 'Long (or short) when the price is far from its mean, out when it has come back',
  params: z
    .object({
      length: z.int().min(2).max(100_000).default(200).describe('values in the mean'),
      entry: z
        .number()
        .positive()
        .max(20)
        .default(2)
        .describe('standard deviations from the mean that open a position'),
      exit: z.number().min(0).max(20).default(0.5).describe('standard deviations from the mean that close it'),
      size: positionSize,
      short: goShort,
      on: priceSource,
    })
    .refine(({ entry, exit }) => exit < entry, { error: 'must be below entry', path: ['exit'] }),
  warmup: ({ length }) => length,
  scope: 'instrument',
  create({ parameters }) {
    const deviation = new Stddev(parameters.length)
    const size = parameters.size === undefined ? {} : { size: parameters.size }
    let side: 'long' | 'short' | 'flat' = 'flat'
    return onPrices(parameters.on, price => {
      const spread = deviation.update(price)
      if (!(spread > 0)) return null
      const score = (price - deviation.mean) / spread
      if (side === 'flat' && score <= -parameters.entry) {
        side = 'long'
        return long(parameters, 'far below the mean')
      }
      if (side === 'flat' && parameters.short && score >= parameters.entry) {
        side = 'short'
        return { type: 'signal', direction: 'short', reason: 'far above the mean', ...size }
      }
      const back = side === 'long' ? score >= -parameters.exit : side === 'short' && score <= parameters.exit
      if (!back) return null
      side = 'flat'
      return { type: 'signal', direction: 'flat', reason: 'back at the mean' }
    })
  },
})
