import { describe, expect, it } from 'vitest'
import type { Candle } from '../../src/model/event.js'
import type { BracketRequest } from '../../src/model/trading.js'
import { bench, candleOf, tradeOf, type Bench } from './support.js'

const HOUR = 3_600_000_000
const flat = (price: number, hour: number): Candle => candleOf([price, price, price, price], hour * HOUR)
const pairs = (desk: Bench) => desk.fills().map(({ side, price, size }) => [side, price, size])

/** A desk that has seen one bar at 100 and is asked at its end. */
function after(options: Parameters<typeof bench>[0] = {}, rules = {}): Bench {
  const desk = bench({ model: 'realistic', account: 'margin', leverage: '10', ...options }, {}, rules)
  desk.feed(flat(100, 1))
  return desk
}

describe('exits by share of the entry', () => {
  const entered = (bracket: BracketRequest, side: 'buy' | 'sell' = 'buy', rules = {}): Bench => {
    const desk = after({}, rules)
    desk.ask({ type: 'market', side, size: '2', bracket })
    desk.feed(candleOf([101, 101, 101, 101], 2 * HOUR))
    return desk
  }
  const waiting = (desk: Bench) =>
    desk.desk.summary().openOrders.map(({ kind, side, price, stopPrice, trailing }) => [kind, side, price, stopPrice, trailing]) // prettier-ignore

  it('are prices from the fill on, for both sides', () => {
    expect(waiting(entered({ stopLoss: '2%', takeProfit: '5%', trailing: '1%' }))).toEqual([
      ['stop', 'sell', null, '98.98', null],
      ['limit', 'sell', '106.05', null, null],
      ['trailing-stop', 'sell', null, null, '1%'],
    ])
    expect(waiting(entered({ stopLoss: '2%', takeProfit: '5%' }, 'sell'))).toEqual([
      ['stop', 'buy', null, '103.02', null],
      ['limit', 'buy', '95.95', null, null],
    ])
  })

  it('lie on the price step, rounded away from the entry', () => {
    const exits = waiting(entered({ stopLoss: '2%', takeProfit: '5%' }, 'buy', { tickSize: '0.5' }))
    expect(exits.map(exit => exit[2] ?? exit[3])).toEqual(['98.5', '106.5'])
  })

  it.each([null, 'tight', { stopLoss: '-2%' }, { takeProfit: Number.NaN }, { trailing: '%' }, { stopLoss: 'near' }])(
    'of %j are refused with the entry',
    bracket => {
      const desk = after()
      desk.ask({ type: 'market', side: 'buy', size: '1', bracket: bracket as BracketRequest })
      desk.feed(flat(100, 2))
      expect(desk.fills()).toEqual([])
      expect(desk.events).toMatchObject([{ type: 'refusal', code: 'price', detail: expect.stringMatching(/^bracket /) as string }]) // prettier-ignore
    },
  )
})

describe('a trailing stop with an activation', () => {
  it('trails only once its price was reached, tick by tick as well', () => {
    const desk = bench()
    desk.feed(tradeOf(100, 1, 'buy', 1))
    desk.ask({ type: 'trailing-stop', side: 'sell', size: '1', trailing: '2', activation: '105' })
    expect(desk.last('s-1')).toMatchObject({ activation: '105' })
    desk.feed(tradeOf(104, 9, 'buy', 2), tradeOf(90, 9, 'sell', 3))
    expect(desk.fills()).toEqual([])
    desk.feed(tradeOf(106, 9, 'buy', 4), tradeOf(104.5, 9, 'sell', 5))
    expect(desk.last('s-1')!.status).toBe('open')
    desk.feed(tradeOf(104, 9, 'sell', 6), tradeOf(103.5, 9, 'sell', 7))
    expect(pairs(desk)).toEqual([['sell', '103.5', '1']])
  })

  it('in a bar follows to the best price and fills where the bar comes back, in the bar of the entry where it begins', () => {
    const bracket = { stopLoss: '10%', trailing: '2%', activation: '5%' }
    const desk = after()
    desk.ask({ type: 'market', side: 'buy', size: '1', bracket })
    desk.feed(flat(100, 2), candleOf([101, 110, 101, 109], 3 * HOUR))
    expect(pairs(desk).at(-1)).toEqual(['sell', '107.8', '1'])
    const entry = after()
    entry.ask({ type: 'market', side: 'buy', size: '1', bracket })
    entry.feed(candleOf([100, 110, 101, 109], 2 * HOUR))
    expect(pairs(entry).at(-1)).toEqual(['sell', '102.9', '1'])
    const hopeful = after({ model: 'optimistic' })
    hopeful.ask({ type: 'market', side: 'buy', size: '1', bracket })
    hopeful.feed(candleOf([100, 110, 101, 109], 2 * HOUR))
    expect(hopeful.fills()).toHaveLength(1)
  })

  it('comes after a stop that was there, and after a profit that lies on the way', () => {
    const desk = after()
    desk.ask({ type: 'market', side: 'buy', size: '1', bracket: { stopLoss: '1%', trailing: '2%', takeProfit: '4%' } })
    desk.feed(flat(100, 2))
    desk.feed(candleOf([100, 110, 95, 96], 3 * HOUR))
    expect(pairs(desk).at(-1)).toEqual(['sell', '99', '1'])
    const profit = after()
    profit.ask({ type: 'market', side: 'buy', size: '1', bracket: { trailing: '2%', activation: '5%', takeProfit: '4%' } }) // prettier-ignore
    profit.feed(flat(100, 2), candleOf([100, 110, 101, 101], 3 * HOUR))
    expect(pairs(profit).at(-1)).toEqual(['sell', '104', '1'])
  })
})

