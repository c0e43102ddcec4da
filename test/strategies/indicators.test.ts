import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Extreme } from '../../src/strategies/indicators/extremes.js'
import { Macd } from '../../src/strategies/indicators/macd.js'
import { Sma } from '../../src/strategies/indicators/sma.js'
import { Stddev } from '../../src/strategies/indicators/stddev.js'

const series = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { maxLength: 60 })
const length = fc.integer({ min: 1, max: 12 })

describe('incremental indicators equal the same taken anew over the window', () => {
  it('highest and lowest', () => {
    fc.assert(
      fc.property(series, length, (values, n) => {
        const [highest, lowest] = [new Extreme(n, 'highest'), new Extreme(n, 'lowest')]
        values.forEach((value, index) => {
          const window = values.slice(Math.max(0, index - n + 1), index + 1)
          const full = window.length === n
          expect(highest.update(value)).toBe(full ? Math.max(...window) : Number.NaN)
          expect(lowest.update(value)).toBe(full ? Math.min(...window) : Number.NaN)
        })
      }),
    )
  })

  it('mean and standard deviation', () => {
    fc.assert(
      fc.property(series, length, (values, n) => {
        const [sma, deviation] = [new Sma(n), new Stddev(n)]
        values.forEach((value, index) => {
          const [mean, spread] = [sma.update(value), deviation.update(value)]
          const window = values.slice(Math.max(0, index - n + 1), index + 1)
          if (window.length < n) {
            expect([mean, spread]).toEqual([Number.NaN, Number.NaN])
            return
          }
          const middle = window.reduce((sum, entry) => sum + entry, 0) / n
          expect(mean).toBeCloseTo(middle, 9)
          expect(spread).toBeCloseTo(Math.sqrt(window.reduce((sum, entry) => sum + (entry - middle) ** 2, 0) / n), 5)
        })
      }),
    )
  })

  it('the signal of a MACD starts when its slow average has', () => {
    const macd = new Macd(2, 4, 3)
    const histograms = [1, 2, 4, 8, 16, 32].map(value => macd.update(value))
    expect(histograms.map(Number.isNaN)).toEqual([true, true, true, true, true, false])
  })
})
