import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/engine/histogram.js'

const value = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
  fc.maxSafeInteger(),
)

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const each of values) histogram.record(each)
  return histogram
}

describe('Histogram', () => {
  it('knows count, minimum and maximum exactly and each percentile within 1.6 %', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const histogram = histogramOf(values)
        const sorted = [...values].sort((a, b) => a - b)
        const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!
        expect(histogram.count).toBe(values.length)
        expect(histogram.min).toBe(sorted[0])
        expect(histogram.max).toBe(sorted.at(-1))
        expect(Math.abs(histogram.percentile(percent)! - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.016 + 0.5)
      }),
    )
  })

  it('is exact below 64', () => {
    const histogram = histogramOf([3, 1, 2, -5, 63])
    expect([20, 40, 60, 80, 100].map(percent => histogram.percentile(percent))).toEqual([-5, 1, 2, 3, 63])
    expect(histogram.summary()).toEqual({ p50: 2, p99: 63, max: 63 })
  })

  it('merged equals recorded together', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (left, right) => {
        const merged = histogramOf(left)
        merged.merge(histogramOf(right))
        const together = histogramOf([...left, ...right])
        for (const percent of [1, 50, 99, 100]) expect(merged.percentile(percent)).toBe(together.percentile(percent))
        expect([merged.count, merged.min, merged.max]).toEqual([together.count, together.min, together.max])
      }),
    )
  })

  it('says null while it knows nothing, refuses what is no number, and forgets on reset', () => {
    const histogram = new Histogram()
    expect(histogram.record(Number.NaN)).toBe(false)
    expect(histogram.record(Infinity)).toBe(false)
    expect(histogram.summary()).toEqual({ p50: null, p99: null, max: null })
    expect(histogram.mean).toBeNull()
    histogram.record(-7)
    expect(histogram.mean).toBe(-7)
    histogram.reset()
    expect([histogram.count, histogram.min, histogram.max]).toEqual([0, null, null])
  })
})
