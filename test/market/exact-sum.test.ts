/** The exact sum against whole numbers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactSum } from '../../src/market/exact-sum.js'

const sumOf = (...values: number[]): ExactSum => {
  const sum = new ExactSum()
  for (const value of values) sum.add(value)
  return sum
}

describe('ExactSum', () => {
  it('is the exact decimal sum of what was added', () => {
    const value = fc.record({
      digits: fc.integer({ min: 0, max: 999_999_999_999 }),
      decimals: fc.integer({ min: 0, max: 12 }),
    })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 100 }), values => {
        const doubles = values.map(({ digits, decimals }) => Number(`${String(digits)}e-${String(decimals)}`))
        const units = values.reduce(
          (sum, { digits, decimals }) => sum + BigInt(digits) * 10n ** BigInt(12 - decimals),
          0n,
        )
        const text = String(units).padStart(13, '0')
        const expected = `${text.slice(0, -12)}.${text.slice(-12)}`.replace(/\.?0+$/, '')
        const sum = sumOf(...doubles)
        expect(sum.toNumber()).toBe(Number(expected))
        expect(sum.toString()).toBe(expected === '' ? '0' : expected)
      }),
      { numRuns: 500 },
    )
  })

  it('does not drift, and starts anew', () => {
    expect(sumOf(0.1, 0.2).toNumber()).toBe(0.3)
    expect(sumOf(...new Array<number>(10_000).fill(0.1)).toString()).toBe('1000')
    expect(sumOf(1e-12, 5).toString()).toBe('5.000000000001')
    expect(sumOf(9_007_199_254_740_992, 1).toString()).toBe('9007199254740993')
    expect(sumOf(0.5, -0.7).toString()).toBe('-0.2')
    const sum = sumOf(1e-12, 3)
    sum.reset()
    expect(sum.toString()).toBe('0')
  })
})
