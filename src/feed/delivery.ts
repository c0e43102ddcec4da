/** Hands frames to the fold one at a time: what a delivery causes waits until that delivery is over. */
import type { FrameOutcome } from '../engine/boundary.js'
import type { Frame } from '../model/frame.js'
import type { EdgeClock } from './real-clock.js'
import type { Deliver } from './source.js'
import { repeat } from './timers.js'
import type { Cancel, Timers } from './timers.js'

export class Delivery {
  /** Frames handed over so far, ticks included. */
  delivered = 0
  private readonly pending: Frame[] = []
  private busy = false
  private open = true
  private deliveredAtTick = 0
  private readonly stopTicks: Cancel

  constructor(
    private readonly deliver: Deliver,
    /** An error of `deliver`. Swallowed, it would leave sockets open that nobody reads any more. */
    private readonly failed: (error: unknown) => void,
    private readonly clock: EdgeClock,
    timers: Timers,
    tickMs: number,
  ) {
    this.stopTicks = tickMs > 0 ? repeat(timers, tickMs, () => this.tick()) : () => undefined
  }

  emit(frame: Frame): FrameOutcome | undefined {
    if (!this.open) return undefined
    if (this.busy) {
      this.pending.push(frame)
      return undefined
    }
    const outcome = this.pass(frame)
    while (this.pending.length > 0) this.pass(this.pending.shift() as Frame)
    return outcome
  }

  /** Nothing is delivered from here on. */
  close(): void {
    this.open = false
    this.pending.length = 0
    this.stopTicks()
  }

  private pass(frame: Frame): FrameOutcome | undefined {
    this.busy = true
    this.delivered++
    try {
      return this.deliver(frame)
    } catch (error) {
      this.failed(error)
      return undefined
    } finally {
      this.busy = false
    }
  }

  private tick(): void {
    if (this.delivered === this.deliveredAtTick) this.emit({ kind: 'tick', receivedAt: this.clock.now() })
    this.deliveredAtTick = this.delivered
  }
}
