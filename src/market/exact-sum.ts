/** Sums of sizes without the drift of floating point: the sum is the exact decimal, whatever was added in whatever order. */
import { plainDecimal } from '../model/number.js'

const DECIMALS = 8
const UNIT = 10 ** DECIMALS
/** Whole numbers up to here are exact, and so is the sum of two of them. */
const SAFE = 2 ** 52
/** A decimal of at most fifteen digits is what its double prints, so the units found for it are its own. */
const FIFTEEN_DIGITS = 1e15

/** Adds doubles that stand for decimals. Sizes of up to eight decimals cost two multiplications; all others take the long way. */
export class ExactSum {
  /** In units of 1e-8. */
  private units = 0
  /** What did not fit there, in units of `10 ** -decimals`. */
  private rest = 0n
  private decimals = DECIMALS

  add(value: number): void {
    const units = Math.round(value * UNIT)
    if (Math.abs(units) >= FIFTEEN_DIGITS || units / UNIT !== value) {
      this.addText(plainDecimal(value))
      return
    }
    this.units += units
    if (Math.abs(this.units) > SAFE) this.spill()
  }

  /** The sum as the double nearest to it; it prints as the exact sum where that has no more than fifteen digits. */
  toNumber(): number {
    return this.rest === 0n ? this.units / UNIT : Number(this.toString())
  }

  /** The exact sum in plain decimal notation. */
  toString(): string {
    this.spill()
    const negative = this.rest < 0n
    const digits = String(negative ? -this.rest : this.rest).padStart(this.decimals + 1, '0')
    const whole = digits.slice(0, -this.decimals)
    const fraction = digits.slice(-this.decimals).replace(/0+$/, '')
    const sign = negative ? '-' : ''
    return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
  }

  reset(): void {
    this.units = 0
    this.rest = 0n
    this.decimals = DECIMALS
  }

  private addText(text: string): void {
    const negative = text.startsWith('-')
    const [whole = '0', fraction = ''] = text.slice(negative ? 1 : 0).split('.')
    if (fraction.length > this.decimals) {
      this.rest *= 10n ** BigInt(fraction.length - this.decimals)
      this.decimals = fraction.length
    }
    const units = BigInt(whole + fraction) * 10n ** BigInt(this.decimals - fraction.length)
    this.rest += negative ? -units : units
  }

  private spill(): void {
    this.rest += BigInt(this.units) * 10n ** BigInt(this.decimals - DECIMALS)
    this.units = 0
  }
}
