/** How long to wait before the next attempt: full jitter, bounded, and forgotten only after market data has flowed. */
import type { Random } from './timers.js'

export interface BackoffOptions {
  readonly random: Random
  /** The first retry comes within this time, so that a cut connection is back within a second. */
  readonly firstMs?: number
  readonly baseMs?: number
  readonly capMs?: number
}

/** Market data for this long, and the next failure is treated as the first again. */
const WELL_MS = 60_000
/** Market data for this long shows a connection that works: the next retries stay under a second. */
const WORKING_MS = 1_000

/**
 * Full jitter (M. Brooker, "Exponential Backoff and Jitter", AWS 2015): each delay is drawn between 0 and a ceiling that doubles.
 * Opening a connection resets nothing: a server that accepts and closes at once must meet growing delays.
 */
export class Backoff {
  private failures = 0
  private readonly random: Random
  private readonly firstMs: number
  private readonly baseMs: number
  private readonly capMs: number

  constructor({ random, firstMs = 250, baseMs = 500, capMs = 30_000 }: BackoffOptions) {
    this.random = random
    this.firstMs = firstMs
    this.baseMs = baseMs
    this.capMs = capMs
  }

  /** Failures that count towards the next delay. */
  get count(): number {
    return this.failures
  }

  /** Notes a failure. @returns milliseconds to wait. */
  next(): number {
    const ceiling = this.failures === 0 ? this.firstMs : this.baseMs * 2 ** Math.min(this.failures - 1, 30)
    this.failures++
    return this.random() * Math.min(ceiling, this.capMs)
  }

  /** @param dataMs for how long the ended connection had delivered market data. */
  recovered(dataMs: number): void {
    if (dataMs >= WELL_MS) this.failures = 0
    else if (dataMs >= WORKING_MS) this.failures = Math.min(this.failures, 1)
  }
}
