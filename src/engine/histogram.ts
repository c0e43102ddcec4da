/** A latency histogram in bounded memory: exact counts, minimum and maximum, percentiles within 1.6 %. */

/** Values are integers of one unit, usually microseconds, and may be negative: clocks of two machines differ. */
export class Histogram {
  private readonly above = new Float64Array(BUCKETS)
  /** Mirrored counts of the negative values, made when the first one comes. */
  private below: Float64Array | undefined
  private total = 0
  private sum = 0
  private lowest = Infinity
  private highest = -Infinity

  /** Records `value`, rounded to an integer; NaN and infinities are refused. @returns false where it was refused. */
  record(value: number): boolean {
    const rounded = Math.round(value)
    if (!Number.isSafeInteger(rounded)) return false
    const counts = rounded < 0 ? (this.below ??= new Float64Array(BUCKETS)) : this.above
    const bucket = bucketOf(Math.abs(rounded))
    counts[bucket] = (counts[bucket] ?? 0) + 1
    this.total++
    this.sum += rounded
    if (rounded < this.lowest) this.lowest = rounded
    if (rounded > this.highest) this.highest = rounded
    return true
  }

  get count(): number {
    return this.total
  }

  /** Null while nothing was recorded, as for all figures below. */
  get min(): number | null {
    return this.total === 0 ? null : this.lowest
  }

  get max(): number | null {
    return this.total === 0 ? null : this.highest
  }

  get mean(): number | null {
    return this.total === 0 ? null : this.sum / this.total
  }

  /** The smallest recorded value that at least `percent` of all values do not exceed (nearest rank), up to the bucket's width. */
  percentile(percent: number): number | null {
    if (this.total === 0) return null
    let remaining = Math.min(this.total, Math.max(1, Math.ceil((percent / 100) * this.total)))
    for (const [value, count] of this.buckets()) {
      remaining -= count
      if (remaining <= 0) return Math.min(this.highest, Math.max(this.lowest, value))
    }
    return this.highest
  }

  summary(): { p50: number | null; p99: number | null; max: number | null } {
    return { p50: this.percentile(50), p99: this.percentile(99), max: this.max }
  }

  /** Adds all that `other` recorded. */
  merge(other: Histogram): void {
    addTo(this.above, other.above)
    if (other.below !== undefined) addTo((this.below ??= new Float64Array(BUCKETS)), other.below)
    this.total += other.total
    this.sum += other.sum
    this.lowest = Math.min(this.lowest, other.lowest)
    this.highest = Math.max(this.highest, other.highest)
  }

  reset(): void {
    this.above.fill(0)
    this.below = undefined
    this.total = 0
    this.sum = 0
    this.lowest = Infinity
    this.highest = -Infinity
  }

  /** Non-empty buckets from the lowest value to the highest. */
  private *buckets(): Generator<[value: number, count: number]> {
    const { below, above } = this
    for (let bucket = BUCKETS - 1; below !== undefined && bucket >= 0; bucket--) {
      const count = below[bucket] ?? 0
      if (count > 0) yield [-valueOf(bucket), count]
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = above[bucket] ?? 0
      if (count > 0) yield [valueOf(bucket), count]
    }
  }
}

/** Below this each integer has its own bucket; above, each power of two has half as many of equal width. */
const EXACT = 64
const PER_OCTAVE = EXACT / 2
const OCTAVES = 53 - 6
const BUCKETS = EXACT + OCTAVES * PER_OCTAVE

function bucketOf(value: number): number {
  if (value < EXACT) return value
  if (value < 0x80000000) {
    const octave = 31 - Math.clz32(value)
    return EXACT + (octave - 6) * PER_OCTAVE + (value >>> (octave - 5)) - PER_OCTAVE
  }
  const octave = 52 - Math.clz32(Math.floor(value / 0x200000))
  const width = 2 ** (octave - 5)
  return EXACT + (octave - 6) * PER_OCTAVE + (Math.floor(value / width) - PER_OCTAVE)
}

/** The middle of a bucket. */
function valueOf(bucket: number): number {
  if (bucket < EXACT) return bucket
  const octave = 6 + Math.floor((bucket - EXACT) / PER_OCTAVE)
  const width = 2 ** (octave - 5)
  return (PER_OCTAVE + ((bucket - EXACT) % PER_OCTAVE)) * width + width / 2 - 0.5
}

function addTo(target: Float64Array, source: Float64Array): void {
  for (let bucket = 0; bucket < target.length; bucket++) target[bucket] = (target[bucket] ?? 0) + (source[bucket] ?? 0)
}
