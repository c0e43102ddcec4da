import { describe, expect, it } from 'vitest'
import type { Funding } from '../../src/model/event.js'
import type { StrategyHandlers, TradingEvent } from '../../src/model/trading.js'
import { bench, HEAD, quoteOf, tradeOf } from './support.js'

const kinds = (events: readonly TradingEvent[]) => events.map(event => event.type)
const refusals = (events: readonly TradingEvent[]) =>
  events.flatMap(event => (event.type === 'refusal' ? [event.code] : []))

describe('a strategy and its account', () => {
  it('goes from signal to order to fill to position and equity, causes first', () => {
    const desk = bench(
      { latencyMs: 1, capital: '1000' },
      { onTrade: t => (t.id === '1000' ? { type: 'signal', direction: 'long', size: 2 } : null) },
    )
    expect(kinds(desk.feed(tradeOf(100, 1, 'buy', 1_000)))).toEqual(['signal', 'order'])
    expect(kinds(desk.feed(tradeOf(100, 1, 'sell', 2_000), tradeOf(101, 5, 'buy', 3_000)))).toEqual(
      ['order', 'fill', 'position', 'equity', 'order', 'fill', 'position', 'equity', 'order'], // prettier-ignore
    )
    expect(desk.desk.summary()).toMatchObject({ balances: { BTC: '2' }, counts: { orders: 1, fills: 2 } })
  })

  it('counts what is under way before it carries out a second signal', () => {
    const desk = bench(
      { latencyMs: 5 },
      { onTrade: t => ({ type: 'signal', direction: t.price > 100 ? 'long' : 'flat', size: 1 }) },
    )
    desk.feed(tradeOf(101, 1, 'buy', 1_000), tradeOf(101, 1, 'buy', 2_000), tradeOf(99, 1, 'sell', 3_000))
    const orders = desk.events.filter(event => event.type === 'order').filter(({ status }) => status === 'submitted')
    expect(orders.map(({ side, size }) => [side, size])).toEqual([['buy', '1'], ['sell', '1']]) // prettier-ignore
  })

  it('sizes a signal without a size by the run, and refuses what the account cannot pay', () => {
    const desk = bench({
      capital: '1000',
      fees: { maker: '0', taker: '0.001' },
      sizing: { kind: 'percent', percent: 50 },
    })
    desk.feed(tradeOf(100, 1, 'buy', 1))
    const [, order] = desk.ask({ type: 'signal', direction: 'long' })
    expect(order).toMatchObject({ type: 'order', side: 'buy' })
    expect(Number((order as { size: string }).size) * 100 * 1.001).toBeCloseTo(500, 4)
    expect(refusals(desk.ask({ type: 'limit', side: 'buy', size: 100, price: 100 }))).toEqual(['funds'])
    expect(refusals(desk.ask({ type: 'limit', side: 'sell', size: 1, price: 100 }))).toEqual(['funds'])
  })

  it.each([
    ['size', { size: Number.NaN }],
    ['size', { size: 0 }],
    ['size', { size: '1e3' }],
    ['size', { size: -1 }],
    ['price', { price: Number.POSITIVE_INFINITY }],
    ['tick', { price: 100.005 }],
    ['lot', { size: 0.0015 }],
    ['lot', { size: 0.001 }],
    ['notional', { size: 0.002, price: 50 }],
    ['band', { price: 10 }],
    ['position', { size: 60 }],
    ['time', { timeInForce: 'GTD', expires: 0 }],
    ['state', { side: 'both' as never }],
    ['state', { timeInForce: 'NOW' as never }],
    ['instrument', { symbol: 'ETHUSDT' }],
  ] as const)('refuses with the reason %s: %o', (code, change) => {
    const rules = { tickSize: '0.01', stepSize: '0.001', minSize: '0.002', minNotional: '1' }
    const riskLimits = { priceBandPercent: 60, maxPosition: '50' }
    const desk = bench({ riskLimits }, {}, rules)
    desk.feed(tradeOf(100, 1, 'buy', 1))
    expect(refusals(desk.ask({ type: 'limit', side: 'buy', size: 1, price: 100, ...change }))).toEqual([code])
    expect(desk.desk.summary().refusals).toEqual({ [code]: 1 })
  })
})

