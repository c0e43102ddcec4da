/** The end of a bus: waits until nothing is on its way, but not for ever. */
import type { Cancel, Timers } from './timers.js'

/** How a stop went. */
export interface StopReport {
  /** True where nothing had to be given up. */
  readonly drained: boolean
  /** Events and calls that were given up when the time was over; each is counted as failed or refused. */
  readonly abandoned: number
}

export interface DrainHost {
  readonly timers: Timers
  readonly isQuiet: () => boolean
  /** Ends what is still open. @returns how much that was. */
  readonly end: () => number
}

export class Drain {
  readonly report: Promise<StopReport>
  private resolve: (report: StopReport) => void = () => undefined
  private readonly cancel: Cancel
  private isOver = false

  constructor(
    private readonly host: DrainHost,
    withinMs: number,
  ) {
    this.report = new Promise(resolve => (this.resolve = resolve))
    this.cancel = host.timers.schedule(withinMs, () => this.finish())
  }

  /** Called whenever something has come to its end. */
  check(): void {
    if (!this.isOver && this.host.isQuiet()) this.finish()
  }

  private finish(): void {
    if (this.isOver) return
    this.isOver = true
    this.cancel()
    const abandoned = this.host.end()
    this.resolve({ drained: abandoned === 0, abandoned })
  }
}
