import { describe, expect, it } from 'vitest'
import type { OrderRequest } from '../../src/model/trading.js'
import { viewOf } from '../../src/trading/book-view.js'
import { Book } from '../../src/market/book.js'
import { bench, bookOf, quoteOf, tradeOf, type Bench } from './support.js'

const buy = (more: Partial<OrderRequest> = {}): OrderRequest => ({
  type: 'limit',
  side: 'buy',
  size: '1',
  price: '100',
  ...more,
})
const outcome = (desk: Bench, id = 's-1') => {
  const order = desk.last(id)!
  return [order.status, order.filled, order.reason]
}
const pairs = (desk: Bench) => desk.fills().map(({ price, size, liquidity }) => [price, size, liquidity])

describe('latency', () => {
  it('lets an order act only when it has arrived', () => {
    const desk = bench({ latencyMs: 10 })
    desk.feed(quoteOf([99, 5], [101, 5], 1_000))
    desk.ask({ type: 'market', side: 'buy', size: '1' })
    desk.feed(quoteOf([102, 5], [104, 5], 9_000))
    expect(desk.fills()).toEqual([])
    desk.feed(quoteOf([105, 5], [107, 5], 12_000))
    // It arrived at 11,000, when 104 was offered.
    expect(desk.fills().map(({ price, time }) => [price, time])).toEqual([['104', 11_000]])
  })

  it('draws sampled legs with the given randomness', () => {
    const latency = {
      feed: { kind: 'constant', ms: 1 },
      order: { kind: 'sampled', samplesUs: [1_000, 9_000] },
    } as const
    const desk = bench({ latency, random: () => 0.9 })
    desk.feed(quoteOf([99, 5], [101, 5], 1_000))
    desk.ask({ type: 'market', side: 'buy', size: '1' })
    expect(desk.desk.nextDue).toBe(1_000 + 1_000 + 9_000)
  })
})

describe('queue position', () => {
  it('waits behind what was displayed at arrival, and fills with what trades beyond it', () => {
    const desk = bench()
    desk.feed(bookOf([[100, 3]], [[101, 3]], 1))
    desk.ask(buy({ size: '2' }))
    desk.feed(tradeOf(100, 2, 'sell', 2))
    expect(desk.fills()).toEqual([])
    desk.feed(tradeOf(100, 2, 'sell', 3))
    expect(pairs(desk)).toEqual([['100', '1', 'maker']])
    expect(outcome(desk)).toEqual(['partial', '1', null])
  })

  it('explains what moved it', () => {
    const notes: [string, string | null][] = []
    const desk = bench({ onNote: note => notes.push([note.what, note.ahead]) })
    desk.feed(bookOf([[100, 3]], [[101, 3]], 1))
    desk.ask(buy())
    desk.feed(tradeOf(100, 2, 'sell', 2), bookOf([[100, 0.5]], [], 3, false), tradeOf(99, 1, 'sell', 4))
    expect(notes).toEqual([
      ['joined', '3'],
      ['traded', '1'],
      ['level', '0.5'],
      ['through', '0'],
    ])
    expect(pairs(desk)).toEqual([['100', '1', 'maker']])
  })

  it('counts a cancellation ahead by share in the realistic model, and only as a cap in the pessimistic', () => {
    const aheadAfter = (model: 'realistic' | 'pessimistic') => {
      let ahead: string | null = null
      const desk = bench({ model, onNote: note => (ahead = note.ahead) })
      desk.feed(bookOf([[100, 8]], [[101, 3]], 1))
      desk.ask(buy())
      desk.feed(bookOf([[100, 16]], [], 2, false), bookOf([[100, 12]], [], 3, false))
      return ahead
    }
    expect(aheadAfter('pessimistic')).toBe('8')
    expect(aheadAfter('realistic')).toBe('6')
  })

  it('never fills at the price itself where no book tells the queue', () => {
    const desk = bench()
    desk.feed(tradeOf(105, 1, 'buy', 1))
    desk.ask(buy())
    desk.feed(tradeOf(100, 50, 'sell', 2))
    expect(desk.fills()).toEqual([])
    desk.feed(tradeOf(99.99, 0.4, 'sell', 3))
    expect(pairs(desk)).toEqual([['100', '0.4', 'maker']])
  })
})