describe('bad strategies', () => {
  const stoppedBy = (handlers: StrategyHandlers, name = 'onTrade') => {
    const desk = bench({ riskLimits: { maxOrdersPerSecond: 10, maxRateRefusals: 100 } }, handlers)
    desk.feed(tradeOf(100, 1, 'buy', 1), tradeOf(100, 1, 'buy', 2))
    const summary = desk.desk.summary()
    expect(summary.blocks, name).toBe('all')
    expect(desk.events.filter(event => event.type === 'halt').map(({ code }) => code)).toEqual(['failure'])
    expect(summary.balances).toMatchObject({ USDT: '1000000000' })
    return summary.failure
  }

  it('that throws is stopped, and its account is left as it was', () => {
    expect(
      stoppedBy({
        onTrade: () => {
          throw new Error('oops')
        },
      }),
    ).toBe('onTrade oops')
  })

  it('that returns a promise, or nonsense, is stopped', () => {
    expect(stoppedBy({ onTrade: () => Promise.resolve(null) as never })).toContain('promise')
    expect(stoppedBy({ onTrade: () => 7 as never })).toContain('number')
    expect(stoppedBy({ onTrade: () => [{}] as never })).toContain('without a type')
    expect(stoppedBy({ onTrade: () => ({ type: 'timer', afterMs: Number.NaN }) })).toContain('timer')
  })

  it('that sends orders without end is stopped', () => {
    const order = { type: 'limit', side: 'buy', size: 1, price: 1 } as const
    expect(stoppedBy({ onTrade: () => Array.from({ length: 500 }, () => order) })).toContain('orders a second')
    expect(stoppedBy({ onTrade: () => Array.from({ length: 2_000 }, () => order) })).toContain('2000 requests at once')
  })

  it('that answers its own orders without end is stopped', () => {
    const order = { type: 'limit', side: 'buy', size: 1, price: 1 } as const
    const desk = bench({}, { onTrade: () => order, onOrder: () => order })
    desk.feed(tradeOf(100, 1, 'buy', 1))
    expect(desk.desk.summary().failure).toContain('at one instant')
  })

  it('that cannot be built says so', () => {
    const strategy = { name: 's', create: () => { throw new Error('no parameters') } } // prettier-ignore
    const desk = bench({ strategy })
    desk.feed(tradeOf(100, 1, 'buy', 1))
    expect(desk.desk.summary().failure).toBe('create no parameters')
  })
})

describe('the kill switch', () => {
  it('goes on at a mark-to-market drawdown, flattens, says what it blocks, and opens only on command', () => {
    const desk = bench({ capital: '1000', riskLimits: { maxDrawdownPercent: 10, drawdownBlocks: 'flatten' } })
    desk.feed(quoteOf([99, 50], [100, 50], 1))
    desk.ask({ type: 'market', side: 'buy', size: 9 })
    expect(desk.desk.summary().drawdownLeft).toBeCloseTo(0.1, 1)
    desk.feed(quoteOf([85, 50], [86, 50], 2))
    expect(desk.events.find(event => event.type === 'halt')).toMatchObject({ blocks: 'flatten', code: 'drawdown' })
    expect(desk.desk.summary().positions[0]!.size).toBe('0')
    expect(refusals(desk.ask({ type: 'market', side: 'buy', size: 1 }))).toEqual(['drawdown'])
    desk.desk.resume()
    expect(refusals(desk.ask({ type: 'market', side: 'buy', size: 1 }))).toEqual([])
  })

  it('closes also what an order on its way brought in before its cancel arrived', () => {
    const desk = bench({ capital: '1000', latencyMs: 50 })
    desk.feed(quoteOf([99, 50], [100, 50], 1))
    desk.ask({ type: 'market', side: 'buy', size: 5 })
    desk.desk.halt('flatten', 'by hand')
    desk.feed(
      quoteOf([99, 50], [100, 50], 100_000),
      quoteOf([99, 50], [100, 50], 200_000),
      quoteOf([99, 50], [100, 50], 300_000),
    )
    expect(desk.events.filter(event => event.type === 'fill').map(({ side, size }) => [side, size])).toEqual([['buy', '5'], ['sell', '5']]) // prettier-ignore
    expect(desk.desk.summary().positions[0]!.size).toBe('0')
  })

  it('leaves the exits of a position standing where only entries are blocked', () => {
    const desk = bench({ capital: '1000', riskLimits: { maxDrawdownPercent: 5 } })
    desk.feed(quoteOf([99, 50], [100, 50], 1))
    desk.ask({ type: 'market', side: 'buy', size: 9 })
    desk.ask({ type: 'stop', side: 'sell', size: 9, stopPrice: 50 })
    desk.desk.halt('entries', 'by hand')
    desk.feed(quoteOf([85, 50], [86, 50], 2))
    expect(desk.desk.summary()).toMatchObject({ blocks: 'entries', openOrders: [{ kind: 'stop' }] })
  })

  it('blocks entries, but not exits, after the day’s loss, until the next day', () => {
    const desk = bench({ capital: '1000', riskLimits: { maxDailyLoss: '50' } })
    desk.feed(quoteOf([99, 50], [100, 50], 1))
    desk.ask({ type: 'market', side: 'buy', size: 5 })
    desk.feed(quoteOf([88, 50], [89, 50], 2))
    expect(refusals(desk.ask({ type: 'market', side: 'buy', size: 1 }))).toEqual(['daily-loss'])
    expect(refusals(desk.ask({ type: 'market', side: 'sell', size: 1 }))).toEqual([])
    desk.feed(quoteOf([88, 50], [89, 50], 86_400_000_001))
    expect(refusals(desk.ask({ type: 'market', side: 'buy', size: 1 }))).toEqual([])
  })
})

