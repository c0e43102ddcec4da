/** Token buckets per caller, in bounded memory. */

export interface RateLimit {
  /** Refill per second. */
  readonly perSecond: number
  /** What may come at once. */
  readonly burst: number
}

interface Bucket {
  left: number
  at: number
}

const MOST_CALLERS = 10_000

export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>()

  constructor(
    private readonly limit: RateLimit,
    /** Milliseconds. */
    private readonly now: () => number,
  ) {}

  /** @returns 0 where the caller may go on, else the seconds after which it may, rounded up. */
  take(caller: string): number {
    const now = this.now()
    const bucket = this.bucket(caller, now)
    bucket.left = Math.min(this.limit.burst, bucket.left + ((now - bucket.at) / 1000) * this.limit.perSecond)
    bucket.at = now
    if (bucket.left >= 1) {
      bucket.left--
      return 0
    }
    return Math.ceil((1 - bucket.left) / this.limit.perSecond)
  }

  /** Whether the next {@link take} would be refused; takes nothing. */
  isSpent(caller: string): boolean {
    const bucket = this.buckets.get(caller)
    if (bucket === undefined) return false
    return bucket.left + ((this.now() - bucket.at) / 1000) * this.limit.perSecond < 1
  }

  private bucket(caller: string, now: number): Bucket {
    const known = this.buckets.get(caller)
    if (known !== undefined) {
      // Callers stand in the order of their last call.
      this.buckets.delete(caller)
      this.buckets.set(caller, known)
      return known
    }
    if (this.buckets.size >= MOST_CALLERS) this.buckets.delete(this.buckets.keys().next().value ?? '')
    const made = { left: this.limit.burst, at: now }
    this.buckets.set(caller, made)
    return made
  }
}
