/** True range and its average. */
import { Wilder } from './ema.js'

export interface Bar {
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Wilder: the largest of high - low, high - previous close and previous close - low; high - low for the first bar. */
export class TrueRange {
  value = Number.NaN
  private close = Number.NaN

  update({ high, low, close }: Bar): number {
    const before = this.close
    this.close = close
    return (this.value = Number.isNaN(before) ? high - low : Math.max(high, before) - Math.min(low, before))
  }
}

/**
 * Wilder-smoothed true range. `first-bar` counts the first bar's high - low (as Tulip does); `skip-first` starts with the second
 * bar, the first that has a previous close (as TA-Lib does).
 */
export class Atr {
  private readonly range = new TrueRange()
  private readonly smooth: Wilder
  private skip: boolean

  constructor(length: number, seed: 'first-bar' | 'skip-first' = 'first-bar') {
    this.smooth = new Wilder(length)
    this.skip = seed === 'skip-first'
  }

  get value(): number {
    return this.smooth.value
  }

  update(bar: Bar): number {
    const range = this.range.update(bar)
    if (!this.skip) return this.smooth.update(range)
    this.skip = false
    return Number.NaN
  }
}
