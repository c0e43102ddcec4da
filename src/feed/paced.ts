/** How fast recorded time passes: at its own pace times a speed, as fast as it can be read, or step by step while paused. */
import { MICROS_PER_MS } from '../model/time.js'
import type { Micros } from '../model/time.js'
import type { Timers } from './timers.js'

/** Recorded time per real time; `max` waits for nothing. */
export type Speed = number | 'max'

export interface PacedOptions {
  readonly speed: Speed
  readonly monotonicMs: () => number
  readonly timers: Timers
  /** Starts paused: nothing passes before {@link Paced.resume} or {@link Paced.step}. */
  readonly start?: 'running' | 'paused'
}

/** At full speed the event loop gets its turn this often, so that signals, sockets and tables live. */
const BREATH_MS = 20

/**
 * Every moment is measured against the one at which the present speed began, so falling behind is made up for and drift does not
 * add up. The reader asks {@link isDue} once for each item that it is about to deliver, and waits for {@link until} when told no.
 */
export class Paced {
  private speed: Speed
  private paused: boolean
  private stopped = false
  /** Items that may pass although the pace is paused. */
  private steps = 0
  private anchor: { readonly time: Micros; readonly atMs: number } | null = null
  /** Time of the item that passed last. */
  private position: Micros | null = null
  private breathedMs: number
  private wake: () => void = () => undefined

  /** @throws RangeError unless the speed is above zero. */
  constructor(private readonly options: PacedOptions) {
    this.speed = checked(options.speed)
    this.paused = options.start === 'paused'
    this.breathedMs = options.monotonicMs()
  }

  /** Whether the item received at `time` may be delivered now; it then counts as delivered. */
  isDue(time: Micros): boolean {
    const due = this.stopped || (this.paused ? this.steps > 0 : this.waitMs(time) < 1)
    if (!due) return false
    if (this.paused && this.steps > 0) this.steps--
    this.position = time
    return true
  }

  /** Resolves when it is worth asking again. */
  until(time: Micros): Promise<void> {
    return new Promise(resolve => {
      const waitMs = this.paused ? Number.POSITIVE_INFINITY : this.waitMs(time)
      const cancel = Number.isFinite(waitMs) ? this.options.timers.after(waitMs, () => this.wake()) : () => undefined
      this.wake = () => {
        this.wake = () => undefined
        cancel()
        resolve()
      }
      if (this.stopped || (this.paused && this.steps > 0)) this.wake()
    })
  }

  /** To be awaited between batches. */
  async breathe(): Promise<void> {
    if (this.options.monotonicMs() - this.breathedMs < BREATH_MS) return
    await new Promise(resolve => setImmediate(resolve))
    this.breathedMs = this.options.monotonicMs()
  }

  pause(): void {
    this.paused = true
    this.anchor = null
    this.wake()
  }

  /** Time goes on from where it stood. */
  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.steps = 0
    this.restart()
  }

  /** Lets so many items pass while paused. */
  step(count = 1): void {
    if (!this.paused) return
    this.steps += count
    this.wake()
  }

  /** @throws RangeError unless the speed is above zero. */
  setSpeed(speed: Speed): void {
    this.speed = checked(speed)
    this.restart()
  }

  /** Lets everything pass, for a reader that is to come to its end. */
  stop(): void {
    this.stopped = true
    this.wake()
  }

  /** How far recorded time has come. */
  get reached(): Micros | null {
    return this.position
  }

  private restart(): void {
    this.anchor = this.position === null ? null : { time: this.position, atMs: this.options.monotonicMs() }
    this.wake()
  }

  private waitMs(time: Micros): number {
    if (this.speed === 'max') return 0
    this.anchor ??= { time: this.position ?? time, atMs: this.options.monotonicMs() }
    const passedMs = this.options.monotonicMs() - this.anchor.atMs
    return (time - this.anchor.time) / MICROS_PER_MS / this.speed - passedMs
  }
}

function checked(speed: Speed): Speed {
  if (speed === 'max' || speed > 0) return speed
  throw new RangeError(`a speed must be above zero, not ${String(speed)}`)
}
