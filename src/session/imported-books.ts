/** Order books of events that come without frames: from a file of them, or from another process that kept the book. */
import { Book } from '../market/book.js'
import type { Book as BookEvent, Status } from '../model/event.js'
import type { StreamNames } from './stream-names.js'

export interface ShownBook {
  readonly book: Pick<Book, 'bids' | 'asks'>
  /** False while the book may be wrong. */
  readonly isLive: boolean
}

interface ImportedBook extends ShownBook {
  readonly book: Book
  isLive: boolean
  readonly stream: string
}

export class ImportedBooks {
  readonly #books = new Map<string, Map<string, ImportedBook>>()

  constructor(private readonly names: StreamNames) {}

  /** What another book keeper has proved right is right here; between a gap and the next snapshot nothing is. */
  apply(event: BookEvent): void {
    const imported = this.#keep(event)
    const change = { bids: event.bids, asks: event.asks, texts: null }
    if (event.snapshot) {
      imported.book.replace(change)
      imported.isLive = true
    } else if (imported.isLive) imported.book.apply(change)
  }

  heed({ exchange, stream, state }: Status): void {
    if (state !== 'gap') return
    for (const imported of this.#books.get(exchange)?.values() ?? []) {
      if (imported.stream === stream) imported.isLive = false
    }
  }

  get(exchange: string, symbol: string): ShownBook | undefined {
    return this.#books.get(exchange)?.get(symbol)
  }

  #keep(event: BookEvent): ImportedBook {
    const { exchange, symbol } = event
    let symbols = this.#books.get(exchange)
    if (symbols === undefined) this.#books.set(exchange, (symbols = new Map<string, ImportedBook>()))
    let imported = symbols.get(symbol)
    if (imported === undefined) {
      symbols.set(symbol, (imported = { book: new Book(), isLive: false, stream: this.names.of(event) }))
    }
    return imported
  }
}
