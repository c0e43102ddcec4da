/** The order books of a session: one synchroniser per exchange and pair, whichever line brings its updates. */
import type { BookUpdate } from '../model/event.js'
import { BookSync, type BookSyncResult, type BookSyncRule } from '../market/book-sync.js'
import type { Micros } from '../model/time.js'
import { ImportedBooks, type ShownBook } from './imported-books.js'
import type { StreamNames } from './stream-names.js'

interface KeptBook {
  readonly exchange: string
  readonly sync: BookSync
  /** Lines that have brought updates since they last connected. */
  readonly lines: Set<number>
  /** Where updates carry no numbers two lines cannot be merged: the first one is followed until it goes down. */
  followed: number | null
}

export class Books {
  readonly #books = new Map<string, Map<string, KeptBook>>()
  readonly #symbols = new Map<string, Map<string, KeptBook>>()

  readonly imported: ImportedBooks

  constructor(
    private readonly ruleOf: (exchange: string) => BookSyncRule | null,
    private readonly names: StreamNames,
  ) {
    this.imported = new ImportedBooks(names)
  }

  /** Takes an update and appends what follows from it to `out`. */
  apply(update: BookUpdate, line: number, out: BookSyncResult[]): void {
    const kept = this.#keep(update)
    kept.lines.add(line)
    if (update.last === null && update.kind !== 'partial') {
      kept.followed ??= line
      if (kept.followed !== line) return
    }
    kept.sync.apply(update, out)
  }

  /** A book survives the loss of a line as long as another line carries it. */
  linkDown(exchange: string, line: number, at: Micros, detail: string, out: BookSyncResult[]): void {
    for (const kept of this.#books.get(exchange)?.values() ?? []) {
      if (!kept.lines.delete(line)) continue
      const wasFollowed = kept.followed === line
      if (wasFollowed) kept.followed = null
      if (kept.lines.size === 0 || wasFollowed) kept.sync.linkDown(at, detail, out)
    }
  }

  /**
   * Another line has taken over. A numbered book goes on where it stood; one without numbers cannot know what the new line brought
   * in the meantime, and begins again from a snapshot.
   */
  handedOver(exchange: string, line: number, at: Micros, detail: string, out: BookSyncResult[]): void {
    for (const kept of this.#books.get(exchange)?.values() ?? []) {
      kept.lines.delete(line)
      if (kept.followed !== line) continue
      kept.followed = null
      kept.sync.linkDown(at, detail, out)
    }
  }

  get(exchange: string, pair: string): BookSync | undefined {
    return this.#books.get(exchange)?.get(pair)?.sync
  }

  /** The book of a symbol, whoever keeps it. */
  shown(exchange: string, symbol: string): ShownBook | undefined {
    return this.bySymbol(exchange, symbol) ?? this.imported.get(exchange, symbol)
  }

  /** The first pair that this symbol was seen with. */
  bySymbol(exchange: string, symbol: string): BookSync | undefined {
    return this.#symbols.get(exchange)?.get(symbol)?.sync
  }

  /** Streams whose updates never met a snapshot, and how many updates that were: nothing of these books was shown. */
  withoutSnapshot(): { readonly stream: string; readonly updates: number }[] {
    return [...this.all()].flatMap(sync => {
      const { live, snapshots, buffered, ignored } = sync.stats()
      const updates = buffered + ignored
      return live || snapshots > 0 || updates === 0 ? [] : [{ stream: sync.stream, updates }]
    })
  }

  *all(): Generator<BookSync> {
    for (const pairs of this.#books.values()) for (const kept of pairs.values()) yield kept.sync
  }

  #keep(update: BookUpdate): KeptBook {
    const { exchange, symbol, pair } = update
    let pairs = this.#books.get(exchange)
    if (pairs === undefined) this.#books.set(exchange, (pairs = new Map<string, KeptBook>()))
    let kept = pairs.get(pair)
    if (kept === undefined) {
      const sync = new BookSync(
        { exchange, symbol, pair, stream: this.names.of(update) },
        this.ruleOf(exchange) ?? TOP_ONLY,
      )
      pairs.set(pair, (kept = { exchange, sync, lines: new Set(), followed: null }))
      this.#name(exchange, symbol, kept)
    }
    return kept
  }

  #name(exchange: string, symbol: string, kept: KeptBook): void {
    let symbols = this.#symbols.get(exchange)
    if (symbols === undefined) this.#symbols.set(exchange, (symbols = new Map<string, KeptBook>()))
    if (!symbols.has(symbol)) symbols.set(symbol, kept)
  }
}

/** For exchanges that send complete pictures only. */
const TOP_ONLY: BookSyncRule = {
  snapshot: 'stream',
  depth: null,
  bridge: () => 'next',
  follow: () => 'next',
}
