/** Numbers as exchanges send them, read strictly: exact or refused, never rounded. */
import { DecodeError } from './errors.js'

const DECIMAL = /^-?\d+(?:\.\d+)?$/
const DECIMAL_OR_EXPONENT = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
const HAS_EXPONENT = /[eE]/
const LONGEST = 40

/**
 * Reads a decimal that must print back as it came (trailing zeros aside).
 * Every decimal of at most 15 significant digits survives a double; longer ones are compared with what the double prints.
 * @throws DecodeError `number` where the text is no plain decimal or too long, `inexact` where a double cannot hold it.
 */
export function exactNumber(value: unknown, field: string): number {
  if (typeof value === 'number') return finite(value, field)
  if (typeof value !== 'string' || value.length > LONGEST || !DECIMAL.test(value)) throw notANumber(value, field)
  const number = Number(value)
  if (value.length > 15 && plainDecimal(number) !== canonical(value)) {
    throw new DecodeError('inexact', `${field}: ${value} cannot be held exactly`)
  }
  return number === 0 ? 0 : number
}

/**
 * The same for exchanges that write exponents (`1e-7`), which say so in their adapter.
 * @throws DecodeError as {@link exactNumber}.
 */
export function exactNumberWithExponent(value: unknown, field: string): number {
  if (typeof value !== 'string' || !HAS_EXPONENT.test(value)) return exactNumber(value, field)
  if (value.length > LONGEST || !DECIMAL_OR_EXPONENT.test(value)) throw notANumber(value, field)
  return exactNumber(expandExponent(value), field)
}

/** @throws DecodeError `number` unless the value is greater than zero. */
export function exactPrice(value: unknown, field: string): number {
  const number = exactNumber(value, field)
  if (number <= 0) throw new DecodeError('number', `${field}: ${String(value)} is not above zero`)
  return number
}

/** @throws DecodeError `number` unless the value is zero or more. */
export function exactSize(value: unknown, field: string): number {
  const number = exactNumber(value, field)
  if (number < 0) throw new DecodeError('number', `${field}: ${String(value)} is below zero`)
  return number
}

/** An id as text, whether the exchange sent a string or an integer; integers beyond 2^53 must arrive as text. */
export function idText(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 128) return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new DecodeError('field', `${field}: ${String(value)} is no id`)
}

/** A sequence number. @throws DecodeError `field` unless it is an integer that a double holds exactly. */
export function sequenceNumber(value: unknown, field: string): number {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new DecodeError('field', `${field}: ${String(value)} is no sequence number`)
}

function finite(value: number, field: string): number {
  if (!Number.isFinite(value)) throw notANumber(value, field)
  return value === 0 ? 0 : value
}

function notANumber(value: unknown, field: string): DecodeError {
  return new DecodeError('number', `${field}: ${printable(value)} is no decimal`)
}

function printable(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 60)}"` : `a value of type ${typeof value}`
}

/** Strips the zeros that carry no value: `0097.500` → `97.5`, `-0.0` → `0`. */
export function canonical(text: string): string {
  const negative = text.startsWith('-')
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.')
  const integer = whole.replace(/^0+(?=\d)/, '')
  const decimals = fraction.replace(/0+$/, '')
  const digits = decimals === '' ? integer : `${integer}.${decimals}`
  return negative && digits !== '0' ? `-${digits}` : digits
}

/** A double in plain decimal notation, shortest digits that read back to it; never an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value)
  return text.includes('e') ? expandExponent(text) : text
}

function expandExponent(text: string): string {
  const [mantissa = '', exponentText] = text.toLowerCase().split('e')
  if (exponentText === undefined) return text
  const negative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = (negative ? mantissa.slice(1) : mantissa).split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponentText)
  if (Math.abs(point) > 400) return text
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits + '0'.repeat(point - digits.length)
        : `${digits.slice(0, point)}.${digits.slice(point)}`
  return canonical(negative ? `-${plain}` : plain)
}