describe('margin', () => {
  const PERPETUAL = { ...HEAD, pair: 'BTC/USDT:USDT' }
  const price = (value: number, time: number) => ({
    ...quoteOf([value - 0.5, 99], [value + 0.5, 99], time),
    ...PERPETUAL,
  })

  it('limits exposure by leverage, and liquidates what equity no longer covers', () => {
    const desk = bench({ capital: '1000', leverage: '10', maintenanceRate: '0.01' })
    desk.feed(price(100, 1))
    expect(refusals(desk.ask({ type: 'market', side: 'sell', size: 200 }))).toEqual(['funds'])
    expect(refusals(desk.ask({ type: 'market', side: 'sell', size: 90 }))).toEqual([])
    desk.feed(price(105, 2))
    expect(desk.desk.summary().blocks).toBe('none')
    desk.feed(price(110.5, 3))
    expect(desk.events.find(event => event.type === 'halt')).toMatchObject({ code: 'liquidation' })
    expect(desk.desk.summary().positions[0]!.size).toBe('0')
  })

  it('pays the funding that stood when its time came', () => {
    const desk = bench({ capital: '1000' })
    desk.feed(price(100, 1))
    desk.ask({ type: 'market', side: 'buy', size: 2 })
    const funding = (rate: number, nextFunding: number): Funding => ({
      type: 'funding', ...PERPETUAL, rate, markPrice: 100, nextFunding, time: 1, received: 1,
    }) // prettier-ignore
    expect(desk.desk.onFunding(funding(0.001, 10))).toEqual([])
    expect(kinds(desk.desk.onFunding(funding(0.005, 20)))).toEqual(['equity'])
    expect(desk.desk.summary().funding).toEqual({ USDT: '-0.2' })
  })
})

it('rings timers in engine time, whether or not a market event comes', () => {
  const rung: [string, number][] = []
  const desk = bench({}, {
    onStart: () => ({ type: 'timer', afterMs: 2, name: 'tick' }),
    onTimer: (name, time) => { rung.push([name, time]); return null },
  }) // prettier-ignore
  desk.feed(tradeOf(100, 1, 'buy', 1_000))
  expect(desk.desk.nextDue).toBe(3_000)
  desk.desk.advance(5_000)
  expect(rung).toEqual([['tick', 3_000]])
})

it('reports metrics with their formula, convention and sample size', () => {
  const desk = bench({ capital: '1000' })
  desk.feed(quoteOf([99, 50], [100, 50], 1))
  desk.ask({ type: 'market', side: 'buy', size: 1 })
  desk.feed(quoteOf([110, 50], [111, 50], 2))
  desk.ask({ type: 'market', side: 'sell', size: 1 })
  const { metrics } = desk.desk.summary()
  const named = (name: string) => metrics.find(metric => metric.name === name)!
  expect(named('trades')).toMatchObject({ value: 1, samples: 1 })
  expect(named('expectancy').value).toBe(10)
  expect(named('profitFactor').value).toBeNull()
  expect(named('sharpe').value).toBeNull()
  expect(named('return').value).toBeCloseTo(0.01, 12)
  expect(metrics.every(metric => metric.formula !== '' && metric.convention !== '')).toBe(true)
})
