import { describe, expect, it } from 'vitest'
import type { OrderRequest } from '../../src/model/trading.js'
import type { FillModelName } from '../../src/trading/fill-model.js'
import { bench, bookOf, candleOf, quoteOf, tradeOf, type Bench } from './support.js'

/** What one order got under each model, from the one that flatters least to the one that flatters most. */
function under(play: (desk: Bench) => void): string[][][] {
  const models: readonly FillModelName[] = ['pessimistic', 'realistic', 'optimistic']
  return models.map(model => {
    const desk = bench({ model })
    play(desk)
    return desk.fills().map(({ price, size }) => [price, size])
  })
}

const resting: OrderRequest = { type: 'limit', side: 'buy', size: '2', price: '100' }
const market: OrderRequest = { type: 'market', side: 'buy', size: '2' }

describe('where the data leave something open, the three models differ', () => {
  it('a limit order in a queue: all of it first, what is left of it after cancellations, none', () => {
    const fills = under(desk => {
      desk.feed(bookOf([[100, 10]], [[101, 10]], 1))
      desk.ask(resting)
      desk.feed(bookOf([[100, 16]], [], 2, false)) // 6 join behind it
      desk.feed(bookOf([[100, 12]], [], 3, false)) // 4 cancel, of 10 ahead and 6 behind
      desk.feed(tradeOf(100, 9, 'sell', 4))
    })
    expect(fills).toEqual([[], [['100', '1.5']], [['100', '2']]])
  })

  it('a limit order at a price whose queue nobody displays: only through it, after the first trade, at once', () => {
    const fills = under(desk => {
      desk.feed(tradeOf(101, 1, 'sell', 1))
      desk.ask(resting)
      desk.feed(tradeOf(100, 1, 'sell', 2), tradeOf(100, 1, 'sell', 3))
    })
    expect(fills).toEqual([[], [['100', '1']], [['100', '1'], ['100', '1']]]) // prettier-ignore
  })

  it('a market order against a book that trades have thinned since it was displayed', () => {
    const fills = under(desk => {
      desk.feed(bookOf([[99, 5]], [[100, 2], [101, 5]], 1)) // prettier-ignore
      desk.feed(tradeOf(100, 1.5, 'buy', 2))
      desk.ask(market)
    })
    const thinned = [['100', '0.5'], ['101', '1.5']] // prettier-ignore
    expect(fills).toEqual([thinned, thinned, [['100', '2']]])
  })

  it('a market order larger than the quote: the rest is no better than the quote it met', () => {
    const fills = under(desk => {
      desk.feed(quoteOf([99, 5], [100, 1], 1))
      desk.ask(market)
      desk.feed(quoteOf([98, 5], [99.5, 5], 2))
    })
    const no = [['100', '1'], ['100', '1']] // prettier-ignore
    expect(fills).toEqual([no, no, [['100', '1'], ['99.5', '1']]]) // prettier-ignore
  })

  it('a market order where only trades are known: the worst of the last, of its own side, of the next', () => {
    const fills = under(desk => {
      desk.feed(tradeOf(101, 1, 'buy', 1), tradeOf(102, 1, 'sell', 2))
      desk.ask(market)
      desk.feed(tradeOf(100, 5, 'sell', 3))
    })
    expect(fills).toEqual([[['102', '2']], [['101', '2']], [['100', '2']]])
  })

  it('a limit that a bar only touches', () => {
    const fills = under(desk => {
      desk.feed(candleOf([102, 103, 101, 102], 3_600_000_000))
      desk.ask(resting)
      desk.feed(candleOf([102, 103, 100, 102], 7_200_000_000))
    })
    expect(fills).toEqual([[], [['100', '2']], [['100', '2']]])
  })
})

describe('where nothing is open, they agree', () => {
  it.each([
    ['within what is displayed', (desk: Bench) => desk.ask(market)],
    ['traded through', (desk: Bench) => (desk.ask(resting), desk.feed(tradeOf(99, 5, 'sell', 2)))],
  ])('%s', (_, play) => {
    const [pessimistic, realistic, optimistic] = under(desk => {
      desk.feed(bookOf([[100, 5]], [[101, 5]], 1))
      play(desk)
    })
    expect(pessimistic).toHaveLength(1)
    expect(realistic).toEqual(pessimistic)
    expect(optimistic).toEqual(pessimistic)
  })
})