describe('order kinds', () => {
  it('stop: becomes a market order at its trigger', () => {
    const desk = bench()
    desk.feed(tradeOf(100, 1, 'buy', 1))
    desk.ask({ type: 'stop', side: 'sell', size: '1', stopPrice: '95' })
    desk.feed(tradeOf(96, 5, 'sell', 2), tradeOf(95, 5, 'sell', 3))
    expect(outcome(desk)[0]).toBe('triggered')
    desk.feed(tradeOf(94, 5, 'sell', 4))
    expect(pairs(desk)).toEqual([['94', '1', 'taker']])
  })

  it('stop-limit: rests at its limit when the market has run past it', () => {
    const desk = bench()
    desk.feed(quoteOf([99, 9], [100, 9], 1))
    desk.ask({ type: 'stop-limit', side: 'buy', size: '1', stopPrice: '105', price: '106' })
    desk.feed(quoteOf([107, 9], [108, 9], 2))
    expect(desk.fills()).toEqual([])
    desk.feed(quoteOf([104, 9], [105.5, 9], 3))
    expect(pairs(desk)).toEqual([['106', '1', 'maker']])
  })

  it('take-profit: triggers with the order, not against it', () => {
    const desk = bench()
    desk.feed(quoteOf([100, 9], [101, 9], 1))
    desk.ask({ type: 'take-profit', side: 'sell', size: '1', stopPrice: '110' })
    desk.feed(quoteOf([90, 9], [91, 9], 2))
    expect(desk.fills()).toEqual([])
    desk.feed(quoteOf([111, 9], [112, 9], 3))
    expect(pairs(desk)).toEqual([['111', '1', 'taker']])
  })

  it('trailing stop: follows the best price by its distance', () => {
    const desk = bench()
    desk.feed(tradeOf(100, 1, 'buy', 1))
    desk.ask({ type: 'trailing-stop', side: 'sell', size: '1', trailing: 5 })
    desk.feed(tradeOf(110, 1, 'buy', 2), tradeOf(105.5, 1, 'sell', 3))
    expect(outcome(desk)[0]).toBe('open')
    desk.feed(tradeOf(105, 1, 'sell', 4), tradeOf(104, 2, 'sell', 5))
    expect(pairs(desk)).toEqual([['104', '1', 'taker']])
  })
})

describe('time in force', () => {
  it('GTD expires at its time, whatever comes then', () => {
    const desk = bench()
    desk.feed(tradeOf(105, 1, 'buy', 1_000))
    desk.ask(buy({ timeInForce: 'GTD', expires: 5_000 }))
    desk.feed(tradeOf(90, 10, 'sell', 6_000))
    expect(outcome(desk)).toEqual(['expired', '0', 'time'])
    expect(desk.fills()).toEqual([])
  })

  it('day ends with the UTC day', () => {
    const day = 86_400_000_000
    const desk = bench()
    desk.feed(tradeOf(105, 1, 'buy', day + 1_000))
    desk.ask(buy({ timeInForce: 'day' }))
    desk.feed(tradeOf(104, 1, 'sell', 2 * day - 1))
    expect(outcome(desk)[0]).toBe('open')
    desk.feed(tradeOf(104, 1, 'sell', 2 * day))
    expect(outcome(desk)).toEqual(['expired', '0', 'time'])
  })

  it('IOC takes the next trade where only trades are known, and is gone', () => {
    const desk = bench()
    desk.feed(tradeOf(99, 1, 'buy', 1))
    desk.ask(buy({ timeInForce: 'IOC' }))
    desk.feed(tradeOf(99, 0.25, 'buy', 2))
    expect(pairs(desk)).toEqual([['99', '0.25', 'taker']])
    expect(outcome(desk)).toEqual(['cancelled', '0.25', 'liquidity'])
  })
})

