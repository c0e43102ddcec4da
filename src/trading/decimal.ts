/** Exact decimals: whole units of a power of ten, in a double while that is exact and in a BigInt beyond. */
import { plainDecimal } from '../model/number.js'

/** What an operation takes beside a decimal: its text, or a number as it prints. */
type Operand = Decimal | string | number

/** A result of two whole numbers that is not above it was not rounded. */
const SAFE = Number.MAX_SAFE_INTEGER
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
const BIG_POWERS = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent))
/** Decimal places of most prices and sizes. */
const USUAL_SCALES = [2, 5, 8]
const NUMERIC = /^(-?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d{1,4}))?$/i
/** Character codes; the digits lie between. */
const [MINUS, POINT, DIGIT_0, DIGIT_9] = [45, 46, 48, 57] as const

/** Immutable. Sums, differences and products are exact; {@link div} and {@link round} are told to how many places. */
export class Decimal {
  private text: string | undefined

  /** The value is `units / 10 ** scale`; for this file, which keeps units in a BigInt only where a double does not hold them. */
  constructor(
    private readonly units: number | bigint,
    private readonly scale: number,
  ) {}

  get isZero(): boolean {
    return this.units === 0
  }

  get isNegative(): boolean {
    return this.units < 0
  }

  /** n where the value is 10^-n, else null. */
  get placesOfTenth(): number | null {
    return this.units === 1 ? this.scale : null
  }

  plus(operand: Operand): Decimal {
    const other = from(operand)
    if (other.units === 0) return this
    if (this.units === 0) return other
    const scale = Math.max(this.scale, other.scale)
    return sum(unitsAt(this.units, scale - this.scale), unitsAt(other.units, scale - other.scale), scale)
  }

  minus(operand: Operand): Decimal {
    const other = from(operand)
    if (other.units === 0) return this
    const scale = Math.max(this.scale, other.scale)
    return sum(unitsAt(this.units, scale - this.scale), -unitsAt(other.units, scale - other.scale), scale)
  }

  times(operand: Operand): Decimal {
    const other = from(operand)
    const scale = this.scale + other.scale
    if (typeof this.units === 'number' && typeof other.units === 'number') {
      const product = this.units * other.units
      if (product <= SAFE && product >= -SAFE) return small(product, scale)
    }
    return large(BigInt(this.units) * BigInt(other.units), scale)
  }

  /** Quotient to so many decimal places, half to even. @throws RangeError where the divisor is zero. */
  div(divisor: Decimal, places: number): Decimal {
    const shift = places + divisor.scale - this.scale
    return quotient(BigInt(this.units) * bigPower(shift), BigInt(divisor.units) * bigPower(-shift), places, 'half-even')
  }

  /** What is left after whole multiples of `step`, with the sign of this. */
  mod(step: Decimal): Decimal {
    const scale = Math.max(this.scale, step.scale)
    const left = unitsAt(this.units, scale - this.scale)
    const right = unitsAt(step.units, scale - step.scale)
    if (typeof left === 'number' && typeof right === 'number') return small(left % right, scale)
    return large(BigInt(left) % BigInt(right), scale)
  }

  /** To so many decimal places: `down` is towards zero, `up` away from it. */
  round(places: number, direction: 'down' | 'up'): Decimal {
    const excess = this.scale - places
    if (excess <= 0) return this
    const { units } = this
    const power = POWERS[excess]
    if (direction === 'down' && typeof units === 'number' && power !== undefined) {
      return small((units - (units % power)) / power, places)
    }
    return quotient(BigInt(units), bigPower(excess), places, direction)
  }

  abs(): Decimal {
    return this.isNegative ? new Decimal(-this.units, this.scale) : this
  }

  eq(operand: Operand): boolean {
    return this.compare(from(operand)) === 0
  }

  lt(operand: Operand): boolean {
    return this.compare(from(operand)) < 0
  }

  lte(operand: Operand): boolean {
    return this.compare(from(operand)) <= 0
  }

  gt(operand: Operand): boolean {
    return this.compare(from(operand)) > 0
  }

  gte(operand: Operand): boolean {
    return this.compare(from(operand)) >= 0
  }

  /** The nearest double. */
  toNumber(): number {
    const { units, scale } = this
    const power = POWERS[scale]
    // Both are exact, and a division of doubles gives the double nearest to the true quotient.
    return typeof units === 'number' && power !== undefined ? units / power : Number(this.toString())
  }

