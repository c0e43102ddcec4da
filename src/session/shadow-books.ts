/** A book without numbers as the lines tell it that are not followed: kept whole, so that any of them can be followed next. */
import type { Memory } from '../engine/memory.js'
import { BookSync, type BookSyncResult, type BookSyncRule, type BookSyncTarget } from '../market/book-sync.js'
import type { BookUpdate } from '../model/event.js'

export type RememberedShadow = readonly [line: number, sync: unknown]

/** Fields of a book that a new one is given when it is made. */
export const BOOK_WIRING = ['target', 'rule'] as const

export class ShadowBooks {
  readonly #lines = new Map<number, BookSync>()
  /** What a shadow would have told is told by nobody. */
  readonly #untold: BookSyncResult[] = []

  apply(update: BookUpdate, line: number, target: BookSyncTarget, rule: BookSyncRule): void {
    let sync = this.#lines.get(line)
    if (sync === undefined) this.#lines.set(line, (sync = new BookSync(target, rule)))
    sync.apply(update, this.#untold)
    this.#untold.length = 0
  }

  /** The state of every line's book, for {@link takeOver}. */
  remember(memory: Memory): RememberedShadow[] {
    return [...this.#lines].map(([line, sync]) => [line, memory.capture(sync, BOOK_WIRING)])
  }

  takeOver(shadows: readonly RememberedShadow[], memory: Memory, target: BookSyncTarget, rule: BookSyncRule): void {
    for (const [line, state] of shadows) {
      const sync = new BookSync(target, rule)
      memory.restore(sync, state)
      this.#lines.set(line, sync)
    }
  }

  drop(line: number): void {
    this.#lines.delete(line)
  }

  /** Takes out the first line whose book is right; undefined where there is none. */
  take(): { readonly line: number; readonly sync: BookSync } | undefined {
    for (const [line, sync] of this.#lines) {
      if (!sync.isLive) continue
      this.#lines.delete(line)
      return { line, sync }
    }
    return undefined
  }
}
