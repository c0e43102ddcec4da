/** The order books behind the events of a session, whole or known not to be, at any moment of the fold. */
import { Book } from '../../market/book.js'
import type { Book as BookEvent } from '../../model/event.js'
import type { Books } from '../books.js'

interface Kept {
  readonly book: Book
  last: BookEvent
}

/** Books kept; further ones are not taken in. */
const MOST = 10_000

export class BookKeeper {
  readonly #kept = new Map<string, Kept>()

  /** @param books the session's own, which know when a book may be wrong. */
  constructor(private readonly books: Books) {}

  apply(event: BookEvent): void {
    const key = `${event.exchange}\n${event.pair}`
    let kept = this.#kept.get(key)
    if (kept === undefined) {
      if (!event.snapshot || this.#kept.size >= MOST) return
      this.#kept.set(key, (kept = { book: new Book(), last: event }))
    }
    const change = { bids: event.bids, asks: event.asks, texts: null }
    if (event.snapshot) kept.book.replace(change)
    else kept.book.apply(change)
    kept.last = event
  }

  /**
   * Each book that is right, complete or its best `depth` levels, under the time of the update that changed it last; in the order of
   * their names, so that nobody sees where a fold began.
   */
  *whole(depth?: number): Generator<BookEvent> {
    const kept = [...this.#kept].sort(([left], [right]) => (left < right ? -1 : 1))
    for (const [, { book, last }] of kept) {
      if (!this.#isRight(last)) continue
      yield { ...last, snapshot: true, bids: book.bids.top(depth), asks: book.asks.top(depth) }
    }
  }

  /** The last event of each book that has lost its place in the stream of updates and not found it again. */
  *broken(): Generator<BookEvent> {
    for (const { last } of this.#kept.values()) if (!this.#isRight(last)) yield last
  }

  /** Partial books and those of other tools' files need no synchronising: each is as right as its last event. */
  #isRight({ exchange, pair }: BookEvent): boolean {
    const sync = this.books.get(exchange, pair)
    return sync === undefined || sync.isLive || sync.stats().snapshots === 0
  }
}
