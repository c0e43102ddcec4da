/** Rate limits as exchanges state them: so many in any window of so many milliseconds. */
import type { Cancel, Timers } from './timers.js'

export interface Rate {
  readonly count: number
  readonly perMs: number
}

/** We stay this far below a stated limit, since the exchange counts by its own clock and also counts our pongs. */
const SHARE = 0.8

/** Never more than `count` in any window: a token bucket would let a full burst follow a full refill. */
export class WindowLimiter {
  private readonly times: number[]
  private next = 0

  constructor(
    private readonly rate: Rate,
    private readonly monotonicMs: () => number,
  ) {
    this.times = new Array<number>(Math.max(1, Math.floor(rate.count))).fill(Number.NEGATIVE_INFINITY)
  }

  /** Four fifths of what the exchange allows. */
  static below(rate: Rate, monotonicMs: () => number): WindowLimiter {
    return new WindowLimiter({ count: rate.count * SHARE, perMs: rate.perMs }, monotonicMs)
  }

  /** Takes the next free slot. @returns milliseconds until it. */
  reserve(): number {
    const now = this.monotonicMs()
    const at = Math.max(now, (this.times[this.next] ?? now) + this.rate.perMs)
    this.times[this.next] = at
    this.next = (this.next + 1) % this.times.length
    return at - now
  }
}

/** More than this many messages waiting means that the other side asks faster than its own limit lets us answer. */
const MOST_WAITING = 10_000

/** Messages to an exchange, in order and within its limit. */
export class SendQueue {
  private readonly waiting: string[] = []
  private cancel: Cancel | null = null

  constructor(
    private readonly limiter: WindowLimiter,
    private readonly timers: Timers,
    private readonly send: (text: string) => void,
  ) {}

  /** @returns false where too many wait already; the message is not taken then. */
  push(text: string): boolean {
    if (this.waiting.length >= MOST_WAITING) return false
    this.waiting.push(text)
    if (this.cancel === null) this.flush()
    return true
  }

  /** Counts a message that could not wait, such as a ping. */
  charge(): void {
    this.limiter.reserve()
  }

  /** Forgets what was not sent; the connection is gone. */
  clear(): void {
    this.waiting.length = 0
    this.cancel?.()
    this.cancel = null
  }

  private flush(): void {
    while (this.waiting.length > 0) {
      const waitMs = this.limiter.reserve()
      if (waitMs > 0) {
        this.cancel = this.timers.after(waitMs, () => {
          this.cancel = null
          this.sendNext()
          this.flush()
        })
        return
      }
      this.sendNext()
    }
  }

  private sendNext(): void {
    const text = this.waiting.shift()
    if (text !== undefined) this.send(text)
  }
}
