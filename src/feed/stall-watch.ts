/** Notices that it was us who stood still: a process that was stopped or busy, or a machine that slept. */
import type { Micros } from '../model/time.js'
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../model/time.js'
import type { EdgeClock } from './real-clock.js'

/** Standing still for longer may have cost connections: the other side waited for us, and what lies between forgets who is silent. */
const LONG_MS = 5_000
/** What had come before lies unread at first, and is read within this time. */
const READ_WITHIN: Micros = MICROS_PER_SECOND

export interface Look {
  /** How late the look came. */
  readonly lateMs: number
  /** Said of a standstill that connections may not have survived; null where there was none. */
  readonly stall: string | null
}

/**
 * Compares times at looks that are due at even distances. A stopped process is late by the monotonic clock. While a machine sleeps that
 * clock may stand still as well (CLOCK_MONOTONIC of Linux does), and only the wall clock is ahead of it afterwards, which it also is
 * when somebody has set it: a suspicion, which the connections themselves can answer.
 */
export class StallWatch {
  /** Longest time that a look was late. */
  longestMs = 0
  private dueMs = Number.POSITIVE_INFINITY
  private aheadMs: number
  private last: { readonly end: Micros; readonly text: string } | null = null

  constructor(private readonly clock: EdgeClock) {
    this.aheadMs = this.wallAhead()
  }

  /** A look is due in so many milliseconds. */
  expect(inMs: number): void {
    this.dueMs = this.clock.monotonicMs() + inMs
  }

  look(): Look {
    const lateMs = this.lateMs()
    this.longestMs = Math.max(this.longestMs, lateMs)
    const aheadMs = this.wallAhead()
    const jumpedMs = aheadMs - this.aheadMs
    this.aheadMs = aheadMs
    const stall = lateMs > LONG_MS ? stoodStill(lateMs) : jumpedMs > LONG_MS ? slept(jumpedMs) : null
    if (stall !== null) this.last = { end: this.clock.now(), text: stall }
    return { lateMs, stall }
  }

  /**
   * @param opened when a connection was opened.
   * @param heard when something last came on it.
   * @returns what is said of the standstill that it may not have survived; null where it lived on after the last one, or is younger.
   */
  blame(opened: Micros, heard: Micros): string | null {
    // Sockets may get their turn before the look that is overdue.
    const lateMs = this.lateMs()
    if (lateMs > LONG_MS) return opened < this.clock.now() - lateMs * MICROS_PER_MS ? stoodStill(lateMs) : null
    return this.last !== null && opened < this.last.end && heard < this.last.end + READ_WITHIN ? this.last.text : null
  }

  private lateMs(): number {
    return Math.max(0, this.clock.monotonicMs() - this.dueMs)
  }

  private wallAhead(): number {
    return (this.clock.now() + (this.clock.offsetMicros?.() ?? 0)) / MICROS_PER_MS - this.clock.monotonicMs()
  }
}

function stoodStill(ms: number): string {
  return `this process stood still for ${String(Math.round(ms))} ms`
}

function slept(ms: number): string {
  return `this machine slept, or its clock was set forward, by ${String(Math.round(ms))} ms`
}
