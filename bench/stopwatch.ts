/** Times a stream of events from its first to its last, so that what comes before is left out. */
import type { Timed } from './bench.js'

/** Runs from the first event to the last. */
export class Stopwatch {
  units = 0
  #first = 0n

  count(): void {
    if (this.units++ === 0) this.#first = process.hrtime.bigint()
  }

  stop(): Timed {
    return { units: this.units, seconds: Number(process.hrtime.bigint() - this.#first) / 1e9 }
  }
}
