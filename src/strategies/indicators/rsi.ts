/** Relative strength index. */
import { Wilder } from './ema.js'

/**
 * J. Welles Wilder (1978): `100 · up/(up + down)` with Wilder-smoothed gains and losses; NaN until n changes have come, 50 where
 * the price has not moved at all.
 */
export class Rsi {
  value = Number.NaN
  private previous = Number.NaN
  private readonly up: Wilder
  private readonly down: Wilder

  constructor(readonly length: number) {
    this.up = new Wilder(length)
    this.down = new Wilder(length)
  }

  update(price: number): number {
    const change = price - this.previous
    this.previous = price
    if (Number.isNaN(change)) return this.value
    const up = this.up.update(change > 0 ? change : 0)
    const down = this.down.update(change < 0 ? -change : 0)
    const both = up + down
    if (!Number.isNaN(both)) this.value = both === 0 ? 50 : (100 * up) / both
    return this.value
  }
}
