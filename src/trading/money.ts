/** Exact decimals: the only numbers in which money is counted. */
import BigConstructor from 'big.js'
import { plainDecimal } from '../model/number.js'
import type { Amount, DecimalText } from '../model/trading.js'

/** An exact decimal. Sums, differences and products are exact; only {@link divide} rounds. */
export type Decimal = BigConstructor

const Exact = BigConstructor()
Exact.DP = 24
Exact.RM = 2
Exact.NE = -1_000
Exact.PE = 1_000

export const ZERO: Decimal = new Exact(0)
export const ONE: Decimal = new Exact(1)

/** @throws Error where the text is no decimal. */
export function decimal(text: DecimalText): Decimal {
  return new Exact(text)
}

/** The shortest decimal that reads back to `value`; exchanges' prices and sizes come back digit for digit. */
export function decimalOf(value: number): Decimal {
  return new Exact(plainDecimal(value))
}

const PLAIN = /^-?\d{1,30}(?:\.\d{1,30})?$/

/** What a user or strategy wrote, where it is a finite plain decimal; undefined otherwise (NaN, Infinity, `''`, `1e3x`). */
export function readAmount(amount: Amount | undefined): Decimal | undefined {
  if (typeof amount === 'number') return Number.isFinite(amount) ? readAmount(plainDecimal(amount)) : undefined
  if (typeof amount !== 'string' || !PLAIN.test(amount)) return undefined
  return new Exact(amount)
}

/** Plain notation, no trailing zeros, never an exponent. */
export function textOf(value: Decimal): DecimalText {
  return value.toFixed()
}

/** Quotient to 24 decimal places, half to even: the one operation that rounds, and its callers keep the remainder. */
export function divide(dividend: Decimal, divisor: Decimal): Decimal {
  return dividend.div(divisor)
}

const Shown = BigConstructor()
Shown.DP = 12
Shown.RM = 2

/** Quotient to 12 places, for showing to people. */
export function divideForDisplay(dividend: Decimal, divisor: Decimal): Decimal {
  return new Shown(dividend).div(divisor)
}

/** The largest multiple of `step` not above `value` (towards zero). */
export function floorTo(value: Decimal, step: Decimal): Decimal {
  const decimals = decimalsOfStep(step)
  // Steps are powers of ten nearly always, and cutting digits off costs a tenth of a division.
  if (decimals === null) return value.minus(value.mod(step))
  return decimalsOf(value) <= decimals ? value : value.round(decimals, 0)
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  const decimals = decimalsOfStep(step)
  return decimals === null ? value.mod(step).eq(ZERO) : decimalsOf(value) <= decimals
}

/** n where `step` is 10^-n with n ≥ 0, else null. */
function decimalsOfStep({ c, e }: Decimal): number | null {
  return c.length === 1 && c[0] === 1 && e <= 0 ? -e : null
}

function decimalsOf({ c, e }: Decimal): number {
  return c.length - 1 - e
}

export function smaller(left: Decimal, right: Decimal): Decimal {
  return left.lt(right) ? left : right
}

export function larger(left: Decimal, right: Decimal): Decimal {
  return left.gt(right) ? left : right
}

/** For decisions and charts, never for sums of money. */
export function toNumber(value: Decimal): number {
  return Number(value.toFixed())
}
