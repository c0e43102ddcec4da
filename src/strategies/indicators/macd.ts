/** Moving average convergence and divergence. */
import { Ema } from './ema.js'

/** Gerald Appel: the difference of two EMAs, and an EMA of that difference as its signal; NaN while any of them warms up. */
export class Macd {
  value = Number.NaN
  signal = Number.NaN
  histogram = Number.NaN
  private readonly fast: Ema
  private readonly slow: Ema
  private readonly smooth: Ema

  constructor(fast: number, slow: number, signal: number) {
    this.fast = new Ema(fast)
    this.slow = new Ema(slow)
    this.smooth = new Ema(signal)
  }

  /** @returns the histogram, `value - signal`. */
  update(price: number): number {
    this.value = this.fast.update(price) - this.slow.update(price)
    if (!Number.isNaN(this.value)) this.signal = this.smooth.update(this.value)
    return (this.histogram = this.value - this.signal)
  }
}
