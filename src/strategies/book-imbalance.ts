/** Book imbalance: follows the side of the book (or of the best quote) on which more is waiting. */
import { z } from 'zod'
import { Ema } from './indicators/ema.js'
import { goShort, long, out, positionSize } from './position-size.js'
import { defineStrategy } from './strategy.js'
import type { Answer } from '../model/trading.js'

export const bookImbalance = defineStrategy({
  name: 'book-imbalance',
  description:
    'Long while much more is bid than offered at the best prices, out (or short) when it is the other way round',
  params: z
    .object({
      length: z.int().min(1).max(100_000).default(50).describe('quotes over which the imbalance is smoothed'),
      enter: z.number().min(0).max(1).default(0.5).describe('imbalance (-1 … 1) above which it goes long'),
      leave: z.number().min(-1).max(1).default(-0.2).describe('imbalance below which it leaves'),
      size: positionSize,
      short: goShort,
    })
    .refine(({ enter, leave }) => leave < enter, { error: 'must be below enter', path: ['leave'] }),
  warmup: ({ length }) => length,
  scope: 'instrument',
  create({ parameters }) {
    const smooth = new Ema(parameters.length)
    let isLong = false
    const hear = (bid: number, ask: number): Answer => {
      if (bid + ask === 0) return null
      const imbalance = smooth.update((bid - ask) / (bid + ask))
      if (!isLong && imbalance > parameters.enter) {
        isLong = true
        return long(parameters, 'more is bid than offered')
      }
      if (!isLong || !(imbalance < parameters.leave)) return null
      isLong = false
      return out(parameters, 'more is offered than bid')
    }
    return {
      onQuote: quote => hear(quote.bidSize, quote.askSize),
      // A complete picture of the top says the same as quotes do; deltas alone do not.
      onBook: book => (book.snapshot ? hear(sizes(book.bids), sizes(book.asks)) : null),
    }
  },
})

function sizes(levels: readonly (readonly [number, number])[]): number {
  let sum = 0
  for (const [, size] of levels) sum += size
  return sum
}