describe('groups, changes and cancels', () => {
  it('OCO: one fills, the other goes', () => {
    const desk = bench()
    desk.feed(tradeOf(100, 1, 'buy', 1))
    desk.ask(
      { type: 'limit', side: 'sell', size: '1', price: '110', oco: 'exit', tag: 'profit' },
      { type: 'stop', side: 'sell', size: '1', stopPrice: '95', oco: 'exit', tag: 'loss' },
    )
    desk.feed(tradeOf(111, 5, 'buy', 2))
    expect(outcome(desk, 'profit')[0]).toBe('filled')
    expect(outcome(desk, 'loss')).toEqual(['cancelled', '0', 'oco'])
    expect(desk.desk.summary().locked).toEqual({})
  })

  it('bracket: every fill of the entry is protected by its own pair', () => {
    const desk = bench()
    desk.feed(quoteOf([99, 9], [100, 1], 1))
    desk.ask({ type: 'market', side: 'buy', size: '2', bracket: { takeProfit: '110', stopLoss: '95' } })
    desk.feed(quoteOf([99, 9], [101, 1], 2))
    expect(desk.desk.summary().openOrders.map(({ kind, size, reduceOnly }) => [kind, size, reduceOnly])).toEqual([
      ['stop', '1', true],
      ['limit', '1', true],
      ['stop', '1', true],
      ['limit', '1', true],
    ])
    desk.feed(quoteOf([94, 9], [95, 9], 3))
    expect(pairs(desk).slice(2)).toEqual([
      ['94', '1', 'taker'],
      ['94', '1', 'taker'],
    ])
    expect(desk.desk.summary().openOrders).toEqual([])
  })

  it('a cancel races the fill in engine time', () => {
    const desk = bench({ latencyMs: 5 })
    desk.feed(tradeOf(105, 1, 'buy', 1_000))
    desk.ask(buy({ tag: 'a' }))
    desk.feed(tradeOf(105, 1, 'buy', 10_000))
    desk.ask({ type: 'cancel', order: 'a' })
    desk.feed(tradeOf(99, 0.4, 'sell', 12_000), tradeOf(98, 5, 'sell', 16_000))
    expect(outcome(desk, 'a')).toEqual(['cancelled', '0.4', 'request'])
    expect(pairs(desk)).toEqual([['100', '0.4', 'maker']])
  })

  it('a change of price loses the place in the queue, a smaller size keeps it', () => {
    const ahead: (string | null)[] = []
    const desk = bench({ onNote: note => ahead.push(note.ahead) })
    desk.feed(bookOf([[100, 3], [99, 7]], [[101, 3]], 1)) // prettier-ignore
    desk.ask(buy({ size: '2', tag: 'a' }))
    desk.feed(bookOf([[100, 9]], [], 2, false))
    desk.ask({ type: 'modify', order: 'a', size: '1' })
    desk.feed(tradeOf(100, 3, 'sell', 3))
    expect(ahead.at(-1)).toBe('0')
    desk.ask({ type: 'modify', order: 'a', price: '99' })
    expect(ahead.at(-1)).toBe('7')
    expect(desk.last('a')).toMatchObject({ price: '99', size: '1', status: 'open' })
  })

  it('says so when there is nothing to cancel or change', () => {
    const desk = bench()
    desk.feed(tradeOf(105, 1, 'buy', 1))
    const [refusal] = desk.ask({ type: 'cancel', order: 'nothing' })
    expect(refusal).toMatchObject({ type: 'refusal', kind: 'cancel', code: 'state' })
  })
})

describe('data that cannot be trusted', () => {
  it('a book with a gap refuses takers and fills nobody', () => {
    const desk = bench()
    desk.feed(bookOf([[100, 3]], [[101, 3]], 1))
    desk.desk.onStatus({ type: 'status', exchange: 'test', stream: 'x', state: 'gap', detail: '', time: 2 })
    desk.ask({ type: 'market', side: 'buy', size: '1' })
    expect(outcome(desk)).toEqual(['rejected', '0', 'stale-book'])
    desk.feed(bookOf([[100, 3]], [[101, 3]], 3))
    desk.ask({ type: 'market', side: 'buy', size: '1' })
    expect(pairs(desk)).toEqual([['101', '1', 'taker']])
  })

  it('reads a market book as it is kept elsewhere', () => {
    const kept = new Book()
    kept.replace({ bids: [[99, 1], [98, 2]], asks: [[101, 3]], texts: null }) // prettier-ignore
    const view = viewOf(kept, () => true)
    const seen: number[][] = []
    view.walk('bids', (price, size) => seen.push([price, size]) < 1)
    expect(seen).toEqual([[99, 1]])
    expect([view.sizeAt('asks', 101), view.sizeAt('asks', 100), view.synchronised]).toEqual([3, 0, true])
  })
})
