/** Indicators of how far a price has come. */
import type { Bar } from './atr.js'
import { Sma } from './sma.js'
import { Window } from './window.js'

/** Rate of change against the value n steps before, as a ratio; NaN until n + 1 values have come. */
export class Roc {
  value = Number.NaN
  private readonly window: Window

  constructor(length: number) {
    this.window = new Window(length)
  }

  update(value: number): number {
    const full = this.window.full
    const before = this.window.push(value)
    return (this.value = full ? value / before - 1 : Number.NaN)
  }
}

/** Commodity channel index (Donald Lambert): `(typical - mean) / (0.015 · mean absolute deviation)` over n bars. */
export class Cci {
  value = Number.NaN
  private readonly mean: Sma
  private readonly window: Window

  constructor(readonly length: number) {
    this.mean = new Sma(length)
    this.window = new Window(length)
  }

  update({ high, low, close }: Bar): number {
    const typical = (high + low + close) / 3
    const mean = this.mean.update(typical)
    this.window.push(typical)
    if (!this.window.full) return this.value
    const deviation = this.window.deviationAround(mean)
    return (this.value = deviation === 0 ? 0 : (typical - mean) / (0.015 * deviation))
  }
}
