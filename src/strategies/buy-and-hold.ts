/** Buys once and holds: what every other strategy has to beat. */
import { z } from 'zod'
import { positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const buyAndHold = defineStrategy({
  name: 'buy-and-hold',
  description: 'Buys at the first price and holds; the benchmark',
  params: z.object({ size: positionSize, on: priceSource }),
  warmup: 1,
  scope: 'instrument',
  create({ parameters }) {
    const size = parameters.size === undefined ? {} : { size: parameters.size }
    let bought = false
    return onPrices(parameters.on, () => {
      if (bought) return null
      bought = true
      return { type: 'signal', direction: 'long', reason: 'buy and hold', ...size }
    })
  },
})
