/** Equity at regular times, in bounded memory: when the samples grow too many, every second one goes and the interval doubles. */
import { MICROS_PER_MS, type Micros } from '../model/time.js'

export interface EquitySample {
  readonly time: Micros
  readonly equity: number
  /** Absolute value of positions at that time. */
  readonly exposure: number
}

const MOST = 8_192

export class EquityCurve {
  /** Boundaries follow each other without a gap, so the first tells all; an object for each would cost more than what it holds. */
  private first: Micros = Number.NaN
  private readonly equities: number[] = []
  private readonly exposures: number[] = []
  /** The next boundary to be sampled; NaN before the first event. */
  private next: Micros = Number.NaN
  private step: Micros

  constructor(intervalMs: number) {
    this.step = Math.max(1, Math.round(intervalMs * MICROS_PER_MS))
  }

  get intervalMicros(): Micros {
    return this.step
  }

  /** A copy, in order of time. */
  get samples(): EquitySample[] {
    const { first, step, exposures } = this
    return this.equities.map((equity, index) => ({
      time: first + index * step,
      equity,
      exposure: exposures[index] ?? 0,
    }))
  }

  /** Whether a boundary lies at or before `now`; one comparison on the tick path. */
  isDue(now: Micros): boolean {
    return !(now < this.next)
  }

  /** Takes the state as it stands, which is the state at every boundary up to `now`. */
  advance(now: Micros, equity: number, exposure: number): void {
    if (Number.isNaN(this.next)) this.first = this.next = Math.floor(now / this.step) * this.step + this.step
    while (this.next <= now) {
      this.equities.push(equity)
      this.exposures.push(exposure)
      if (this.equities.length >= MOST) this.thin()
      this.next += this.step
    }
  }

  private thin(): void {
    const skipped = this.first % (this.step * 2) === 0 ? 0 : 1
    this.first += skipped * this.step
    this.step *= 2
    const kept = Math.ceil((this.equities.length - skipped) / 2)
    for (let index = 0; index < kept; index++) {
      this.equities[index] = this.equities[2 * index + skipped] ?? 0
      this.exposures[index] = this.exposures[2 * index + skipped] ?? 0
    }
    this.equities.length = this.exposures.length = kept
    this.next = this.first + (kept - 1) * this.step
  }
}
