/** Exact decimals: whole units of a power of ten, in a double while that is exact and in a BigInt beyond. */
import { plainDecimal } from '../model/number.js'
import { bigPower, POWERS, printUnits, readUnits, SHORT } from './decimal-text.js'

/** What an operation takes beside a decimal: its text, or a number as it prints. */
type Operand = Decimal | string | number

/** A result of two whole numbers that is not above it was not rounded. */
const SAFE = Number.MAX_SAFE_INTEGER
/** Decimal places of most prices and sizes. */
const USUAL_SCALES = [0, 2, 5, 8]

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
    const scale = this.scale - divisor.scale
    if (typeof this.units === 'number' && typeof divisor.units === 'number' && scale >= 0 && scale <= places) {
      // What was bought at one price costs whole multiples of its size.
      if (this.units % divisor.units === 0) return small(this.units / divisor.units, scale)
    }
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

  negated(): Decimal {
    return this.isZero ? this : new Decimal(-this.units, this.scale)
  }

  abs(): Decimal {
    return this.isNegative ? this.negated() : this
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
    return (this.text ??= printUnits(this.units, this.scale))
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
  const { units, scale } = readUnits(text)
  return typeof units === 'number' ? small(units, scale) : large(units, scale)
}

/** The shortest decimal that reads back to `value`. @throws Error where it is not finite. */
export function decimalOfNumber(value: number): Decimal {
  for (const scale of USUAL_SCALES) {
    const power = POWERS[scale] as number
    const units = Math.round(value * power)
    if (units / power === value && Math.abs(units) < SHORT) return small(units, scale)
  }
  return readDecimal(plainDecimal(value))
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
