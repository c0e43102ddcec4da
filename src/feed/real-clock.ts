/** The real clock at the edge: microseconds of wall time that never run back, whatever happens to the system's clock. */
import { uptime } from 'node:os'
import type { Clock } from '../engine/clock.js'
import type { Micros } from '../model/time.js'

/** What the edge may know of time. */
export interface EdgeClock extends Clock {
  /** Milliseconds from an arbitrary start, with fraction; the only time that timeouts may be measured in. */
  monotonicMs(): number
  /** System's wall time minus this clock's, at the last comparison; absent where nothing is compared. */
  offsetMicros?(): Micros
}

/** Readings the clock is made of. */
export interface TimeReadings {
  /** Wall time in milliseconds since the epoch; may step. */
  readonly wallMs: () => number
  readonly monotonicMs: () => number
  /** Milliseconds since boot, sleep included, where the caller can tell: lets the clock follow a suspended machine. */
  readonly bootMs?: () => number
}

const CHECK_EVERY_MS = 1_000
/** The wall clock is read in whole milliseconds, so smaller errors are noise. */
const DEAD_BAND_MICROS = 1_000
/** 500 parts per million, the rate at which NTP slews a clock. */
const LARGEST_SLEW = 0.000_5
/** An error is worked off over this time, if the largest slew allows. */
const SLEW_OVER_MS = 10_000
const SUSPENDED_MS = 2_000

/**
 * Runs on the monotonic clock from one reading of the wall clock. Once a second the two are compared and the difference is slewed away;
 * a step of the wall clock therefore neither jumps nor turns back this clock. {@link offsetMicros} tells how far the two are apart.
 */
export class RealClock implements EdgeClock {
  private anchorMicros: number
  private anchorMs: number
  private microsPerMs = 1_000
  private checkAtMs: number
  private bootAheadMs: number
  private last: Micros = 0
  private offset = 0

  constructor(private readonly readings: TimeReadings = SYSTEM) {
    this.anchorMs = readings.monotonicMs()
    this.anchorMicros = readings.wallMs() * 1_000
    this.checkAtMs = this.anchorMs + CHECK_EVERY_MS
    this.bootAheadMs = this.bootAhead(this.anchorMs)
  }

  now(): Micros {
    const ms = this.readings.monotonicMs()
    if (ms >= this.checkAtMs) this.check(ms)
    const micros = Math.floor(this.anchorMicros + (ms - this.anchorMs) * this.microsPerMs)
    if (micros > this.last) this.last = micros
    return this.last
  }

  monotonicMs(): number {
    return this.readings.monotonicMs()
  }

  /** System's wall time minus this clock's, at the last comparison. */
  offsetMicros(): Micros {
    return Math.round(this.offset)
  }

  private check(ms: number): void {
    const estimate = this.anchorMicros + (ms - this.anchorMs) * this.microsPerMs + this.sleptMicros(ms)
    this.offset = this.readings.wallMs() * 1_000 - estimate
    this.anchorMicros = estimate
    this.anchorMs = ms
    this.checkAtMs = ms + CHECK_EVERY_MS
    this.microsPerMs = 1_000 * (1 + slew(this.offset))
  }

  /** The monotonic clock stands still while the machine sleeps. */
  private sleptMicros(ms: number): number {
    const ahead = this.bootAhead(ms)
    const sleptMs = ahead - this.bootAheadMs
    if (sleptMs < SUSPENDED_MS) return 0
    this.bootAheadMs = ahead
    return sleptMs * 1_000
  }

  private bootAhead(ms: number): number {
    return this.readings.bootMs === undefined ? 0 : this.readings.bootMs() - ms
  }
}

function slew(offsetMicros: number): number {
  if (Math.abs(offsetMicros) <= DEAD_BAND_MICROS) return 0
  const wanted = offsetMicros / (SLEW_OVER_MS * 1_000)
  return Math.max(-LARGEST_SLEW, Math.min(LARGEST_SLEW, wanted))
}

const SYSTEM: TimeReadings = {
  wallMs: () => {
    const coarse = Date.now()
    const fine = performance.timeOrigin + performance.now()
    // The fine reading does not follow the system's clock; it only adds the microseconds while both agree.
    return Math.abs(fine - coarse) < 1.5 ? fine : coarse + 0.5
  },
  monotonicMs: () => performance.now(),
  // Unlike the monotonic clock of Linux and macOS it goes on while the machine sleeps.
  bootMs: () => uptime() * 1_000,
}
