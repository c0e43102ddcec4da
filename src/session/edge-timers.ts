/** Deadlines of handlers that answer later: they wait for the outside world, so they run on its time, whatever pace the frames have. */
import type { Clock } from '../engine/clock.js'
import type { Timers } from '../engine/timers.js'

/** Stamps with engine time and waits in real time: a replay's hour may pass in a second, and at its end no frame moves the clock any more. */
export function edgeTimers(clock: Clock): Timers {
  return {
    now: () => clock.now(),
    schedule(afterMs, fire) {
      if (afterMs === Infinity) return () => undefined
      const timer = setTimeout(fire, Math.min(afterMs, LONGEST_MS))
      return () => clearTimeout(timer)
    },
  }
}

/** What a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1