describe('of several stops', () => {
  it('the one nearest to the open fires first, whichever was sent first', () => {
    const desk = after()
    desk.ask({ type: 'market', side: 'buy', size: '2' })
    desk.feed(flat(100, 2))
    desk.ask({ type: 'stop', side: 'sell', size: '2', stopPrice: '90', oco: 'exit' })
    desk.ask({ type: 'stop', side: 'sell', size: '2', stopPrice: '97', oco: 'exit' })
    desk.feed(candleOf([100, 100, 80, 85], 3 * HOUR))
    expect(pairs(desk).slice(1)).toEqual([['sell', '97', '2']])
  })
})

describe('an order that comes while a bar is running', () => {
  /** Half of the second hour is known, and the order is sent. */
  function during(desk: Bench): void {
    desk.feed({ ...candleOf([100, 104, 95, 102], 2 * HOUR), closed: false, time: 1.5 * HOUR, received: 1.5 * HOUR })
  }

  it('knows nothing of the bar but its close', () => {
    const desk = after()
    during(desk)
    desk.ask({ type: 'market', side: 'buy', size: '1' }, { type: 'limit', side: 'buy', size: '1', price: '96' })
    desk.ask({ type: 'stop', side: 'buy', size: '1', stopPrice: '103.5' })
    desk.feed(candleOf([100, 104, 95, 102], 2 * HOUR))
    expect(pairs(desk)).toEqual([['buy', '102', '1']])
    desk.feed(candleOf([102, 104, 95, 100], 3 * HOUR))
    expect(pairs(desk).slice(1)).toEqual([
      ['buy', '103.5', '1'],
      ['buy', '96', '1'],
    ])
  })

  it('has its exits wait for the next bar', () => {
    const desk = after({ model: 'pessimistic' })
    during(desk)
    desk.ask({ type: 'market', side: 'buy', size: '1', bracket: { stopLoss: '97' } })
    desk.feed(candleOf([102, 104, 95, 102], 2 * HOUR))
    expect(pairs(desk)).toEqual([['buy', '102', '1']])
    desk.feed(candleOf([102, 102, 96, 96], 3 * HOUR))
    expect(pairs(desk).slice(1)).toEqual([['sell', '97', '1']])
  })

  it('because its latency is that long is late as well; the usual 50 ms are not', () => {
    const fillWith = (latencyMs: number): unknown => {
      const desk = after({ latencyMs })
      desk.ask({ type: 'market', side: 'buy', size: '1' })
      desk.feed(candleOf([100, 104, 95, 102], 2 * HOUR))
      return pairs(desk)[0]?.[1]
    }
    expect([fillWith(50), fillWith(60_000)]).toEqual(['100', '102'])
  })
})

describe('the volume of a bar', () => {
  it('is there once, for entries and the exits that follow in the same bar', () => {
    const desk = after()
    desk.ask({ type: 'market', side: 'buy', size: '7', bracket: { stopLoss: '5%' } })
    desk.feed(candleOf([100, 100, 90, 91], 2 * HOUR, 10))
    expect(pairs(desk)).toEqual([
      ['buy', '100', '7'],
      ['sell', '95', '3'],
    ])
  })
})
