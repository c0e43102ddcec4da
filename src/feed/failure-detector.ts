/** PredictiveRecoverySystem · failure detector: tells a stalled subscription from a quiet market by the rhythm it has learned. */
import type { Micros } from '../model/time.js'

/**
 * `quiet`: longer silent than anything in memory. `suspect`: silent beyond what the rhythm explains, so worth a second look.
 * `stale`: another connection brought what this one did not.
 */
export type Health = 'live' | 'quiet' | 'suspect' | 'stale'

export interface DetectorOptions {
  /** Suspicion from which a silence is suspect: 3 means that the learned rhythm explains it once in a thousand times. */
  readonly suspectPhi?: number
  /** No silence shorter than this is suspect, however fast the stream. */
  readonly floorMs?: number
}

export interface DetectorStats {
  /** Gaps learned from, in all. */
  readonly gaps: number
  readonly typicalGapMs: number | null
  /** Longest silence in memory, acquitted ones included. */
  readonly longestMs: number
}

/** Before this many gaps are known, there is no rhythm to judge by. */
const LEARNED_FROM = 20
/** A stream that has brought so many messages is a busy one, whatever its rhythm, and it does not fall silent for so long. */
const BUSY_FROM = 100
/** What a subscription begins with may come at once and be many; only what goes on coming makes it busy. */
const BUSY_GAPS = 2
/** Nothing begins with so many. */
const BUSY_AT_ONCE = 2_000
const BUSY_SILENCE_MS = 5_000
const MEMORY = 128
/** Gaps of one stream differ by at least this factor (as a deviation of their logarithm): markets pause. */
const LEAST_DEVIATION = 0.7
const QUIET_AFTER_MS = 1_000
/** A silence this much longer than the longest remembered is beyond memory, not just at its edge. */
const BEYOND_MEMORY = 1.5

/**
 * Phi accrual (N. Hayashibara et al., "The φ accrual failure detector", 2004) over the logarithms of the gaps, since gaps between
 * market messages are closer to log-normal than to normal. A pure state machine: all times are given.
 */
export class FailureDetector {
  private readonly gaps = new Float64Array(MEMORY)
  private count = 0
  private messages = 0
  private sum = 0
  private squares = 0
  private last: Micros | null = null
  private acquittedMs = 0
  private condemned = false
  private readonly suspectPhi: number
  private readonly floorMs: number

  constructor({ suspectPhi = 3, floorMs = 1_500 }: DetectorOptions = {}) {
    this.suspectPhi = suspectPhi
    this.floorMs = floorMs
  }

  /** Notes that data came, so many messages since the last report. Observers may report only every so often; the gaps learned are then no finer. */
  arrived(at: Micros, messages = 1): void {
    this.condemned = false
    this.messages += messages
    if (this.last !== null && at > this.last) this.learn((at - this.last) / 1_000)
    if (this.last === null || at > this.last) this.last = at
  }

  /** Silence is counted from here: a new connection, or an observer that was itself asleep. */
  excuse(at: Micros): void {
    if (this.last !== null) this.last = Math.max(this.last, at)
    this.condemned = false
  }

  /** The silence so far is proven innocent, and another that long will not be suspected. */
  acquit(at: Micros): void {
    this.acquittedMs = Math.max(this.acquittedMs, this.silenceMs(at))
  }

  /** Another connection brought data meanwhile: this one is dead. */
  condemn(): void {
    this.condemned = true
  }

  silenceMs(at: Micros): number {
    return this.last === null ? 0 : Math.max(0, (at - this.last) / 1_000)
  }

  /** True once silences can be judged. */
  get learned(): boolean {
    return this.knowsRhythm || this.messages >= (this.count >= BUSY_GAPS ? BUSY_FROM : BUSY_AT_ONCE)
  }

  private get knowsRhythm(): boolean {
    return this.count >= LEARNED_FROM
  }

  /** Suspicion: minus the decimal logarithm of the chance that a gap lasts this long or longer. 0 while nothing is learned. */
  phi(at: Micros): number {
    if (!this.knowsRhythm) return 0
    const size = Math.min(this.count, MEMORY)
    const mean = this.sum / size
    const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, this.squares / size - mean * mean)))
    return -logTail((Math.log(Math.max(1, this.silenceMs(at))) - mean) / deviation)
  }

  health(at: Micros): Health {
    if (this.condemned) return 'stale'
    if (!this.learned) return 'live'
    const silence = this.silenceMs(at)
    if (silence < QUIET_AFTER_MS) return 'live'
    const longest = this.longestMs()
    const beyond = silence > longest * BEYOND_MEMORY
    if (beyond && (this.knowsRhythm ? this.isImprobable(silence, at) : silence >= BUSY_SILENCE_MS)) return 'suspect'
    return silence > longest ? 'quiet' : 'live'
  }

  private isImprobable(silenceMs: number, at: Micros): boolean {
    return silenceMs >= this.floorMs && this.phi(at) >= this.suspectPhi
  }

  stats(): DetectorStats {
    const size = Math.min(this.count, MEMORY)
    const typicalGapMs = size === 0 ? null : Math.round(Math.exp(this.sum / size))
    return { gaps: this.count, typicalGapMs, longestMs: Math.round(this.longestMs()) }
  }

  private longestMs(): number {
    let longest = this.acquittedMs
    for (let index = 0; index < Math.min(this.count, MEMORY); index++)
      longest = Math.max(longest, this.gaps[index] ?? 0)
    return longest
  }

  private learn(gapMs: number): void {
    const slot = this.count % MEMORY
    if (this.count >= MEMORY) this.weigh(this.gaps[slot] ?? 0, -1)
    this.gaps[slot] = gapMs
    this.weigh(gapMs, 1)
    this.count++
    // What was acquitted once fades, or one long night would make the detector blind for good.
    this.acquittedMs *= 0.995
  }

  private weigh(gapMs: number, sign: 1 | -1): void {
    const log = Math.log(Math.max(1, gapMs))
    this.sum += sign * log
    this.squares += sign * log * log
  }
}

/**
 * Decimal logarithm of the upper tail of the standard normal distribution, by the logistic approximation of
 * S. R. Bowling et al. (2009), "A logistic approximation to the cumulative normal distribution".
 */
function logTail(z: number): number {
  const exponent = z * (1.5976 + 0.07056 * z * z)
  // Beyond this the exponential overflows, and the tail is exp(-exponent) to every digit.
  return exponent > 700 ? -exponent / Math.LN10 : -Math.log10(1 + Math.exp(exponent))
}
