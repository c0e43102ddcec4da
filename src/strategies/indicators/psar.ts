/** Parabolic stop and reverse. */
import type { Bar } from './atr.js'

/**
 * Wilder (1978): a stop that follows the trend, faster with every new extreme; NaN for the first bar. The first trend is up where
 * the sum of high and low rises from the first bar to the second.
 */
export class Psar {
  value = Number.NaN
  private up = true
  private extreme = Number.NaN
  private factor: number
  private previous: Bar | undefined
  private before: Bar | undefined

  constructor(
    private readonly step: number,
    private readonly most: number,
  ) {
    this.factor = step
  }

  update(bar: Bar): number {
    const { previous, before } = this
    this.before = previous
    this.previous = bar
    if (previous === undefined) return this.value
    if (before === undefined) this.start(previous, bar)
    else this.follow(bar, previous, before)
    return this.value
  }

  private start(first: Bar, bar: Bar): void {
    this.up = bar.high + bar.low >= first.high + first.low
    this.extreme = this.up ? first.high : first.low
    this.value = this.up ? first.low : first.high
    this.advance(bar)
  }

  private follow(bar: Bar, previous: Bar, before: Bar): void {
    const next = this.value + this.factor * (this.extreme - this.value)
    this.value = this.up ? Math.min(next, previous.low, before.low) : Math.max(next, previous.high, before.high)
    this.advance(bar)
  }

  /** Turns the trend where the bar has touched the stop, else follows a new extreme. */
  private advance(bar: Bar): void {
    if (this.up ? bar.low < this.value : bar.high > this.value) {
      this.value = this.extreme
      this.up = !this.up
      this.extreme = this.up ? bar.high : bar.low
      this.factor = this.step
      return
    }
    const reach = this.up ? bar.high : bar.low
    if (this.up ? reach > this.extreme : reach < this.extreme) {
      this.extreme = reach
      this.factor = Math.min(this.most, this.factor + this.step)
    }
  }
}
