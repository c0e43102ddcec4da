/** What a journal holds: frames to be decoded, or the events of files that were normalised elsewhere. */
import type { FeedEvent } from '../model/event.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'

/** An event of a foreign or normalised file; there is no frame to decode it from. */
export interface EventItem {
  readonly kind: 'event'
  readonly receivedAt: Micros
  readonly event: FeedEvent
}

/** Told apart by `kind`. */
export type JournalItem = Frame | EventItem

/** What one line turned out to be. `other` is whole and known, but nothing that is replayed: a summary, an order, a CSV header. */
export type Verdict = 'item' | 'header' | 'blank' | 'other' | 'corrupt'

/** Reads the lines of one format. */
export interface LineParser {
  /**
   * Appends what the lines from `start` on say, one item each, for as long as they are of a kind that can be read without looking for
   * their ends. @returns where the first other line begins. Absent where there is no such kind.
   */
  parseRun?(bytes: Buffer, start: number, out: JournalItem[]): number
  /** Appends what `bytes[start, end)` says to `out`. A control character stands at `end`. */
  parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict
  /** Asked of a last line without LF, which a crash may have cut; absent where {@link parse} itself knows. */
  isWhole?(bytes: Buffer, start: number, end: number): boolean
  /** The input has ended: what was held back goes out. */
  finish(out: JournalItem[]): void
}
