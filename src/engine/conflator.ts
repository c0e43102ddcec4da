/** DimensionalCollapseV4 · conflation: of many updates to one state only the newest waits; what is no state is never merged. */
import { conflationKey, mergeNewest } from './conflation-rule.js'

export interface ConflatorOptions<Value> {
  /** Which state a value updates; undefined where it is no state and must arrive by itself. The product's rule unless told. */
  readonly key?: (value: Value) => string | undefined
  /** What remains of two updates of one state; the newer one unless told. */
  readonly merge?: (older: Value, newer: Value) => Value
  /** Values that may wait at once; 65,536 unless told. */
  readonly capacity?: number
}

export interface ConflatorStats {
  readonly received: number
  readonly conflated: number
  readonly taken: number
  readonly discarded: number
  readonly waiting: number
}

/** A queue with one place per state. A state keeps its place in the queue while newer values take the older one's. */
export class Conflator<Value> {
  private readonly key: (value: Value) => string | undefined
  private readonly merge: (older: Value, newer: Value) => Value
  private readonly capacity: number
  /** In order of arrival; values that are no state have a number for a key. */
  private readonly waiting = new Map<string | number, Value>()
  private readonly counts = { received: 0, conflated: 0, taken: 0, discarded: 0 }

  constructor(options: ConflatorOptions<Value> = {}) {
    this.key = options.key ?? conflationKey
    this.merge = options.merge ?? mergeNewest
    this.capacity = options.capacity ?? 65_536
  }

  get size(): number {
    return this.waiting.size
  }

  /** @returns `full` where the value found no place and was not taken in. */
  put(value: Value): 'waiting' | 'conflated' | 'full' {
    const key = this.key(value)
    const older = key === undefined ? undefined : this.waiting.get(key)
    if (key !== undefined && older !== undefined) {
      this.waiting.set(key, this.merge(older, value))
      this.counts.received++
      this.counts.conflated++
      return 'conflated'
    }
    if (this.waiting.size >= this.capacity) return 'full'
    this.waiting.set(key ?? this.counts.received, value)
    this.counts.received++
    return 'waiting'
  }

  /** Removes and returns the value that waited longest. */
  take(): Value | undefined {
    for (const [key, value] of this.waiting) {
      this.waiting.delete(key)
      this.counts.taken++
      return value
    }
    return undefined
  }

  /** Empties the queue. @returns how many values were waiting. */
  clear(): number {
    const discarded = this.waiting.size
    this.waiting.clear()
    this.counts.discarded += discarded
    return discarded
  }

  /** `received = conflated + taken + discarded + waiting`, exactly. */
  stats(): ConflatorStats {
    return { ...this.counts, waiting: this.waiting.size }
  }
}
