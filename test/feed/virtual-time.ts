/** Virtual time for the edge: a clock and timers that only the test moves. */
import type { EdgeClock } from '../../src/feed/real-clock.js'
import type { Timers } from '../../src/feed/timers.js'

export class VirtualTime implements EdgeClock, Timers {
  private ms = 0
  private nextId = 0
  private readonly due = new Map<number, { at: number; run: () => void }>()

  constructor(private readonly startMicros = 1_700_000_000_000_000) {}

  now(): number {
    return this.startMicros + Math.round(this.ms * 1_000)
  }

  monotonicMs = (): number => this.ms

  after(delayMs: number, run: () => void): () => void {
    const id = this.nextId++
    this.due.set(id, { at: this.ms + Math.max(0, delayMs), run })
    return () => this.due.delete(id)
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.due.size
  }

  /** Moves time on; timers fire in due order, those they set included. */
  advance(byMs: number): void {
    const end = this.ms + byMs
    for (;;) {
      const next = [...this.due].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0]
      if (next === undefined) break
      this.due.delete(next[0])
      this.ms = Math.max(this.ms, next[1].at)
      next[1].run()
    }
    this.ms = end
  }

  /** Time passes while no timer gets its turn, as in a busy process. */
  freeze(forMs: number): void {
    this.ms += forMs
  }
}

/** Lets virtual time pass in steps with real input and output in between. @returns how much passed. */
export async function pass(
  time: VirtualTime,
  ms: number,
  isOver: () => boolean = () => false,
  stepMs = 25,
): Promise<number> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    if (isOver()) return passed
    time.advance(stepMs)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  return ms
}
