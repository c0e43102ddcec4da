/** A binary heap of timers, earliest due first and ties in the order they were added. */
import type { Micros } from '../model/time.js'

/** A timer as its owner holds it. */
export interface Timer {
  readonly due: Micros
  readonly fire: () => void
}

/** Adding, removing and taking cost O(log n). */
export class TimerHeap {
  private readonly entries: Entry[] = []
  private added = 0

  get size(): number {
    return this.entries.length
  }

  add(due: Micros, fire: () => void): Timer {
    const entry: Entry = { due, fire, order: this.added++, index: this.entries.length }
    this.entries.push(entry)
    this.rise(entry)
    return entry
  }

  /** The first timer if it is due by `time`. */
  takeDue(time: Micros): Timer | undefined {
    const first = this.entries[0]
    if (first === undefined || first.due > time) return undefined
    this.drop(first)
    return first
  }

  /** @returns false where the timer is not in this heap any more. */
  remove(timer: Timer): boolean {
    const entry = timer as Entry
    if (this.entries[entry.index] !== entry) return false
    this.drop(entry)
    return true
  }

  private drop(entry: Entry): void {
    const last = this.entries.pop()
    if (last !== undefined && last !== entry) {
      this.place(last, entry.index)
      this.rise(last)
      this.sink(last)
    }
    entry.index = -1
  }

  private rise(entry: Entry): void {
    while (entry.index > 0) {
      const above = this.entries[(entry.index - 1) >> 1]
      if (above === undefined || isBefore(above, entry)) return
      this.swap(above, entry)
    }
  }

  private sink(entry: Entry): void {
    for (;;) {
      const left = this.entries[entry.index * 2 + 1]
      const right = this.entries[entry.index * 2 + 2]
      const below = left !== undefined && right !== undefined && isBefore(right, left) ? right : left
      if (below === undefined || isBefore(entry, below)) return
      this.swap(entry, below)
    }
  }

  private swap(above: Entry, below: Entry): void {
    const index = above.index
    this.place(above, below.index)
    this.place(below, index)
  }

  private place(entry: Entry, index: number): void {
    this.entries[index] = entry
    entry.index = index
  }
}

interface Entry extends Timer {
  readonly order: number
  /** Place in the heap; -1 once it left. */
  index: number
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
