import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EquityCurve } from '../../src/trading/equity-curve.js'

describe('the equity curve', () => {
  it('has a sample at every boundary of its interval, each with what stood then', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 400_000_000 }), { minLength: 1, maxLength: 2_000 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (steps, intervalMs) => {
        const curve = new EquityCurve(intervalMs)
        const changes: { time: number; equity: number }[] = []
        let now = 1_732_400_000_000_123
        for (const [index, step] of steps.entries()) {
          now += step
          if (curve.isDue(now)) curve.advance(now, index, 0)
          changes.push({ time: now, equity: index + 1 })
        }
        const { samples, intervalMicros } = curve
        expect(samples.length).toBeLessThan(8_192)
        let stood = 0
        const wrong = samples.find(({ time, equity }, index) => {
          while ((changes[stood]?.time ?? Infinity) < time) stood++
          // Before a change at this very time, which is booked after the sample.
          const before = changes[stood - 1]?.equity ?? 0
          const previous = samples[index - 1]?.time ?? time - intervalMicros
          return time % intervalMicros !== 0 || time - previous !== intervalMicros || equity !== before
        })
        expect(wrong).toBeUndefined()
      }),
      { numRuns: 20 },
    )
  })
})
