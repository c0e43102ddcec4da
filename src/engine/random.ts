/** Seeded randomness: the same seed gives the same numbers on every machine, and each labelled fork is a stream of its own. */

/**
 * sfc32, the small fast counting generator of Chris Doty-Humphrey's PractRand (128 bits of state, period at least 2^32),
 * seeded through the finaliser of MurmurHash3 over a Weyl sequence, the 32-bit form of SplitMix
 * (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private spareNormal: number | undefined
  private readonly root: number

  constructor(readonly seed: number | string) {
    this.root = hash(String(seed), 0x811c9dc5)
    const mix = splitMix(this.root)
    this.a = mix()
    this.b = mix()
    this.c = mix()
    for (let round = 0; round < 12; round++) this.next()
  }

  /** The next 32 random bits, as an integer from 0 to 2^32 - 1. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** At least `low` and below `high` (0 and 1 unless told), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const unit = this.bits53() / 0x20000000000000
    return low + unit * (high - low)
  }

  /** An integer from `low` to `high`, both included, each equally likely. The span may be up to 2^53. */
  int(low: number, high: number): number {
    const span = high - low + 1
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || span < 1 || span > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(`no integers from ${low} to ${high}`)
    }
    // Draws past the last whole multiple of the span would favour the low end, so they are drawn again.
    const range = span > 0x100000000 ? 0x20000000000000 : 0x100000000
    const limit = range - (range % span)
    for (;;) {
      const draw = range === 0x100000000 ? this.next() : this.bits53()
      if (draw < limit) return low + (draw % span)
    }
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** Normally distributed, by Marsaglia's polar method. */
  normal(mean = 0, deviation = 1): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal
      this.spareNormal = undefined
      return mean + deviation * spare
    }
    for (;;) {
      const x = this.uniform(-1, 1)
      const y = this.uniform(-1, 1)
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const factor = Math.sqrt((-2 * Math.log(square)) / square)
      this.spareNormal = y * factor
      return mean + deviation * x * factor
    }
  }

  /** Waiting time between events that come `rate` times per unit on average. */
  exponential(rate = 1): number {
    return -Math.log(1 - this.uniform()) / rate
  }

  /** @throws RangeError where there is nothing to pick from. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.int(0, items.length - 1)] as Item
  }

  /** The items in a random order (Fisher and Yates), as a new array. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.int(0, last)
      ;[shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item]
    }
    return shuffled
  }

  /** An independent stream that depends on the seed and the labels alone, not on how much was drawn before. */
  fork(label: number | string): Random {
    return new Random(`${this.seed}/${label}`)
  }

  private bits53(): number {
    return (this.next() >>> 5) * 0x4000000 + (this.next() >>> 6)
  }
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string, basis: number): number {
  let value = basis
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value
}

function splitMix(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let value = state
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
    return value ^ (value >>> 16)
  }
}
