/** How fast recorded time passes: at its own pace, times a speed, or as fast as it can be read. */
import { MICROS_PER_MS, type Micros } from '../model/time.js'

export interface Pace {
  /** Whether what was received at `time` may be delivered now. */
  isDue(time: Micros): boolean
  /** Resolves when it may, or when the pace is stopped. */
  until(time: Micros): Promise<void>
  /** Lets timers and sockets have their turn between two batches. */
  breathe(): Promise<void>
  stop(): void
}

/** No waiting; every {@link BREATH_MS} the event loop gets its turn. */
export function unpaced(now: () => number): Pace {
  let last = now()
  return {
    isDue: () => true,
    until: () => Promise.resolve(),
    breathe: async () => {
      if (now() - last < BREATH_MS) return
      await turn()
      last = now()
    },
    stop: () => undefined,
  }
}

const BREATH_MS = 20

/**
 * Recorded time runs `speed` times as fast as `now` (milliseconds, monotonic), from the first item on. Falling behind is made
 * up for; the drift never grows, because each moment is measured against the first.
 */
export class SpeedPace implements Pace {
  #first: Micros | null = null
  #begunAt = 0
  #stopped = false
  #wake: (() => void) | null = null

  constructor(
    private readonly speed: number,
    private readonly now: () => number,
  ) {}

  isDue(time: Micros): boolean {
    return this.#stopped || this.#waitMs(time) < 1
  }

  until(time: Micros): Promise<void> {
    const wait = this.#waitMs(time)
    if (this.#stopped || wait < 1) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, Math.min(wait, LONGEST_WAIT_MS))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  breathe(): Promise<void> {
    return turn()
  }

  stop(): void {
    this.#stopped = true
    this.#wake?.()
  }

  #waitMs(time: Micros): number {
    if (this.#first === null) {
      this.#first = time
      this.#begunAt = this.now()
    }
    return (time - this.#first) / MICROS_PER_MS / this.speed - (this.now() - this.#begunAt)
  }
}

/** Longest delay that a timer takes. */
const LONGEST_WAIT_MS = 2 ** 31 - 1

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
