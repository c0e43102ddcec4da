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
  readonly samples: EquitySample[] = []
  /** The next boundary to be sampled; NaN before the first event. */
  private next: Micros = Number.NaN
  private step: Micros

  constructor(intervalMs: number) {
    this.step = Math.max(1, Math.round(intervalMs * MICROS_PER_MS))
  }

  get intervalMicros(): Micros {
    return this.step
  }

  /** Whether a boundary lies at or before `now`; one comparison on the tick path. */
  isDue(now: Micros): boolean {
    return !(now < this.next)
  }

  /** Takes the state as it stands, which is the state at every boundary up to `now`. */
  advance(now: Micros, equity: number, exposure: number): void {
    if (Number.isNaN(this.next)) this.next = Math.floor(now / this.step) * this.step + this.step
    while (this.next <= now) {
      this.samples.push({ time: this.next, equity, exposure })
      if (this.samples.length >= MOST) this.thin()
      this.next += this.step
    }
  }

  private thin(): void {
    this.step *= 2
    const { samples } = this
    // Boundaries follow each other without a gap, so that every second one lies on the wider grid.
    const first = (samples[0]?.time ?? 0) % this.step === 0 ? 0 : 1
    const kept = samples.filter((_, index) => index % 2 === first)
    samples.splice(0, samples.length, ...kept)
    const last = samples.at(-1)
    if (last !== undefined) this.next = last.time
  }
}
