/** Measures how far behind the markets this process is: by the delay of messages, above the delay that they usually have. */

/** Clocks drift and routes change: a baseline that is too low rises by this share of the difference with each sample. */
const FORGET = 0.005
/** Exchanges hold messages back by about this much themselves, now and then. */
const TOLERATED_MS = 250

/**
 * The delay of a message (received minus the exchange's time) holds the difference of two clocks, so only its growth over the
 * smallest seen says something. Lag of our own delays every stream; the stream that is delayed least tells it from a lag of theirs.
 */
export class LagProbe {
  private readonly baselines = new WeakMap<object, number>()
  private least = Number.POSITIVE_INFINITY

  /** Notes the delay of a stream's latest message. */
  note(stream: object, delayMs: number): void {
    const known = this.baselines.get(stream) ?? delayMs
    const baseline = delayMs < known ? delayMs : known + (delayMs - known) * FORGET
    this.baselines.set(stream, baseline)
    this.least = Math.min(this.least, delayMs - baseline)
  }

  /** Lag by what was noted since the last call; 0 where nothing was. */
  take(): number {
    const lagMs = this.least === Number.POSITIVE_INFINITY ? 0 : Math.max(0, this.least - TOLERATED_MS)
    this.least = Number.POSITIVE_INFINITY
    return lagMs
  }
}
