/** QuantumFeedbackLoop · adaptive backpressure: turns measured lag into load states that the bus sheds by, as decisions in the record. */
import { LOAD_STATES } from '../engine/load.js'
import type { LoadState } from '../engine/load.js'

export interface BackpressureOptions {
  /** Lag at which the first step is taken; the others follow at two and four times as much. */
  readonly targetMs?: number
  /** How far ahead the trend is followed. */
  readonly horizonMs?: number
  /** A state is kept for at least this long before the next lower one. */
  readonly dwellMs?: number
}

/** To be delivered as a control frame, so that a replay sheds what the live run shed. */
export interface LoadDecision {
  readonly state: LoadState
  readonly from: LoadState
  /** Smoothed. */
  readonly lagMs: number
}

export interface BackpressureStats {
  readonly state: LoadState
  readonly lagMs: number
  readonly worstLagMs: number
  readonly decisions: number
}

/** A state is left only below this share of the lag that led to it. */
const RELEASE = 0.5
/** Smoothed lag halves in this time once the measurements are lower. */
const HALF_LIFE_MS = 500

/** A proportional-derivative controller: up at once and ahead of the trend, down step by step and only after a while. */
export class Backpressure {
  private readonly thresholds: readonly number[]
  private readonly horizonMs: number
  private readonly dwellMs: number
  private step = 0
  private lag = 0
  private lastLag = 0
  private rises = 0
  private lastAtMs: number | null = null
  private changedAtMs = Number.NEGATIVE_INFINITY
  private worst = 0
  private decisions = 0

  constructor({ targetMs = 100, horizonMs = 500, dwellMs = 1_000 }: BackpressureOptions = {}) {
    this.thresholds = [0, targetMs, 2 * targetMs, 4 * targetMs]
    this.horizonMs = horizonMs
    this.dwellMs = dwellMs
  }

  /**
   * Takes a measurement: how late the loop, or the fullest lossless lane, runs.
   * @param atMs monotonic.
   * @returns the decision, where the state changes.
   */
  observe(lagMs: number, atMs: number): LoadDecision | null {
    const elapsedMs = this.lastAtMs === null ? 0 : Math.max(0, atMs - this.lastAtMs)
    const slope = elapsedMs === 0 ? 0 : (lagMs - this.lastLag) / elapsedMs
    this.rises = slope > 0 ? this.rises + 1 : 0
    this.lag = Math.max(lagMs, this.lag * 2 ** (-elapsedMs / HALF_LIFE_MS))
    this.worst = Math.max(this.worst, lagMs)
    this.lastLag = lagMs
    this.lastAtMs = atMs
    // One rise is noise, and a trend may at most double what was measured.
    const trend = this.rises < 2 ? 0 : Math.min(slope * this.horizonMs, lagMs)
    return this.decide(lagMs + trend, atMs)
  }

  get state(): LoadState {
    return LOAD_STATES[this.step] ?? 'essential'
  }

  stats(): BackpressureStats {
    return { state: this.state, lagMs: this.lag, worstLagMs: this.worst, decisions: this.decisions }
  }

  private decide(expectedMs: number, atMs: number): LoadDecision | null {
    const from = this.state
    const wanted = this.stepFor(Math.max(this.lag, expectedMs))
    if (wanted > this.step) this.step = wanted
    else if (this.mayFall(atMs)) this.step--
    if (this.state === from) return null
    this.changedAtMs = atMs
    this.decisions++
    return { state: this.state, from, lagMs: Math.round(this.lag) }
  }

  private stepFor(lagMs: number): number {
    return this.thresholds.findLastIndex(threshold => lagMs >= threshold)
  }

  private mayFall(atMs: number): boolean {
    if (this.step === 0 || atMs - this.changedAtMs < this.dwellMs) return false
    return this.lag < (this.thresholds[this.step] ?? 0) * RELEASE
  }
}
