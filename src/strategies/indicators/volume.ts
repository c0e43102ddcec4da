/** Indicators that weigh price by volume. */
import type { Bar } from './atr.js'

/** On-balance volume (Joseph Granville), from 0 at the first bar: plus the volume of rising closes, minus that of falling ones. */
export class Obv {
  value = 0
  private close = Number.NaN

  update(close: number, volume: number): number {
    if (close > this.close) this.value += volume
    else if (close < this.close) this.value -= volume
    this.close = close
    return this.value
  }
}

/** Volume-weighted average price since the start: `Σ typical·volume / Σ volume`, typical = (high + low + close)/3. */
export class Vwap {
  value = Number.NaN
  private turnover = 0
  private volume = 0

  update({ high, low, close }: Bar, volume: number): number {
    this.turnover += ((high + low + close) / 3) * volume
    this.volume += volume
    return (this.value = this.volume === 0 ? Number.NaN : this.turnover / this.volume)
  }
}
