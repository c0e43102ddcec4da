/** Time that only the simulation moves: timers in a heap, a wall clock that may step, and a process that may stand still. */
import { TimerHeap, type Timer } from '../../src/engine/timer-heap.js'
import type { Timers } from '../../src/feed/timers.js'
import { RealClock } from '../../src/feed/real-clock.js'

const START_MS = 1_700_000_000_000

export class SimulatedTime implements Timers {
  /** Since the start, as the world outside counts it. */
  ms = 0
  private wallAheadMs = 0
  private readonly heap = new TimerHeap()

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = this.heap.add(this.ms + Math.max(0, delayMs), run)
    return () => this.heap.remove(timer)
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.heap.size
  }

  /** The clock of the product over this time. */
  clock(): RealClock {
    return new RealClock({ wallMs: () => this.wallMs, monotonicMs: () => this.ms })
  }

  get wallMs(): number {
    return Math.floor(START_MS + this.ms + this.wallAheadMs)
  }

  /** Somebody sets the system's clock. */
  stepWall(byMs: number): void {
    this.wallAheadMs += byMs
  }

  /** Time passes while nothing in this process gets its turn. */
  freeze(forMs: number): void {
    this.ms += forMs
  }

  /** Lets time pass; timers fire in due order, and promises are kept in between. */
  async pass(forMs: number): Promise<void> {
    const end = this.ms + forMs
    for (let timer = this.heap.takeDue(end); timer !== undefined; timer = this.heap.takeDue(end)) {
      this.ms = Math.max(this.ms, timer.due)
      timer.fire()
      await Promise.resolve()
    }
    this.ms = Math.max(this.ms, end)
    // What hangs on several promises in a row.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
}
