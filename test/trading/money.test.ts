import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, floorTo, isMultiple, textOf } from '../../src/trading/money.js'

const amount = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat({ max: 99_999_999 }))
  .map(([whole, part]) => decimal(`${whole}.${String(part).padStart(8, '0')}`))
const step = fc.constantFrom('0.00000001', '0.001', '0.1', '1', '10', '0.5', '0.025', '3').map(decimal)

describe('floorTo', () => {
  it('is the value less what is left of its division by the step, for every step', () => {
    fc.assert(
      fc.property(amount, step, (value, by) => {
        expect(textOf(floorTo(value, by))).toBe(textOf(value.minus(value.mod(by))))
        expect(isMultiple(value, by)).toBe(value.mod(by).eq(0))
        expect(isMultiple(floorTo(value, by), by)).toBe(true)
      }),
    )
  })
})
