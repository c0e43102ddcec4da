/** The order books of a recording while it plays, so that a client who comes late is served as the exchange would serve it. */
import type { BookRule, Exchange } from '../../exchanges/exchange.js'
import { BookSync } from '../../market/book-sync.js'
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import { plainDecimal } from '../../model/number.js'

interface TapeBook {
  readonly sync: BookSync
  readonly symbol: string
  /** The last snapshot by REST, as the exchange answered it, and its id. */
  body: string | null
  bodyId: number | null
}

/** A topic that has gone on for longer since its snapshot is not told again from there. */
const LONGEST_STORY = 50_000

/** Answers requests for snapshots where they are fetched by REST, and tells late subscribers the story so far where they come on the stream. */
export class TapeBooks {
  private readonly books = new Map<string, TapeBook>()
  private readonly stories = new Map<string, string[]>()
  private readonly rule: BookRule | null

  constructor(exchange: Exchange) {
    this.rule = exchange.book
  }

  /** Follows a message of the recording, which says this and belongs to these topics. */
  feed(text: string, found: readonly Decoded[], topics: readonly string[]): void {
    if (this.rule === null) return
    for (const item of found) {
      if (item.type !== 'bookUpdate' || item.kind === 'partial') continue
      if (this.rule.snapshot === 'rest') this.follow(item, text, this.rule)
      else for (const topic of topics) this.tell(topic, item.kind, text)
    }
  }

  /** The messages of a topic from its last snapshot on, which make a late subscriber's book what it would be. */
  story(topic: string): readonly string[] {
    return this.stories.get(topic) ?? []
  }

  /** The answer to a request for a snapshot: the book as of now. Undefined where the address asks for none, null where there is none yet. */
  answer(address: URL): string | null | undefined {
    const request = this.rule?.snapshot === 'rest' ? this.rule.request : undefined
    if (request === undefined) return undefined
    for (const [pair, book] of this.books) {
      if (isSameRequest(address, new URL(request.url(book.symbol, address.origin, pair)))) return currentBody(book)
    }
    // A book that the recording has not come to yet: whatever names its symbol, the path would be that of its snapshot.
    const asked = [...address.searchParams.values(), 'X'].map(symbol => new URL(request.url(symbol, address.origin)))
    return asked.some(({ pathname }) => pathname === address.pathname) ? null : undefined
  }

  private tell(topic: string, kind: BookUpdate['kind'], text: string): void {
    const story = this.stories.get(topic)
    if (kind === 'snapshot') this.stories.set(topic, [text])
    else if (story !== undefined && story.at(-1) !== text) story.push(text)
    if (story !== undefined && story.length > LONGEST_STORY) this.stories.delete(topic)
  }

  private follow(update: BookUpdate, text: string, rule: BookRule): void {
    const { exchange, symbol, pair } = update
    let book = this.books.get(pair)
    if (book === undefined) {
      const sync = new BookSync({ exchange, symbol, pair, stream: symbol }, rule)
      this.books.set(pair, (book = { sync, symbol, body: null, bodyId: null }))
    }
    book.sync.apply(update, [])
    const body = update.kind === 'snapshot' ? unwrapped(text, symbol, rule) : undefined
    if (body !== undefined) [book.body, book.bodyId] = [body, update.last]
  }
}

function isSameRequest(asked: URL, known: URL): boolean {
  if (asked.pathname !== known.pathname) return false
  return [...known.searchParams].every(([key, value]) => key === 'limit' || asked.searchParams.get(key) === value)
}

/** The REST answer inside a recorded snapshot: what the exchange's own wrapping puts around it is known from wrapping something else. */
function unwrapped(text: string, symbol: string, rule: BookRule): string | undefined {
  const [before, after] = rule.request?.wrap(symbol, '{"probe":0}').split('"probe":0') ?? []
  if (before === undefined || after === undefined) return undefined
  if (!text.startsWith(before) || !text.endsWith(after)) return undefined
  return `{${text.slice(before.length, text.length - after.length)}}`
}

/** The recorded answer with the book as of now in it, where the recording shows the exchange's shape; else null. */
function currentBody({ sync, body, bodyId }: TapeBook): string | null {
  if (body === null || bodyId === null || !sync.isLive) return body
  const now = sync.lastSequence
  const replaced: unknown = JSON.parse(body, (key, value: unknown) => {
    if (key === 'bids') return rows(sync.book.bids.top())
    if (key === 'asks') return rows(sync.book.asks.top())
    if (value === bodyId) return now
    return value === String(bodyId) ? String(now) : value
  })
  return JSON.stringify(replaced)
}

function rows(levels: readonly Level[]): [string, string][] {
  return levels.map(([price, size]) => [plainDecimal(price), plainDecimal(size)])
}
