/** The timers that deadlines run on: real ones given by the edge, or the engine's own virtual clock. */
import { MICROS_PER_MS } from '../model/time.js'
import type { Clock, VirtualClock } from './clock.js'

export type Cancel = () => void

/** `now` and `schedule` must count the same time. */
export interface Timers extends Clock {
  /** Calls `fire` once, `afterMs` from now, unless cancelled before. */
  schedule(afterMs: number, fire: () => void): Cancel
}

/** Timers that fire as frames move the clock, so that deadlines repeat on replay. */
export function virtualTimers(clock: VirtualClock): Timers {
  return {
    now: () => clock.now(),
    schedule(afterMs, fire) {
      const timer = clock.schedule(clock.now() + afterMs * MICROS_PER_MS, fire)
      return () => {
        clock.cancel(timer)
      }
    },
  }
}
