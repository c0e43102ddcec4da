import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFaults } from '../../../src/feed/embedded/fault-plan.js'
import { faultsOf, REQUIRED_PER_INTENSITY, stormOf } from '../../../src/session/chaos/storm.js'

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const intensities = fc.integer({ min: 1, max: 1000 })

describe('a storm', () => {
  it('follows from its seed alone', () => {
    fc.assert(
      fc.property(intensities, seeds, (intensity, seed) => {
        expect(stormOf(intensity, seed)).toEqual(stormOf(intensity, seed))
      }),
    )
    expect(stormOf(1000, 1)).not.toEqual(stormOf(1000, 2))
  })

  it('strikes at least every two seconds until its last strike, which is a silence', () => {
    fc.assert(
      fc.property(intensities, seeds, (intensity, seed) => {
        const { strikes, seconds } = stormOf(intensity, seed)
        let last = 0
        for (const { atSeconds } of strikes) {
          expect(atSeconds - last).toBeGreaterThan(0)
          expect(atSeconds - last).toBeLessThanOrEqual(2)
          last = atSeconds
        }
        expect(strikes.at(-1)?.what).toBe('stall')
        expect(last).toBeLessThan(seconds)
      }),
    )
  })

  it('offers more than is required, 10,000 messages a second at the highest intensity', () => {
    fc.assert(
      fc.property(intensities, seeds, (intensity, seed) => {
        expect(stormOf(intensity, seed).messagesPerSecond).toBeGreaterThan(intensity * REQUIRED_PER_INTENSITY)
      }),
    )
    expect(stormOf(1000, 1).messagesPerSecond).toBeGreaterThan(10_000)
  })

  it('is a fault plan of the embedded exchange, with its strikes by the messages of all lines together', () => {
    const storm = stormOf(1000, 5)
    const one = parseFaults(faultsOf(storm, 1))
    const two = parseFaults(faultsOf(storm, 2))
    expect(one.triggers.map(({ what }) => what)).toEqual(storm.strikes.map(({ what }) => what))
    expect(one.garbage).toBeGreaterThan(0)
    expect(one.duplicate).toBeGreaterThan(0)
    for (const [index, { after }] of one.triggers.entries()) {
      expect(Math.abs((two.triggers[index]?.after ?? 0) - 2 * after)).toBeLessThanOrEqual(1)
    }
  })
})
