import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UsageError } from '../../src/model/errors.js'
import { checkParameters, describeParameters, parseParameters } from '../../src/strategies/parameters.js'
import { STRATEGIES, strategyNamed } from '../../src/strategies/registry.js'
import { sma } from '../../src/strategies/sma.js'
import { defineStrategy, isStrategy, strategyFault } from '../../src/strategies/strategy.js'
import { onStep } from '../../src/strategies/ticks.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { bench, candleOf, HEAD, quoteOf, tradeOf } from '../trading/support.js'

function failure(act: () => unknown): UsageError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  throw new Error('nothing was thrown')
}

describe('parameters', () => {
  it('are read from text and filled with defaults', () => {
    expect(parseParameters(sma, new Map([['fast', '5'], ['short', 'true']]))).toEqual({ fast: 5, slow: 100, short: true, on: 'auto' }) // prettier-ignore
    expect(parseParameters(sma, { size: '0.001', on: 'candle' })).toMatchObject({ size: 0.001, on: 'candle' })
  })

  it.each([
    [{ fast: '' }, 'fast', 'integer from 1'],
    [{ fast: '1e2' }, 'fast', 'integer from 1'],
    [{ fast: '5.5' }, 'fast', 'integer from 1'],
    [{ fast: '200' }, 'fast', 'must be below slow'],
    [{ short: '1' }, 'short', 'true or false'],
    [{ on: 'quotes' }, 'on', 'one of auto, trade, candle'],
    [{ size: '-1' }, 'size', 'number above 0'],
    [{ fsat: '5' }, 'fsat', 'did you mean fast?'],
    [{ __proto__x: '5' }, '__proto__x', 'its parameters: fast, slow'],
  ])('refuses %o by name and range', (texts, name, hint) => {
    const error = failure(() => parseParameters(sma, texts))
    expect(error.message).toContain(name)
    expect(`${error.message} ${error.hint ?? ''}`).toContain(hint)
    expect(error.exit).toBe(2)
  })

  it('are described with range, default and meaning', () => {
    expect(describeParameters(sma)[0]).toEqual({
      name: 'fast',
      range: 'integer from 1 to 100000',
      preset: '20',
      description: 'values in the fast average',
    })
    expect(() => checkParameters(sma, { fast: 'x' })).toThrow(UsageError)
  })
})

describe('definitions', () => {
  it('says what is missing from a strategy', () => {
    expect(strategyFault(undefined)).toContain('default export')
    expect(strategyFault({ name: 'No Name' })).toContain('name')
    expect(strategyFault({ name: 'a', description: '' })).toContain('params')
    expect(strategyFault({ name: 'a', description: '', params: z.object({}) })).toContain('create')
    expect(() => defineStrategy({ name: 'A', description: '', params: z.object({}), create: () => ({}) })).toThrow(
      /name/,
    )
    expect(isStrategy({ name: 'a' })).toBe(false)
    expect(isStrategy(sma)).toBe(true)
  })

  it('finds a strategy by name, or the nearest', () => {
    expect(strategyNamed('sma')).toBe(sma)
    expect(failure(() => strategyNamed('smaa')).hint).toContain('did you mean sma')
  })

  it.each(STRATEGIES.map(strategy => [strategy.name, strategy] as const))(
    '%s is whole and documented',
    (_name, strategy) => {
      const parameters = parseParameters(strategy, {})
      expect(isStrategy(strategy)).toBe(true)
      expect(strategy.description.length).toBeGreaterThan(20)
      expect(describeParameters(strategy).every(parameter => parameter.description !== '')).toBe(true)
      expect(strategy.warmup(parameters)).toBeGreaterThanOrEqual(0)
    },
  )
})

