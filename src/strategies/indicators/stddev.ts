/** Standard deviation and mean of the last n values. */
import { Window } from './window.js'

/**
 * Population standard deviation (divisor n). Mean and squared deviations are updated in O(1) by Welford's method for a sliding
 * window, and taken anew once per window, so rounding cannot build up; NaN until n values have come.
 */
export class Stddev {
  value = Number.NaN
  mean = Number.NaN
  private readonly window: Window
  private average = 0
  private squares = 0

  constructor(readonly length: number) {
    this.window = new Window(length)
  }

  update(value: number): number {
    const { window, length } = this
    const filling = !window.full
    const old = window.push(value)
    if (filling) this.add(value)
    else {
      const before = this.average
      this.average += (value - old) / length
      this.squares += (value - old) * (value - this.average + (old - before))
    }
    if (window.wraps) this.renew()
    if (!window.full) return this.value
    this.mean = this.average
    return (this.value = Math.sqrt(Math.max(0, this.squares) / length))
  }

  private add(value: number): void {
    const delta = value - this.average
    this.average += delta / this.window.count
    this.squares += delta * (value - this.average)
  }

  private renew(): void {
    const { window, length } = this
    this.average = window.sum() / length
    this.squares = window.squaresAround(this.average)
  }
}
