/** The pace of a run over recorded time, on the machine's own clock and timers. */
import { Paced } from '../feed/paced.js'
import { realTimers } from '../feed/timers.js'

/** Recorded time runs `speed` times as fast as `monotonicMs`; with infinity as fast as it can be read. */
export function paceOf(speed: number, monotonicMs: () => number): Paced {
  return new Paced({ speed: speed === Infinity ? 'max' : speed, monotonicMs, timers: realTimers })
}

/** No waiting; now and then the event loop gets its turn. */
export function unpaced(monotonicMs: () => number): Paced {
  return paceOf(Infinity, monotonicMs)
}
