/** Exact decimals: the only numbers in which money is counted. */
import { plainDecimal } from '../model/number.js'
import type { Amount, DecimalText } from '../model/trading.js'
import { decimalOfNumber, readDecimal, type Decimal } from './decimal.js'

export type { Decimal } from './decimal.js'

export const ZERO: Decimal = readDecimal('0')
export const ONE: Decimal = readDecimal('1')
/** The size step where the exchange tells none: shares of a queue must not end in endless digits. */
export const FINEST: Decimal = readDecimal('0.00000001')

/** @throws Error where the text is no decimal. */
export function decimal(text: DecimalText): Decimal {
  return readDecimal(text)
}

/** The shortest decimal that reads back to `value`; exchanges' prices and sizes come back digit for digit. */
export function decimalOf(value: number): Decimal {
  return decimalOfNumber(value)
}

const PLAIN = /^-?\d{1,30}(?:\.\d{1,30})?$/

/** What a user or strategy wrote, where it is a finite plain decimal; undefined otherwise (NaN, Infinity, `''`, `1e3x`). */
export function readAmount(amount: Amount | undefined): Decimal | undefined {
  if (typeof amount === 'number') return readNumber(amount)
  if (typeof amount !== 'string' || !PLAIN.test(amount)) return undefined
  return readDecimal(amount)
}

/** In this range a double prints with few enough digits for {@link PLAIN}. */
const [LEAST, MOST] = [1e-6, 1e15] as const

function readNumber(amount: number): Decimal | undefined {
  const magnitude = Math.abs(amount)
  if (magnitude >= LEAST && magnitude < MOST) return decimalOfNumber(amount)
  return Number.isFinite(amount) ? readAmount(plainDecimal(amount)) : undefined
}

/** Plain notation, no trailing zeros, never an exponent. */
export function textOf(value: Decimal): DecimalText {
  return value.toString()
}

/** Quotient to 24 decimal places, half to even: the one operation that rounds, and its callers keep the remainder. */
export function divide(dividend: Decimal, divisor: Decimal): Decimal {
  return dividend.div(divisor, 24)
}

/** Quotient to 12 places, for showing to people. */
export function divideForDisplay(dividend: Decimal, divisor: Decimal): Decimal {
  return dividend.div(divisor, 12)
}

/** The largest multiple of `step` not above `value` (towards zero). */
export function floorTo(value: Decimal, step: Decimal): Decimal {
  const places = step.placesOfTenth
  // Steps are powers of ten nearly always, and cutting digits off costs less than a division.
  return places === null ? value.minus(value.mod(step)) : value.round(places, 'down')
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  return value.mod(step).isZero
}

export function smaller(left: Decimal, right: Decimal): Decimal {
  return left.lt(right) ? left : right
}

export function larger(left: Decimal, right: Decimal): Decimal {
  return left.gt(right) ? left : right
}

/** For decisions and charts, never for sums of money. */
export function toNumber(value: Decimal): number {
  return value.toNumber()
}
