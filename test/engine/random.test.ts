import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next())

describe('Random', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(draws(new Random(one), 20)).toEqual(draws(new Random(one), 20))
        fc.pre(one !== other)
        expect(draws(new Random(one), 4)).not.toEqual(draws(new Random(other), 4))
      }),
    )
  })

  it('keeps its numbers from release to release, for recorded seeds depend on them', () => {
    expect(draws(new Random(1), 4)).toEqual(PINNED)
  })

  it('forks by label alone, whatever was drawn before', () => {
    const used = new Random('market')
    draws(used, 1_000)
    expect(draws(used.fork('trades'), 10)).toEqual(draws(new Random('market').fork('trades'), 10))
    expect(draws(used.fork('trades'), 10)).not.toEqual(draws(used.fork('quotes'), 10))
  })

  it('draws integers from the whole range, both ends included, without favour', () => {
    const random = new Random('dice')
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 60_000; draw++) {
      const value = random.int(-2, 3)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it('stays inside any range of integers', () => {
    const bound = fc.integer({ min: -(2 ** 50), max: 2 ** 50 })
    fc.assert(
      fc.property(bound, bound, fc.nat(), (a, b, seed) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const value = new Random(seed).int(low, high)
        expect(value).toBeGreaterThanOrEqual(low)
        expect(value).toBeLessThanOrEqual(high)
        expect(Number.isInteger(value)).toBe(true)
      }),
    )
    expect(() => new Random(1).int(1, 0)).toThrow(RangeError)
  })

  it('has the mean and deviation that each distribution promises', () => {
    const random = new Random('moments')
    const moments = (draw: () => number): { mean: number; deviation: number } => {
      const values = Array.from({ length: 40_000 }, draw)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      return { mean, deviation: Math.sqrt(square) }
    }
    const uniform = moments(() => random.uniform(2, 4))
    expect(uniform.mean).toBeCloseTo(3, 1)
    expect(uniform.deviation).toBeCloseTo(1 / Math.sqrt(3), 1)
    const normal = moments(() => random.normal(10, 2))
    expect(normal.mean).toBeCloseTo(10, 1)
    expect(normal.deviation).toBeCloseTo(2, 1)
    const waiting = moments(() => random.exponential(4))
    expect(waiting.mean).toBeCloseTo(0.25, 1)
    expect(waiting.deviation).toBeCloseTo(0.25, 1)
  })

  it('picks and shuffles without losing anything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), (items, seed) => {
        const random = new Random(seed)
        expect(items).toContain(random.pick(items))
        expect([...random.shuffle(items)].sort()).toEqual([...items].sort())
      }),
    )
    expect(() => new Random(1).pick([])).toThrow(RangeError)
  })
})

const PINNED: readonly number[] = [194_122_539, 2_790_205_013, 2_479_500_261, 1_780_500_583]
