/** Donchian channel breakout: long on a new high of the last n values, out (or short) on a new low of the last m. */
import { z } from 'zod'
import { Extreme } from './indicators/extremes.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { onPrices, priceSource } from './price-source.js'
import { defineStrategy } from './strategy.js'

export const breakout = defineStrategy({
  name: 'breakout',
  description:
    'Long on a price above everything in the entry window, out (or short) on one below everything in the exit window',
  params: z.object({
    entry: z.int().min(2).max(100_000).default(300).describe('values whose highest must be passed'),
    exit: z.int().min(2).max(100_000).default(150).describe('values whose lowest must be passed'),
    size: positionSize,
    short: goShort,
    on: priceSource,
  }),
  warmup: ({ entry, exit }) => Math.max(entry, exit),
  scope: 'instrument',
  create({ parameters }) {
    const highest = new Extreme(parameters.entry, 'highest')
    const lowest = new Extreme(parameters.exit, 'lowest')
    let side: 'long' | 'out' = 'out'
    return onPrices(parameters.on, price => {
      // The channel is the one before this price; the price itself cannot break what it is part of.
      const above = price > highest.value
      const below = price < lowest.value
      highest.update(price)
      lowest.update(price)
      if (above && side === 'out') {
        side = 'long'
        return long(parameters, 'new high of the entry window')
      }
      if (!below || side === 'out') return null
      side = 'out'
      return out(parameters, 'new low of the exit window')
    })
  },
})
