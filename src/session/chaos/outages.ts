/** How long data was missing: from the loss of a connection, or the last data before a silence, to the first data after it. */
import { isOrderly, type Frame, type LinkFrame } from '../../model/frame.js'
import { MICROS_PER_MS, type Micros } from '../../model/time.js'
import type { FrameOutcome } from '../../engine/boundary.js'

export class Outages {
  /** Of lost connections, each from its loss to the first data on the line, in milliseconds. */
  readonly losses: number[] = []
  /** Of connections that fell silent, each from its last data to the moment that another one had taken over. */
  readonly silences: number[] = []
  readonly #downSince = new Map<number, Micros>()
  readonly #lastData = new Map<number, Micros>()

  see(frame: Frame, outcome: FrameOutcome): void {
    if (frame.kind === 'link') this.#link(frame)
    else if (frame.kind === 'data' && outcome === 'decoded') this.#data(frame.line, frame.receivedAt)
  }

  /** Lost connections that have brought no data since. */
  get open(): number {
    return this.#downSince.size
  }

  #data(line: number, at: Micros): void {
    this.#lastData.set(line, at)
    const since = this.#downSince.get(line)
    if (since === undefined) return
    this.#downSince.delete(line)
    this.losses.push((at - since) / MICROS_PER_MS)
  }

  #link({ line, state, detail, receivedAt }: LinkFrame): void {
    if (state === 'disconnected' && !detail.startsWith('stall: ') && !isOrderly(detail)) {
      this.#downSince.set(line, receivedAt)
    }
    const last = this.#lastData.get(line)
    if (state === 'stale' && last !== undefined) this.silences.push((receivedAt - last) / MICROS_PER_MS)
  }
}
