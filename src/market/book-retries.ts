/** When to ask for a book's snapshot again: at once a few times, then at growing intervals, and never without end. */
import type { Micros } from '../model/time.js'
import { MICROS_PER_SECOND } from '../model/time.js'

const PROMPT_ATTEMPTS = 3
/** A snapshot that has not come by then is asked for again. */
const ANSWER_WITHIN: Micros = 10 * MICROS_PER_SECOND
const LONGEST_PAUSE: Micros = 60 * MICROS_PER_SECOND
/** A book that was right for this long had recovered. */
const HELD_FOR: Micros = 60 * MICROS_PER_SECOND

/** In engine time, by the updates that pass: a stream without updates has nothing that a snapshot could be late for. */
export class BookRetries {
  private attempts = 0
  private askAgainAt: Micros | null = null
  private liveSince: Micros = 0

  /** True once so many attempts have failed that the next one waits. */
  get isExhausted(): boolean {
    return this.attempts >= PROMPT_ATTEMPTS
  }

  /** Counts a request. @returns which one it is since the book last held. */
  count(at: Micros): number {
    this.attempts++
    this.askAgainAt = at + (this.isExhausted ? this.pause() : ANSWER_WITHIN)
    return this.attempts
  }

  /** The next request waits. */
  postpone(at: Micros): void {
    this.askAgainAt = at + this.pause()
  }

  /** True where a request is due; the first one is at once, or as late as an answer may be where the snapshot should come unasked. */
  isDue(at: Micros, comes: 'asked' | 'unasked'): boolean {
    this.askAgainAt ??= comes === 'asked' ? at : at + ANSWER_WITHIN
    return at >= this.askAgainAt
  }

  /** The book is right. */
  succeeded(at: Micros): void {
    this.liveSince = at
    this.askAgainAt = null
  }

  /** The book was right and no longer is. Attempts count on until one has held, or a book that fails at once would be fetched without end. */
  failed(at: Micros): void {
    if (at - this.liveSince >= HELD_FOR) this.attempts = 0
  }

  forget(): void {
    this.attempts = 0
    this.askAgainAt = null
  }

  /** Doubles from ten seconds to a minute. */
  private pause(): Micros {
    return Math.min(LONGEST_PAUSE, ANSWER_WITHIN * 2 ** Math.max(0, this.attempts - PROMPT_ATTEMPTS))
  }
}
