/** Bollinger bands: long when the price breaks out above the upper band, out (or short) when it falls below the middle (or lower) one. */
import { z } from 'zod'
import { Crossing } from './crossing.js'
import { Bollinger } from './indicators/bollinger.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const bollinger = defineStrategy({
  name: 'bollinger',
  description: 'Long when the price breaks above the upper band, out below the middle one (short below the lower one)',
  params: z.object({
    length: z.int().min(2).max(100_000).default(200).describe('values in the window'),
    width: z.number().positive().max(10).default(2).describe('standard deviations between the middle and a band'),
    size: positionSize,
    short: goShort,
    on: priceSource,
  }),
  warmup: ({ length }) => length,
  scope: 'instrument',
  create({ parameters }) {
    const bands = new Bollinger(parameters.length, parameters.width)
    const upper = new Crossing()
    const exit = new Crossing()
    return onPrices(parameters.on, price => {
      const middle = bands.update(price)
      const broke = upper.update(price - bands.upper) === 'up'
      const fell = exit.update(price - (parameters.short ? bands.lower : middle)) === 'down'
      if (broke) return long(parameters, 'price broke above the upper band')
      return fell ? out(parameters, 'price fell back below the band') : null
    })
  },
})
