/** Simple moving average. */
import { Window } from './window.js'

/** Plain mean of the last n values, O(1). The running sum is taken anew once per window, so rounding cannot build up. */
export class Sma {
  value = Number.NaN
  private readonly window: Window
  private sum = 0

  constructor(readonly length: number) {
    this.window = new Window(length)
  }

  /** @returns NaN until n values have come. */
  update(value: number): number {
    const { window } = this
    this.sum += value - window.push(value)
    if (window.wraps) this.sum = window.sum()
    if (window.full) this.value = this.sum / this.length
    return this.value
  }
}
