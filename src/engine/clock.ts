/** QuantumTimeV4 · virtual time: a clock that only frames move, with timers that fire in due order. */
import { GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { TimerHeap, type Timer } from './timer-heap.js'

export type { Timer } from './timer-heap.js'

/** What the core may know of time. */
export interface Clock {
  now(): Micros
}

export interface VirtualClockOptions {
  /** Where time begins; 0 until the first frame says otherwise. */
  readonly start?: Micros
  /** Timers that may wait at once; 1,000,000 unless told. */
  readonly maxTimers?: number
  /** Timers that may fire without time moving on; 100,000 unless told. It ends a timer that forever renews itself. */
  readonly maxFiresPerInstant?: number
}

export interface ClockStats {
  readonly now: Micros
  readonly pending: number
  readonly scheduled: number
  readonly fired: number
  readonly cancelled: number
  /** Timers whose function threw; the error went to the caller of `advanceTo`. */
  readonly failed: number
  /** Calls that asked for a time already past. */
  readonly refusedSteps: number
}

/** Time as data: it stands still until {@link advanceTo} moves it, and never runs back. */
export class VirtualClock implements Clock {
  private readonly heap = new TimerHeap()
  private readonly maxTimers: number
  private readonly maxFiresPerInstant: number
  private time: Micros
  private firing = false
  private firesThisInstant = 0
  private readonly counts = { scheduled: 0, fired: 0, cancelled: 0, failed: 0, refusedSteps: 0 }

  constructor(options: VirtualClockOptions = {}) {
    this.time = options.start ?? 0
    this.maxTimers = options.maxTimers ?? 1_000_000
    this.maxFiresPerInstant = options.maxFiresPerInstant ?? 100_000
  }

  now(): Micros {
    return this.time
  }

  /**
   * Moves time forward. Timers due on the way fire first, by due time and then by order of scheduling, each with the clock
   * standing at its due time; a timer scheduled meanwhile and due by `time` fires in the same call. An earlier time is ignored.
   * @throws GenesisError when called from a timer, or when one instant fires too many. An error of a timer's own passes
   * through after that timer is gone: the clock stands at its due time and the next call goes on with the rest.
   */
  advanceTo(time: Micros): void {
    if (this.heap.size === 0 && time > this.time && !this.firing) this.move(time)
    else this.advanceFiring(time)
  }

  /**
   * Calls `fire` when the clock reaches `due`; a time already past means at the next advance.
   * @throws GenesisError when too many timers wait.
   */
  schedule(due: Micros, fire: () => void): Timer {
    if (this.heap.size >= this.maxTimers) {
      throw new GenesisError('clock_full', `more than ${this.maxTimers} timers wait on the clock`)
    }
    if (Number.isNaN(due)) throw new GenesisError('clock_due', 'a timer needs a due time')
    this.counts.scheduled++
    return this.heap.add(due, fire)
  }

  /** @returns false where the timer has already fired or been cancelled. */
  cancel(timer: Timer): boolean {
    if (!this.heap.remove(timer)) return false
    this.counts.cancelled++
    return true
  }

  stats(): ClockStats {
    return { now: this.time, pending: this.heap.size, ...this.counts }
  }

  private advanceFiring(time: Micros): void {
    if (this.firing) throw new GenesisError('clock_reentrant', 'a timer cannot move the clock that fires it')
    if (time < this.time) {
      this.counts.refusedSteps++
      return
    }
    this.firing = true
    try {
      for (let timer = this.heap.takeDue(time); timer !== undefined; timer = this.heap.takeDue(time)) this.fire(timer)
      if (time > this.time) this.move(time)
    } finally {
      this.firing = false
    }
  }

  private fire(timer: Timer): void {
    if (timer.due > this.time) this.move(timer.due)
    if (++this.firesThisInstant > this.maxFiresPerInstant) {
      throw new GenesisError('clock_stuck', `more than ${this.maxFiresPerInstant} timers fired without time moving on`)
    }
    this.counts.fired++
    try {
      timer.fire()
    } catch (error) {
      this.counts.failed++
      throw error
    }
  }

  private move(time: Micros): void {
    this.time = time
    this.firesThisInstant = 0
  }
}
