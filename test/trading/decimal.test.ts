import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalOfNumber, readDecimal, type Decimal } from '../../src/trading/decimal.js'

/** The slow twin: digit by digit, with the same places and the same rounding. */
const Twin = Big()
Twin.RM = 2

const digits = (most: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^\\d{1,${most}}$`))
/** Short ones stay in doubles, long ones do not, and some lie on the border between the two. */
const text = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), digits(7), digits(8)).map(([sign, whole, part]) => `${sign}${whole}.${part}`),
  fc.tuple(fc.constantFrom('', '-'), digits(25), digits(25)).map(([sign, whole, part]) => `${sign}${whole}.${part}`),
  fc.tuple(fc.constantFrom('', '-'), digits(16)).map(([sign, whole]) => sign + whole),
  fc.bigInt(2n ** 53n - 20n, 2n ** 53n + 20n).map(String),
  fc.bigInt(2n ** 53n - 20n, 2n ** 53n + 20n).map(units => `-${String(units).slice(0, -8)}.${String(units).slice(-8)}`),
  fc.constantFrom('0', '-0', '0.000', '1', '-1', '10', '0.5', '0.25', '100000000000000000000', '0.00000001', '2.5e-7'),
)
const pair = fc.tuple(text, text)

function same(mine: Decimal, twin: Big): void {
  const plain = twin.toFixed()
  expect(mine.toString()).toBe(plain)
  expect(mine.toNumber()).toBe(Number(plain))
  expect(mine.isZero).toBe(twin.eq(0))
  expect(mine.isNegative).toBe(twin.lt(0))
}

describe('decimals against big.js', () => {
  it('reads and prints', () => {
    fc.assert(
      fc.property(text, value => same(readDecimal(value), new Twin(value))),
      { numRuns: 2_000 },
    )
  })

  it('reads numbers as they print', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e25, max: 1e25 }),
      fc.tuple(fc.nat(10 ** 9), fc.nat(9)).map(([units, places]) => units / 10 ** places),
    )
    fc.assert(
      fc.property(number, value => same(decimalOfNumber(value), new Twin(value))),
      { numRuns: 5_000 },
    )
  })

  it('adds, subtracts and multiplies', () => {
    fc.assert(
      fc.property(pair, ([left, right]) => {
        const [mine, other, twin] = [readDecimal(left), readDecimal(right), new Twin(left)]
        same(mine.plus(other), twin.plus(right))
        same(mine.minus(other), twin.minus(right))
        same(mine.times(other), twin.times(right))
        same(mine.abs(), twin.abs())
        same(mine.negated(), twin.times(-1))
        expect(mine.plus(right).eq(mine.plus(other))).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  it('compares', () => {
    const near = fc.oneof(
      pair,
      text.map(value => [value, value] as const),
      text.map(value => [value, new Twin(value).plus('0.00000001').toFixed()] as const),
    )
    fc.assert(
      fc.property(near, ([left, right]) => {
        const [mine, other, twin] = [readDecimal(left), readDecimal(right), new Twin(left)]
        expect(mine.eq(other)).toBe(twin.eq(right))
        expect(mine.lt(other)).toBe(twin.lt(right))
        expect(mine.lte(other)).toBe(twin.lte(right))
        expect(mine.gt(other)).toBe(twin.gt(right))
        expect(mine.gte(other)).toBe(twin.gte(right))
      }),
      { numRuns: 5_000 },
    )
  })

  it('divides, half to even', () => {
    fc.assert(
      fc.property(pair, fc.constantFrom(0, 1, 12, 24), ([left, right], places) => {
        Twin.DP = places
        if (new Twin(right).eq(0)) expect(() => readDecimal(left).div(readDecimal(right), places)).toThrow()
        else same(readDecimal(left).div(readDecimal(right), places), new Twin(left).div(right))
      }),
      { numRuns: 5_000 },
    )
  })

  it('rounds halves to the even neighbour', () => {
    const halves = fc.tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.constantFrom('2', '4', '8', '-2', '16'))
    fc.assert(
      fc.property(halves, fc.nat(3), ([left, right], places) => {
        Twin.DP = places
        same(readDecimal(String(left)).div(readDecimal(right), places), new Twin(left).div(right))
      }),
    )
  })

  it('takes remainders', () => {
    fc.assert(
      fc.property(pair, ([left, right]) => {
        if (new Twin(right).eq(0)) return
        same(readDecimal(left).mod(readDecimal(right)), new Twin(left).mod(right))
      }),
    )
  })

  it('rounds to places, down and up', () => {
    fc.assert(
      fc.property(text, fc.nat(26), (value, places) => {
        same(readDecimal(value).round(places, 'down'), new Twin(value).round(places, 0))
        same(readDecimal(value).round(places, 'up'), new Twin(value).round(places, 3))
      }),
      { numRuns: 2_000 },
    )
  })

  it('stays the same through long chains of bookings', () => {
    const step = fc.tuple(
      fc.constantFrom('plus', 'minus', 'times'),
      fc.constantFrom('0.38375', '97123.45', '-0.00000001', '3'),
    )
    fc.assert(
      fc.property(text, fc.array(step, { maxLength: 30 }), (start, steps) => {
        let mine = readDecimal(start)
        let twin = new Twin(start)
        for (const [operation, value] of steps) {
          mine = mine[operation](value)
          twin = twin[operation](value)
        }
        same(mine, twin)
      }),
    )
  })

  it.each(['', '-', '.', '-.', '1.2.3', '1e', ' 1', '1 ', '0x10', 'NaN', 'Infinity', '１'])('refuses %j', wrong => {
    expect(() => readDecimal(wrong)).toThrow('is no decimal')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the number %d', wrong => {
    expect(() => decimalOfNumber(wrong)).toThrow('is no decimal')
  })
})
