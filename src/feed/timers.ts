/** Timers as a seam: real ones here, virtual ones in tests. */

export interface Timers {
  /** Runs once after the delay, unless cancelled. Delays of any length are kept, and negative ones count as 0. */
  after(delayMs: number, run: () => void): Cancel
}

/** Harmless when the timer already ran. */
export type Cancel = () => void

/** A number in [0, 1). */
export type Random = () => number

/** Beyond this Node fires at once, with a warning. */
const LONGEST_MS = 2 ** 31 - 1

export const realTimers: Timers = {
  after(delayMs, run) {
    let handle: NodeJS.Timeout
    const arm = (leftMs: number): void => {
      const slice = Math.min(leftMs, LONGEST_MS)
      handle = setTimeout(() => {
        if (leftMs > slice) arm(leftMs - slice)
        else run()
      }, slice)
    }
    arm(Math.max(0, delayMs))
    return () => clearTimeout(handle)
  },
}

/** Runs again and again, each time `everyMs` after the last run ended. */
export function repeat(timers: Timers, everyMs: number, run: () => void): Cancel {
  let cancelled = false
  let cancel: Cancel = timers.after(everyMs, function again() {
    run()
    // `run` may have cancelled the repetition.
    if (!cancelled) cancel = timers.after(everyMs, again)
  })
  return () => {
    cancelled = true
    cancel()
  }
}