  /** Plain notation, no trailing zeros, never an exponent. */
  toString(): string {
    return (this.text ??= print(this.units, this.scale))
  }

  private compare(other: Decimal): number {
    let { units: left } = this
    let { units: right } = other
    if (this.scale < other.scale) left = unitsAt(left, other.scale - this.scale)
    else if (this.scale > other.scale) right = unitsAt(right, this.scale - other.scale)
    return left < right ? -1 : left > right ? 1 : 0
  }
}

const ZERO = new Decimal(0, 0)

/** @throws Error where the text is no decimal. */
export function readDecimal(text: string): Decimal {
  return readShort(text) ?? readAny(text)
}

/** The shortest decimal that reads back to `value`. @throws Error where it is not finite. */
export function decimalOfNumber(value: number): Decimal {
  for (const scale of USUAL_SCALES) {
    const power = POWERS[scale] as number
    const units = Math.round(value * power)
    // A decimal of at most fifteen digits is the one that its double prints.
    if (units / power === value && Math.abs(units) < 1e15) return small(units, scale)
  }
  return readAny(plainDecimal(value))
}

function from(operand: Operand): Decimal {
  if (typeof operand === 'object') return operand
  return typeof operand === 'number' ? decimalOfNumber(operand) : readDecimal(operand)
}

function small(units: number, scale: number): Decimal {
  return units === 0 ? ZERO : new Decimal(units, scale)
}

function large(units: bigint, scale: number): Decimal {
  const near = Number(units)
  return near <= SAFE && near >= -SAFE ? small(near, scale) : new Decimal(units, scale)
}

function sum(left: number | bigint, right: number | bigint, scale: number): Decimal {
  if (typeof left === 'number' && typeof right === 'number') {
    const total = left + right
    if (total <= SAFE && total >= -SAFE) return small(total, scale)
  }
  return large(BigInt(left) + BigInt(right), scale)
}

/** Units of a scale that is larger by `more`. */
function unitsAt(units: number | bigint, more: number): number | bigint {
  if (more === 0) return units
  const power = POWERS[more]
  if (typeof units === 'number' && power !== undefined) {
    const shifted = units * power
    if (shifted <= SAFE && shifted >= -SAFE) return shifted
  }
  return BigInt(units) * bigPower(more)
}

/** 10^exponent; 1 where the exponent is below zero. */
function bigPower(exponent: number): bigint {
  return BIG_POWERS[Math.max(exponent, 0)] ?? 10n ** BigInt(exponent)
}

function quotient(above: bigint, below: bigint, scale: number, rounding: 'down' | 'up' | 'half-even'): Decimal {
  const whole = above / below
  const rest = above - whole * below
  const over = 2n * magnitude(rest) - magnitude(below)
  const nearer = over > 0n || (over === 0n && whole % 2n !== 0n)
  const away = rest !== 0n && (rounding === 'up' || (rounding === 'half-even' && nearer))
  return stripped(away ? whole + (above < 0n === below < 0n ? 1n : -1n) : whole, scale)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Without the zeros that quotients end in, so that what is counted on with stays small. */
function stripped(units: bigint, scale: number): Decimal {
  let rest = units
  let places = scale
  for (const step of [16, 8, 4, 2, 1]) {
    while (places >= step && rest % bigPower(step) === 0n) {
      rest /= bigPower(step)
      places -= step
    }
  }
  return large(rest, places)
}

/** Plain text of at most fifteen digits; undefined for all else. */
function readShort(text: string): Decimal | undefined {
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
  return small(first === 0 ? units : -units, scale)
}

function readAny(text: string): Decimal {
  const [, sign, whole = '', decimals, only, exponent = '0'] = NUMERIC.exec(text) ?? []
  if (sign === undefined) throw new Error(`"${text.slice(0, 60)}" is no decimal`)
  const fraction = (decimals ?? only ?? '').replace(/0+$/, '')
  const scale = fraction.length - Number(exponent)
  const units = BigInt(whole + fraction) * bigPower(-scale)
  return large(sign === '' ? units : -units, Math.max(scale, 0))
}

function print(units: number | bigint, scale: number): string {
  const text = String(units)
  if (scale === 0) return text
  const sign = units < 0 ? '-' : ''
  const digits = text.slice(sign.length).padStart(scale + 1, '0')
  const point = digits.length - scale
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === DIGIT_0) end--
  return sign + digits.slice(0, point) + (end === point ? '' : `.${digits.slice(point, end)}`)
}
