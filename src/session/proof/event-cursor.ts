/** One of two streams of events that are compared: read one by one, with a look ahead. */
import type { FoldedEvent } from './fold.js'

export class EventCursor {
  #ahead: FoldedEvent[] = []
  #at = 0
  #ended = false
  /** Events before the next one. */
  index = 0

  constructor(private readonly batches: AsyncIterator<readonly FoldedEvent[]>) {}

  /** The next event without taking it; undefined at the end. */
  async peek(): Promise<FoldedEvent | undefined> {
    await this.#fill(1)
    return this.#ahead[this.#at]
  }

  take(): void {
    this.#at++
    this.index++
    if (this.#at < 4096) return
    this.#ahead = this.#ahead.slice(this.#at)
    this.#at = 0
  }

  /** The next `count` events, fewer at the end. */
  async window(count: number): Promise<readonly FoldedEvent[]> {
    await this.#fill(count)
    return this.#ahead.slice(this.#at, this.#at + count)
  }

  async close(): Promise<void> {
    await this.batches.return?.()
  }

  async #fill(count: number): Promise<void> {
    while (!this.#ended && this.#ahead.length - this.#at < count) {
      const next = await this.batches.next()
      if (next.done === true) this.#ended = true
      else for (const event of next.value) this.#ahead.push(event)
    }
  }
}
