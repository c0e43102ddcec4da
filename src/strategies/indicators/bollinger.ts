/** Bollinger bands. */
import { Stddev } from './stddev.js'

/** John Bollinger: the mean of n values, and k population standard deviations above and below it. */
export class Bollinger {
  lower = Number.NaN
  upper = Number.NaN
  private readonly deviation: Stddev

  constructor(
    length: number,
    private readonly width: number,
  ) {
    this.deviation = new Stddev(length)
  }

  get middle(): number {
    return this.deviation.mean
  }

  /** Standard deviations of the window, one to the unit; NaN until n values have come. */
  get deviations(): number {
    return this.deviation.value
  }

  /** @returns the middle band. */
  update(value: number): number {
    const deviation = this.deviation.update(value)
    const { mean } = this.deviation
    this.lower = mean - this.width * deviation
    this.upper = mean + this.width * deviation
    return mean
  }
}
