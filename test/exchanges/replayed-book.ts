/** A book kept by the exchange's own rule from decoded updates, to hold checksums and chains against recordings. */
import type { BookRule } from '../../src/exchanges/exchange.js'
import type { Exchange } from '../../src/exchanges/exchange.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { Book } from '../../src/market/book.js'

export interface Replay {
  readonly ok: number
  readonly bad: number
  readonly gaps: number
  readonly books: ReadonlyMap<string, Book>
}

/** Feeds the frames to one decoder and keeps a book per symbol, comparing every checksum that comes. */
export function replayBooks(exchange: Exchange, frames: readonly string[]): Replay {
  const rule = exchange.book
  if (rule === null) throw new Error(`${exchange.name} has no book rule`)
  const decoder = exchange.decoder()
  const books = new Map<string, Book>()
  const last = new Map<string, BookUpdate>()
  const tally = { ok: 0, bad: 0, gaps: 0 }
  for (const frame of frames) {
    const out: Decoded[] = []
    decoder.decode(Buffer.from(frame), 1_700_000_000_000_000, out)
    for (const update of out) {
      if (update.type !== 'bookUpdate' || update.kind === 'partial') continue
      if (!take(update, rule, books, last)) tally.gaps++
      const book = books.get(update.pair)
      if (book === undefined || update.checksum === null || !rule.checksum) continue
      if (rule.checksum(book.texts(25)) === update.checksum) tally.ok++
      else tally.bad++
    }
  }
  return { ...tally, books }
}

/** @returns false at a gap. */
function take(update: BookUpdate, rule: BookRule, books: Map<string, Book>, last: Map<string, BookUpdate>): boolean {
  const previous = last.get(update.pair)
  if (update.kind === 'snapshot') {
    const book = new Book()
    book.replace(update)
    books.set(update.pair, book)
  } else {
    const book = books.get(update.pair)
    if (book === undefined || previous === undefined) return true
    const place = previous.kind === 'snapshot' ? rule.bridge(previous, update) : rule.follow(previous, update)
    if (place === 'gap') return false
    if (place === 'old') return true
    book.apply(update)
    if (rule.depth !== null) book.truncate(rule.depth)
  }
  last.set(update.pair, update)
  return true
}
