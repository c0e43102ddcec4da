/** Between the fold and the bus: first copies of trades, books in order, losses named; everything else passes through. */
import type { EngineOutlet } from '../engine/engine.js'
import type { VirtualClock } from '../engine/clock.js'
import { Histogram } from '../engine/histogram.js'
import type { Arbiter, ArbiterResult, TradeConflict } from '../market/arbiter.js'
import type { BookSyncResult } from '../market/book-sync.js'
import type { GapLedger, Hole } from '../market/gap-ledger.js'
import type { BookUpdate, Decoded, FeedEvent, MarketEvent, Notice, Status, Trade } from '../model/event.js'
import { ENDED_WITH_RUN, isHandover, isOrderly, type ControlFrame, type LinkFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import type { Books } from './books.js'
import { FollowedLines } from './followed-lines.js'
import type { StreamNames } from './stream-names.js'

/** What the intake asks of a live feed; a replay has none. */
export interface FeedControl {
  heard(line: number, found: Decoded): void
  wantSnapshot(exchange: string, symbol: string, pair: string): void
  resubscribeBook(exchange: string, symbol: string, pair: string): void
  /** Trades with these ids, both included, never came; absent where nobody would fetch them. */
  wantTrades?(exchange: string, stream: string, from: string, to: string): void
}

export interface IntakeParts {
  readonly clock: VirtualClock
  readonly arbiter: Arbiter
  readonly books: Books
  readonly names: StreamNames
  readonly gaps: GapLedger
  readonly feed: FeedControl | null
  readonly publish: (event: FeedEvent) => void
  /** The frame under way brought a second copy that says something else; the first one stands. */
  readonly dispute: (conflict: TradeConflict) => void
  /** Decisions from outside (the end of a run, a command), in the frames' order. */
  readonly control: (frame: ControlFrame) => void
}

export class Intake implements EngineOutlet {
  readonly latency = new Histogram()
  /** Connections that came back after they had been lost. */
  reconnects = 0
  importedGaps = 0
  readonly #parts: IntakeParts
  readonly #arbitrated: ArbiterResult[] = []
  readonly #synchronised: BookSyncResult[] = []
  readonly followed = new FollowedLines()
  /** Lines that were lost and have not come back. */
  readonly down = new Set<string>()
  #waitsUntil: Micros | null = null

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  market(event: MarketEvent, line: number): void {
    if (event.time !== event.received && !isFetched(event)) this.latency.record(event.received - event.time)
    this.#parts.feed?.heard(line, event)
    if (event.type === 'trade') this.#arbitrate(event, line)
    else if (this.followed.follows(event, line)) this.#parts.publish(event)
  }

  book(update: BookUpdate, line: number): void {
    if (update.time !== update.received) this.latency.record(update.received - update.time)
    this.#parts.feed?.heard(line, update)
    // A picture stands for itself: a copy of it is one more picture, which only another line's can be known to be.
    if (update.kind === 'partial' && !this.followed.follows(update, line)) return
    this.#parts.books.apply(update, line, this.#synchronised)
    this.#publishSynchronised()
  }

  /** Copies of unnumbered events that a second line brought. */
  get copies(): number {
    return this.followed.copies
  }

  notice(notice: Notice, line: number): void {
    this.#parts.feed?.heard(line, notice)
  }

  imported(event: FeedEvent): void {
    if (event.type === 'status') {
      if (event.state === 'gap') this.importedGaps++
      this.#parts.books.imported.heed(event)
    } else if (event.type === 'book') this.#parts.books.imported.apply(event)
    this.#parts.publish(event)
  }

  link(frame: LinkFrame): void {
    const { exchange, state, detail, receivedAt: time } = frame
    if (state === 'connected') this.#endEarlier(exchange, frame.line, time)
    for (const stream of frame.streams) this.#parts.publish({ type: 'status', exchange, stream, state, detail, time })
    if (state === 'connected') this.#up(exchange, frame.line)
    if (state === 'disconnected') {
      this.followed.release(exchange, frame.line)
      this.#parts.books.dropShadow(exchange, frame.line)
    }
    if (state === 'disconnected' && isHandover(detail)) {
      this.#parts.books.handedOver(exchange, frame.line, time, detail, this.#synchronised)
      this.#publishSynchronised()
    }
    if (state !== 'disconnected' || isOrderly(detail)) return
    this.down.add(lineKey(exchange, frame.line))
    this.#parts.books.linkDown(exchange, frame.line, time, detail, this.#synchronised)
    this.#publishSynchronised()
  }

  /** Nothing that a connection brought goes on with the next one, also where a killed run could not tell of its end. */
  #endEarlier(exchange: string, line: number, time: Micros): void {
    this.followed.release(exchange, line)
    this.#parts.books.dropShadow(exchange, line)
    this.#parts.books.linkDown(exchange, line, time, ENDED_WITH_RUN, this.#synchronised)
    this.#publishSynchronised()
  }

  #up(exchange: string, line: number): void {
    if (this.down.delete(lineKey(exchange, line))) this.reconnects++
  }

  control(frame: ControlFrame): void {
    this.#parts.control(frame)
  }

  #arbitrate(trade: Trade, line: number): void {
    const { arbiter, names } = this.#parts
    arbiter.offer(trade, names.ofTrade(trade), line, this.#arbitrated)
    this.#publishArbitrated()
    this.#awaitOtherLine()
  }

  #awaitOtherLine(): void {
    const due = this.#parts.arbiter.nextDue
    if (due === null || due === this.#waitsUntil) return
    this.#waitsUntil = due
    this.#parts.clock.schedule(due, () => this.#stopWaiting())
  }

  /** The other line had its chance: what waited behind a hole goes out, and the hole is real. */
  #stopWaiting(): void {
    this.#parts.arbiter.advanceTo(this.#parts.clock.now(), this.#arbitrated)
    this.#publishArbitrated()
    this.#awaitOtherLine()
  }

  #publishArbitrated(): void {
    const results = this.#arbitrated
    for (const result of results) {
      switch (result.type) {
        case 'trade':
          this.#parts.publish(result)
          break
        case 'tradeConflict':
          this.#parts.dispute(result)
          this.#tell(result.second.exchange, result.stream, 'drift', `two different trades with id ${result.second.id}`)
          break
        case 'idsRestarted':
          this.#tell(result.exchange, result.stream, 'drift', `trade ids start again at ${result.id}`)
          break
        case 'hole':
          this.#parts.gaps.record(result)
          this.#tell(result.exchange, result.stream, 'gap', missingText(result.from, result.to))
          this.#fetch(result)
          break
        default:
          this.#parts.gaps.record(result)
      }
    }
    empty(results)
  }

  #fetch({ exchange, stream, from, to }: Hole): void {
    if (from !== null && to !== null) this.#parts.feed?.wantTrades?.(exchange, stream, from, to)
  }

  #publishSynchronised(): void {
    const results = this.#synchronised
    for (const result of results) {
      switch (result.type) {
        case 'book':
        case 'status':
          this.#parts.publish(result)
          break
        case 'snapshotWanted':
          this.#parts.feed?.wantSnapshot(result.exchange, result.symbol, result.pair)
          break
        case 'resubscribeWanted':
          this.#parts.feed?.resubscribeBook(result.exchange, result.symbol, result.pair)
          break
        default:
          this.#parts.gaps.record(result)
      }
    }
    empty(results)
  }

  #tell(exchange: string, stream: string, state: Status['state'], detail: string): void {
    this.#parts.publish({ type: 'status', exchange, stream, state, detail, time: this.#parts.clock.now() })
  }
}

/** Came long after its time, and not because the line was slow. */
function isFetched(event: MarketEvent): boolean {
  return event.type === 'trade' && event.fetched === true
}

function missingText(from: string | null, to: string | null): string {
  if (from === null || to === null) return 'trades missing'
  return from === to ? `trade ${from} missing` : `trades ${from} to ${to} missing`
}

/** Most often of one; setting the length would cost more than all that came before, and would give the memory away. */
function empty(results: unknown[]): void {
  while (results.length > 0) results.pop()
}

function lineKey(exchange: string, line: number): string {
  return `${exchange}#${line}`
}
