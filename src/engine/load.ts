/** How loaded the bus is, in four steps, with room between going up and coming down so that it does not flutter. */

export const LOAD_STATES = ['normal', 'throttled', 'prioritized', 'essential'] as const

/** Each step spares the bus more of those subscribers that declared themselves sheddable. */
export type LoadState = (typeof LOAD_STATES)[number]

export interface LoadOptions {
  /** Load (0 to 1) from which each step holds; 0.5, 0.75 and 0.9 unless told. */
  readonly throttledAt?: number
  readonly prioritizedAt?: number
  readonly essentialAt?: number
  /** A step is left again below this share of its threshold; 0.8 unless told. */
  readonly release?: number
  /** The lag that counts as a load of 1; 1,000 ms unless told. */
  readonly lagLimitMs?: number
}

/** The greater of two loads decides: the fullest lane, and the lag that the edge measured. */
export class LoadMeter {
  private readonly thresholds: readonly number[]
  private readonly release: number
  private readonly lagLimitMs: number
  private readonly loads = { fill: 0, lag: 0 }
  private forced: LoadState | undefined
  private step = 0

  constructor(options: LoadOptions = {}) {
    this.thresholds = [0, options.throttledAt ?? 0.5, options.prioritizedAt ?? 0.75, options.essentialAt ?? 0.9]
    this.release = options.release ?? 0.8
    this.lagLimitMs = options.lagLimitMs ?? 1_000
  }

  get state(): LoadState {
    return this.forced ?? LOAD_STATES[this.step] ?? 'essential'
  }

  get load(): number {
    return Math.max(this.loads.fill, this.loads.lag)
  }

  /** @param fill of the fullest lane, 0 to 1. */
  observeFill(fill: number): void {
    this.loads.fill = fill
    this.move()
  }

  observeLag(lagMs: number): void {
    this.loads.lag = Math.max(0, lagMs) / this.lagLimitMs
    this.move()
  }

  /** Holds a state whatever is measured; undefined lets the measurements decide again. */
  force(state: LoadState | undefined): void {
    this.forced = state
  }

  private move(): void {
    const load = this.load
    while (this.step < 3 && load >= this.threshold(this.step + 1)) this.step++
    while (this.step > 0 && load < this.threshold(this.step) * this.release) this.step--
  }

  private threshold(step: number): number {
    return this.thresholds[step] ?? Infinity
  }
}
