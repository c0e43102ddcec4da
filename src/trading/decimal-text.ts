/** Decimals between text and whole units of a power of ten. */

/** The value is `units / 10 ** scale`. */
export interface Units {
  readonly units: number | bigint
  readonly scale: number
}

/** Powers of ten that a double holds exactly, and so the quotient of a whole number by them is rounded once. */
export const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const BIG_POWERS = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent))
/** A decimal of at most fifteen digits is the one that its double prints. */
export const SHORT = 1e15

const NUMERIC = /^(-?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d{1,4}))?$/i
/** Character codes; the digits lie between. */
const [MINUS, POINT, DIGIT_0, DIGIT_9] = [45, 46, 48, 57] as const

/** 10^exponent; 1 where the exponent is below zero. */
export function bigPower(exponent: number): bigint {
  return BIG_POWERS[Math.max(exponent, 0)] ?? 10n ** BigInt(exponent)
}

/** Digits with or without sign, point and exponent. @throws Error where the text is no decimal. */
export function readUnits(text: string): Units {
  return readShort(text) ?? readAny(text)
}

/** Plain text of at most fifteen digits; undefined for all else. */
function readShort(text: string): Units | undefined {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0
  let units = 0
  let point = -1
  for (let at = first; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= DIGIT_0 && code <= DIGIT_9) units = units * 10 + (code - DIGIT_0)
    else if (code === POINT && point < 0) point = at
    else return undefined
  }
  const digits = text.length - first - (point < 0 ? 0 : 1)
  if (digits === 0 || digits > 15) return undefined
  let scale = point < 0 ? 0 : text.length - 1 - point
  for (; scale > 0 && units % 10 === 0; scale--) units /= 10
  return { units: first === 0 ? units : -units, scale }
}

function readAny(text: string): Units {
  const [, sign, whole = '', decimals, only, exponent = '0'] = NUMERIC.exec(text) ?? []
  if (sign === undefined) throw new Error(`"${text.slice(0, 60)}" is no decimal`)
  const fraction = (decimals ?? only ?? '').replace(/0+$/, '')
  const scale = fraction.length - Number(exponent)
  const units = BigInt(whole + fraction) * bigPower(-scale)
  return { units: sign === '' ? units : -units, scale: Math.max(scale, 0) }
}

/** Plain notation, no trailing zeros, never an exponent. */
export function printUnits(units: number | bigint, scale: number): string {
  if (scale === 0) return String(units)
  if (typeof units === 'number' && scale <= PRINTED_IN_PARTS) return printParts(units, scale)
  return printDigits(String(units), scale)
}

/** So many decimal places that a fraction with a one before it is still a small integer, which prints faster than any other number. */
const PRINTED_IN_PARTS = 8

function printParts(units: number, scale: number): string {
  const power = POWERS[scale] as number
  const magnitude = Math.abs(units)
  // Below 2^53 no quotient is rounded up to the next whole number, and what is taken off here is exact.
  const whole = Math.floor(magnitude / power)
  const text = units < 0 ? `-${String(whole)}` : String(whole)
  let fraction = magnitude - whole * power
  if (fraction === 0) return text
  let guard = power
  for (; fraction % 10 === 0; fraction /= 10) guard /= 10
  return `${text}.${String(guard + fraction).slice(1)}`
}

function printDigits(text: string, scale: number): string {
  const sign = text.startsWith('-') ? '-' : ''
  const digits = text.slice(sign.length).padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '')
  return sign + digits.slice(0, -scale) + (fraction === '' ? '' : `.${fraction}`)
}
