import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChartCandles, coarsen } from '../../src/session/chart-candles.js'

const SECOND = 1_000_000

describe('candles for a chart', () => {
  it('gather the prices of each second', () => {
    const candles = new ChartCandles({ most: () => 100 })
    for (const [time, price] of [[0.1, 5], [0.4, 9], [0.9, 4], [2.2, 6]] as const) candles.price(time * SECOND, price) // prettier-ignore
    expect(candles.series()).toEqual({
      interval: SECOND,
      anchor: 0,
      bars: [
        { start: 0, open: 5, high: 9, low: 4, close: 4 },
        { start: 2 * SECOND, open: 6, high: 6, low: 6, close: 6 },
      ],
    })
  })

  it('never exceed their bound and keep the first, the last and the extremes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 1_000 })), { minLength: 1, maxLength: 300 }),
        steps => {
          const candles = new ChartCandles({ most: () => 20 })
          let time = 0
          for (const [step, price] of steps) candles.price((time += step * SECOND), price)
          const { bars, interval } = candles.series()
          const prices = steps.map(([, price]) => price)
          expect(bars.length).toBeLessThanOrEqual(20)
          expect(bars[0]!.open).toBe(prices[0])
          expect(bars.at(-1)!.close).toBe(prices.at(-1))
          expect(Math.max(...bars.map(bar => bar.high))).toBe(Math.max(...prices))
          expect(Math.min(...bars.map(bar => bar.low))).toBe(Math.min(...prices))
          expect(bars.every(bar => bar.start % interval === 0)).toBe(true)
        },
      ),
    ) // prettier-ignore
  })

  it('take a newer state of the same candle, and pass over what is older', () => {
    const candles = new ChartCandles({ interval: 60 * SECOND, anchor: 30 * SECOND, most: () => 100 })
    candles.bar(30 * SECOND, 10, 11, 9, 10)
    candles.bar(30 * SECOND, 10, 12, 9, 11)
    candles.bar(0, 1, 1, 1, 1)
    expect(candles.series().bars).toEqual([{ start: 30 * SECOND, open: 10, high: 12, low: 9, close: 11 }])
  })

  it('are made longer by whole steps, from a candle length of any kind as well', () => {
    const bars = [0, 180, 360, 540].map(start => ({ start: start * SECOND, open: 1, high: 2, low: 1, close: 2 }))
    const longer = coarsen({ interval: 180 * SECOND, anchor: 0, bars })
    expect(longer.interval).toBe(900 * SECOND)
    expect(longer.bars).toEqual([{ start: 0, open: 1, high: 2, low: 1, close: 2 }])
    expect(coarsen({ interval: 2 * 86_400 * SECOND, anchor: 0, bars: [] }).interval).toBe(4 * 86_400 * SECOND)
  })
})