describe('sma', () => {
  const prices = [10, 10, 10, 11, 12, 13, 12, 10, 8, 7]

  it('signals at the crossings, on trades or on closed candles', () => {
    const parameters = parseParameters(sma, { fast: '1', slow: '3' })
    const told = (feed: 'trade' | 'candle') => {
      const desk = bench({ strategy: sma, parameters, capital: '1000' })
      prices.forEach((price, index) =>
        desk.feed(
          feed === 'trade'
            ? tradeOf(price, 100, 'buy', index + 1)
            : candleOf([price, price, price, price], (index + 1) * 3_600_000_000),
        ),
      )
      return desk.events
        .filter(event => event.type === 'signal')
        .map(({ direction, time }) => [direction, time % 3_600_000_000 || time / 3_600_000_000])
    }
    // The first difference that is not zero only says which side the averages are on.
    expect(told('trade')).toEqual([['flat', 7]])
    expect(told('candle')).toEqual([['flat', 7]])
  })

  it('goes short where it is told to and the account can', () => {
    const parameters = parseParameters(sma, { fast: '1', slow: '3', short: 'true', size: '1' })
    const desk = bench({ strategy: sma, parameters, account: 'margin', capital: '1000' })
    prices.forEach((price, index) => desk.feed(tradeOf(price, 100, 'buy', index + 1)))
    expect(desk.desk.summary().positions[0]!.size).toBe('-1')
  })
})

describe('the others', () => {
  it('grid answers each fill a step away', () => {
    const grid = strategyNamed('grid')
    const desk = bench({ strategy: grid, parameters: parseParameters(grid, { levels: '2', step: '1', size: '1' }) })
    desk.feed(quoteOf([98.4, 50], [100, 50], 1), tradeOf(100, 1, 'buy', 2), tradeOf(98.5, 5, 'sell', 3))
    const orders = desk.events.filter(event => event.type === 'order').filter(({ status }) => status === 'submitted')
    expect(orders.map(({ side, price }) => [side, price])).toEqual([['buy', '99'], ['buy', '98'], ['sell', '99.99']]) // prettier-ignore
  })

  it('market-maker leans against its inventory and stays within it', () => {
    const maker = strategyNamed('market-maker')
    const parameters = parseParameters(maker, { spread: '10', skew: '10', size: '1', inventory: '2' })
    const desk = bench({ strategy: maker, parameters, capital: '1000' })
    desk.feed(quoteOf([99.95, 50], [100.05, 50], 1), tradeOf(99.8, 9, 'sell', 2), quoteOf([99.95, 50], [100.05, 50], 3))
    for (let time = 4; time < 40; time++) desk.feed(tradeOf(99 - time / 10, 9, 'sell', time))
    const { positions } = desk.desk.summary()
    expect(Number(positions[0]!.size)).toBeGreaterThan(0)
    expect(Number(positions[0]!.size)).toBeLessThanOrEqual(2)
    expect(desk.events.some(event => event.type === 'order' && event.side === 'sell')).toBe(true)
  })

  it('puts prices on the step without binary dust', () => {
    expect([onStep(0.3, 0.1, 'down'), onStep(0.30000001, 0.1, 'up'), onStep(61_837.637, 0.01, 'down')]).toEqual([
      '0.3',
      '0.4',
      '61837.63',
    ])
  })

  if (hasShared('recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz')) {
    it('all trade their defaults on an ordinary recording', () => {
      const trades = sharedLines('recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz').flatMap(line => {
        if (!line.includes('"e":"trade"') && !line.includes('bookTicker')) return []
        const { data } = JSON.parse(line) as { data: Readonly<Record<string, unknown>> }
        return [data]
      })
      for (const strategy of STRATEGIES) {
        const desk = bench({ strategy, parameters: parseParameters(strategy, {}), capital: '10000', latencyMs: 50 })
        let time = 0
        for (const data of trades.slice(0, 12_000)) {
          if (data['e'] === 'trade') {
            time = Number(data['T']) * 1_000
            desk.desk.advance(time)
            desk.feed({
              ...tradeOf(Number(data['p']), Number(data['q']), data['m'] === true ? 'sell' : 'buy', time),
              ...HEAD,
            })
          } else if (time > 0) {
            desk.feed(quoteOf([Number(data['b']), Number(data['B'])], [Number(data['a']), Number(data['A'])], time))
          }
        }
        const { counts, failure: failed } = desk.desk.summary()
        expect([strategy.name, failed]).toEqual([strategy.name, null])
        expect(counts.fills, strategy.name).toBeGreaterThan(0)
      }
    })
  }
})
