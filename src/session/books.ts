/** The order books of a session: one synchroniser per exchange and pair, whichever line brings its updates. */
import type { Memory } from '../engine/memory.js'
import type { Book as BookEvent, BookUpdate } from '../model/event.js'
import { BookSync, type BookSyncResult, type BookSyncRule } from '../market/book-sync.js'
import type { Micros } from '../model/time.js'
import { ImportedBooks, type ShownBook } from './imported-books.js'
import { BOOK_WIRING, ShadowBooks, type RememberedShadow } from './shadow-books.js'
import type { StreamNames } from './stream-names.js'

interface KeptBook {
  readonly exchange: string
  readonly sync: BookSync
  /** Lines that have brought updates since they last connected. */
  readonly lines: Set<number>
  /** Where updates carry no numbers two lines cannot be merged: the first one is followed until it goes down. */
  followed: number | null
  /** The same book as the other lines tell it. */
  readonly shadows: ShadowBooks
  /** What was told of it last. */
  told: BookEvent | null
  /** Its place among the books in the order in which they were first told. */
  place: number
  /** Complete pictures of its best levels were told. */
  hasPictures: boolean
}

/** A book as another session kept it. */
export interface RememberedBook extends Pick<KeptBook, 'exchange' | 'followed' | 'told' | 'place' | 'hasPictures'> {
  readonly symbol: string
  readonly pair: string
  readonly lines: readonly number[]
  readonly sync: unknown
  readonly shadows: readonly RememberedShadow[]
}

export class Books {
  readonly #books = new Map<string, Map<string, KeptBook>>()
  readonly #symbols = new Map<string, Map<string, KeptBook>>()
  readonly #ruleOf: (exchange: string) => BookSyncRule
  #told = 0

  readonly imported: ImportedBooks

  constructor(
    ruleOf: (exchange: string) => BookSyncRule | null,
    private readonly names: StreamNames,
  ) {
    this.#ruleOf = exchange => ruleOf(exchange) ?? TOP_ONLY
    this.imported = new ImportedBooks(names)
  }

  /** Takes an update and appends what follows from it to `out`. */
  apply(update: BookUpdate, line: number, out: BookSyncResult[]): void {
    const kept = this.#keep(update)
    kept.lines.add(line)
    if (update.last === null && update.kind !== 'partial') {
      kept.followed ??= line
      if (kept.followed !== line) {
        kept.shadows.apply(update, line, kept.sync.target, this.#ruleOf(update.exchange))
        return
      }
    }
    kept.sync.apply(update, out)
    this.#note(kept, out)
    if (update.kind === 'partial' && out.at(-1)?.type === 'book') kept.hasPictures = true
  }

  /** A book survives the loss of a line as long as another line carries it. */
  linkDown(exchange: string, line: number, at: Micros, detail: string, out: BookSyncResult[]): void {
    for (const kept of this.#books.get(exchange)?.values() ?? []) {
      if (!kept.lines.delete(line)) continue
      const wasFollowed = this.#leave(kept, line, at, out)
      if (kept.lines.size === 0 || (wasFollowed && kept.followed === null)) kept.sync.linkDown(at, detail, out)
    }
  }

  /** What a line told that was not followed ends with its connection, however that ended. */
  dropShadow(exchange: string, line: number): void {
    for (const { shadows } of this.#books.get(exchange)?.values() ?? []) shadows.drop(line)
  }

  /** Another line has taken over: a numbered book goes on where it stood, one without numbers as the new line has it. */
  handedOver(exchange: string, line: number, at: Micros, detail: string, out: BookSyncResult[]): void {
    for (const kept of this.#books.get(exchange)?.values() ?? []) {
      kept.lines.delete(line)
      if (this.#leave(kept, line, at, out) && kept.followed === null) kept.sync.linkDown(at, detail, out)
    }
  }

  /** Follows another line that has the book whole, where there is one. @returns whether this line was followed. */
  #leave(kept: KeptBook, line: number, at: Micros, out: BookSyncResult[]): boolean {
    if (kept.followed !== line) return false
    const next = kept.shadows.take()
    kept.followed = next?.line ?? null
    if (next !== undefined) {
      kept.sync.goOnAs(next.sync, at, out)
      this.#note(kept, out)
    }
    return true
  }

  #note(kept: KeptBook, out: readonly BookSyncResult[]): void {
    const last = out.at(-1)
    if (last?.type !== 'book') return
    if (kept.told === null) kept.place = this.#told++
    kept.told = last
  }

  /** Every book as it stands; null where one is told in two ways at once, so that what was told last is not how it stands. */
  remember(memory: Memory): RememberedBook[] | null {
    const remembered: RememberedBook[] = []
    for (const pairs of this.#books.values()) {
      for (const { sync, lines, told, shadows, ...kept } of pairs.values()) {
        if (kept.hasPictures && sync.stats().snapshots > 0) return null
        const { symbol, pair } = sync.target
        const head = told === null || kept.hasPictures ? told : { ...told, bids: [], asks: [] }
        const state = memory.capture(sync, BOOK_WIRING)
        remembered.push({
          ...kept,
          symbol,
          pair,
          lines: [...lines],
          told: head,
          sync: state,
          shadows: shadows.remember(memory),
        })
      }
    }
    return remembered
  }

  /** Goes on where another session stood, before the first update. @returns each book that is right, whole, as it was told last. */
  takeOver(books: readonly RememberedBook[], memory: Memory): BookEvent[] {
    for (const { exchange, symbol, pair, lines, sync, shadows, ...rest } of books) {
      const kept = this.#keep({ type: 'bookUpdate', exchange, symbol, pair })
      memory.restore(kept.sync, sync)
      kept.shadows.takeOver(shadows, memory, kept.sync.target, this.#ruleOf(exchange))
      kept.followed = rest.followed
      kept.told = rest.told
      kept.place = rest.place
      kept.hasPictures = rest.hasPictures
      for (const line of lines) kept.lines.add(line)
    }
    const taken = [...this.#books.values()].flatMap(pairs => [...pairs.values()])
    this.#told = taken.filter(({ told }) => told !== null).length
    return taken.sort((one, other) => one.place - other.place).flatMap(wholeOf)
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

  #keep(update: Pick<BookUpdate, 'type' | 'exchange' | 'symbol' | 'pair'>): KeptBook {
    const { exchange, symbol, pair } = update
    let pairs = this.#books.get(exchange)
    if (pairs === undefined) this.#books.set(exchange, (pairs = new Map<string, KeptBook>()))
    let kept = pairs.get(pair)
    if (kept === undefined) {
      const sync = new BookSync({ exchange, symbol, pair, stream: this.names.of(update) }, this.#ruleOf(exchange))
      const shadows = new ShadowBooks()
      kept = { exchange, sync, shadows, lines: new Set(), followed: null, told: null, place: -1, hasPictures: false }
      pairs.set(pair, kept)
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

function wholeOf({ sync, told, hasPictures }: KeptBook): BookEvent[] {
  if (told === null) return []
  if (hasPictures) return [told]
  return sync.isLive ? [{ ...told, snapshot: true, bids: sync.book.bids.top(), asks: sync.book.asks.top() }] : []
}
