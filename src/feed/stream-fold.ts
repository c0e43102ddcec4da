/** The smallest complete fold: frames of a feed in, events by stream out, with first copies of trades and synchronised books. */
import type { ErrorBoundary, FrameOutcome } from '../engine/boundary.js'
import { VirtualClock } from '../engine/clock.js'
import { Engine } from '../engine/engine.js'
import type { EngineOutlet } from '../engine/engine.js'
import type { Exchange } from '../exchanges/exchange.js'
import { tradeIdsOf } from '../exchanges/registry.js'
import { Arbiter } from '../market/arbiter.js'
import type { ArbiterResult } from '../market/arbiter.js'
import { BookSync } from '../market/book-sync.js'
import type { BookSyncResult } from '../market/book-sync.js'
import type { BookUpdate, FeedEvent, MarketEvent, Notice, Status, StatusState, Trade } from '../model/event.js'
import type { Frame, LinkFrame } from '../model/frame.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import type { LiveFeed } from './live-feed.js'

/** Types of event that a channel brings, where channel and type differ. */
const TYPE_OF: Readonly<Partial<Record<Stream['channel'], string>>> = {
  aggTrade: 'trade',
  book5: 'book',
  book10: 'book',
  book20: 'book',
}

export class StreamFold implements EngineOutlet {
  private readonly streams = new Map<string, Stream[]>()
  /** Names of streams by symbol and type of event, once they were asked for. */
  private readonly names = new Map<string, Map<string, readonly string[]>>()
  private readonly books = new Map<string, BookSync>()
  private readonly engine: Engine
  private readonly clock = new VirtualClock()
  private readonly arbiter: Arbiter
  private readonly arbitrated: ArbiterResult[] = []
  private readonly synchronised: BookSyncResult[] = []

  constructor(
    private readonly exchanges: ReadonlyMap<string, Exchange>,
    boundary: ErrorBoundary,
    private readonly feed: LiveFeed,
    private readonly publish: (stream: string, event: FeedEvent) => void,
  ) {
    this.arbiter = new Arbiter({ kindOf: (name, stream) => tradeIdsOf(this.exchangeOf(name), stream) })
    const { clock } = this
    this.engine = new Engine({ clock, boundary, createDecoder: name => this.exchangeOf(name).decoder(), outlet: this })
  }

  add(stream: Stream): void {
    const known = this.streams.get(stream.symbol) ?? []
    if (known.some(({ name }) => name === stream.name)) return
    this.streams.set(stream.symbol, [...known, stream])
    this.names.delete(stream.symbol)
  }

  ingest(frame: Frame): FrameOutcome {
    return this.engine.ingest(frame)
  }

  market(event: MarketEvent, line: number): void {
    this.feed.heard(line, event)
    if (event.type !== 'trade') {
      this.pass(event)
      return
    }
    const stream = this.namesOf(event)[0]
    if (stream === undefined) return
    this.arbiter.offer(event, stream, line, this.arbitrated)
    for (const result of this.arbitrated) this.arbitratedResult(result, event, stream)
    empty(this.arbitrated)
  }

  book(update: BookUpdate, line: number): void {
    this.feed.heard(line, update)
    const stream = this.namesOf(update)[0]
    if (stream === undefined) return
    this.bookOf(update, stream).apply(update, this.synchronised)
    this.publishSynchronised(stream)
  }

  notice(notice: Notice, line: number): void {
    this.feed.heard(line, notice)
  }

  link({ exchange, state, detail, streams, receivedAt, line }: LinkFrame): void {
    for (const stream of streams) this.publish(stream, status(exchange, stream, state, detail, receivedAt))
    if (state !== 'disconnected') return
    const carried = this.feed.report().filter(other => other.open && other.line !== line)
    for (const stream of streams) {
      if (carried.some(other => other.streams.some(({ name }) => name === stream))) continue
      this.books.get(stream)?.linkDown(receivedAt, detail, this.synchronised)
      this.publishSynchronised(stream)
    }
  }

  imported(): void {
    // Only files bring such events.
  }

  control(): void {
    // Decisions of the feed about itself concern no stream.
  }

  private arbitratedResult(result: ArbiterResult, at: Trade, stream: string): void {
    if (result.type === 'trade') this.pass(result)
    else if (result.type === 'hole') {
      const detail = `trades missing from ${String(result.from)} to ${String(result.to)}`
      this.publish(stream, status(at.exchange, stream, 'gap', detail, at.received))
    } else if (result.type === 'tradeConflict') {
      const detail = `two different trades with id ${result.second.id}`
      this.publish(stream, status(at.exchange, stream, 'drift', detail, at.received))
    }
  }

  private publishSynchronised(stream: string): void {
    for (const result of this.synchronised) {
      if (result.type === 'book' || result.type === 'status') this.publish(stream, result)
      else if (result.type === 'snapshotWanted') this.feed.wantSnapshot(result.exchange, result.symbol, result.pair)
      else if (result.type === 'resubscribeWanted')
        this.feed.resubscribeBook(result.exchange, result.symbol, result.pair)
    }
    empty(this.synchronised)
  }

  private pass(event: MarketEvent): void {
    for (const name of this.namesOf(event)) this.publish(name, event)
  }

  /** Streams that bring this kind of event, in the user's spelling. */
  private namesOf({ symbol, type }: MarketEvent | BookUpdate): readonly string[] {
    const known = this.names.get(symbol)?.get(type)
    if (known !== undefined) return known
    const streams = this.streams.get(symbol)
    if (streams === undefined) return []
    const wanted = type === 'bookUpdate' ? 'book' : type
    const names = streams.filter(({ channel }) => (TYPE_OF[channel] ?? channel) === wanted).map(({ name }) => name)
    this.names.set(symbol, (this.names.get(symbol) ?? new Map<string, readonly string[]>()).set(type, names))
    return names
  }

  private bookOf({ exchange, symbol, pair }: BookUpdate, stream: string): BookSync {
    const known = this.books.get(stream)
    if (known !== undefined) return known
    const rule = this.exchangeOf(exchange).book ?? PICTURES
    const book = new BookSync({ exchange, symbol, pair, stream }, rule)
    this.books.set(stream, book)
    return book
  }

  private exchangeOf(name: string): Exchange {
    const exchange = this.exchanges.get(name)
    if (exchange === undefined) throw new RangeError(`unknown exchange: ${name}`)
    return exchange
  }
}

/** For exchanges whose every message is a complete picture. */
const PICTURES = {
  snapshot: 'stream',
  depth: null,
  bridge: (): 'next' => 'next',
  follow: (): 'next' => 'next',
} as const

/** Most often of one; cutting out would make a new list each time. */
function empty(results: unknown[]): void {
  while (results.length > 0) results.pop()
}

function status(exchange: string, stream: string, state: StatusState, detail: string, time: Micros): Status {
  return { type: 'status', exchange, stream, state, detail, time }
}
