/** EntanglementV4 in the market: a local order book kept by the exchange's own recipe, which is never served while it may be wrong. */
import type { Book as BookEvent, BookUpdate, Level, Status, StatusState } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { Book } from './book.js'
import type { BookSyncResult, BookSyncRule, BookSyncStats, BookSyncTarget, Place } from './book-rule.js'
import { BookRetries } from './book-retries.js'
import type { HoleCause } from './gap-ledger.js'

export type { BookSyncResult, BookSyncRule, BookSyncStats, BookSyncTarget, Place } from './book-rule.js'

/** Deltas kept while a snapshot is fetched: more than ten minutes of the fastest streams. */
const BUFFER_LIMIT = 8_192
/** No checksum in use looks deeper (OKX and Bitfinex: 25, Kraken: 10). */
const CHECKSUM_LEVELS = 25

interface Failure {
  readonly cause: HoleCause
  readonly detail: string
  readonly from: number | null
  readonly to: number | null
}

/**
 * One exchange, one symbol. Feed it every update of the book in order; what it returns is to be published in order.
 * After a gap nothing of the book is returned until it is proved right again.
 */
export class BookSync {
  readonly book = new Book()
  private live = false
  /** The snapshot whose first delta has not come yet. */
  private unbridged: BookUpdate | null = null
  private previous: BookUpdate | null = null
  private buffer: BookUpdate[] = []
  private depth: number | null
  private gapOpen = false
  private readonly retries = new BookRetries()
  private readonly counts = {
    applied: 0, discarded: 0, ignored: 0, snapshots: 0, snapshotsRefused: 0, gaps: 0, resyncs: 0, verified: 0, failed: 0,
  } // prettier-ignore

  constructor(
    readonly target: BookSyncTarget,
    private readonly rule: BookSyncRule,
  ) {
    this.depth = rule.depth
  }

  /** The stream's name in status events. */
  get stream(): string {
    return this.target.stream
  }

  /** True while the book is known to be right. */
  get isLive(): boolean {
    return this.live
  }

  /** Last id of the update that was applied last; null where the exchange numbers nothing or there is no book. */
  get lastSequence(): number | null {
    return this.live ? (this.previous?.last ?? null) : null
  }

  /** Takes the next update and appends what follows from it to `out`. */
  apply(update: BookUpdate, out: BookSyncResult[]): void {
    if (update.kind === 'partial') out.push(this.event(update, true, update.bids, update.asks))
    else if (update.kind === 'snapshot') this.takeSnapshot(update, out)
    else if (this.live) this.takeDelta(update, out)
    else this.keepDelta(update, out)
  }

  /** The connection is gone: what comes after it does not follow from what came before. */
  linkDown(at: Micros, detail: string, out: BookSyncResult[]): void {
    if (this.live) this.invalidate({ cause: 'disconnected', detail, from: null, to: null }, at, out)
    this.unbridged = null
    this.buffer = []
    this.retries.forget()
  }

  /** Goes on with the same book as another connection told it; consumers get that one whole, and what comes next follows from it. */
  goOnAs(other: BookSync, at: Micros, out: BookSyncResult[]): void {
    const { previous, book } = other
    if (!other.live || previous === null) return
    const whole = { ...previous, received: at, bids: book.bids.top(), asks: book.asks.top() }
    this.book.replace({ ...whole, texts: book.allTexts() })
    this.previous = previous
    this.depth = other.depth
    this.unbridged = null
    this.buffer = []
    this.serve(null, whole, [this.event(whole, true, whole.bids, whole.asks)], out)
  }

  stats(): BookSyncStats {
    return {
      live: this.live,
      ...this.counts,
      buffered: this.buffer.length,
      levels: [this.book.bids.length, this.book.asks.length],
    }
  }

  private takeSnapshot(snapshot: BookUpdate, out: BookSyncResult[]): void {
    this.counts.snapshots++
    if (this.rule.snapshot === 'stream') {
      this.begin(snapshot)
      const failure = this.provesRight(snapshot)
      if (failure === null && this.depth !== null) this.book.truncate(this.depth)
      this.serve(failure, snapshot, [this.event(snapshot, true, this.book.bids.top(), this.book.asks.top())], out)
    } else if (this.live) {
      // A second answer to an old question: the stream is ahead of it or will be.
      this.counts.snapshotsRefused++
    } else {
      this.bridge(snapshot, out)
    }
  }

  private begin(snapshot: BookUpdate): void {
    this.book.replace(snapshot)
    this.unbridged = snapshot
    this.previous = snapshot
    // A snapshot deeper than the rule's depth says that a deeper book was subscribed.
    if (this.rule.depth !== null) {
      this.depth = Math.max(this.rule.depth, snapshot.bids.length, snapshot.asks.length)
    }
  }

  /**
   * Applies the kept deltas to a fetched snapshot; the book goes live once one of them shows that nothing lies between.
   * Consumers get the snapshot as it was fetched and then each delta, so that nothing the exchange said is lost in a sum.
   */
  private bridge(snapshot: BookUpdate, out: BookSyncResult[]): void {
    const kept = this.buffer
    this.begin(snapshot)
    const story: BookEvent[] = [this.event(snapshot, true, this.book.bids.top(), this.book.asks.top())]
    for (let index = 0; index < kept.length; index++) {
      const delta = kept[index]
      if (delta === undefined) break
      const before = this.counts.applied
      const failure = this.advance(delta)
      if (failure !== null) {
        this.buffer = kept.slice(index)
        this.refuseSnapshot(failure, delta.received, out)
        return
      }
      if (this.counts.applied > before && changes(delta)) story.push(this.deltaEvent(delta))
    }
    this.buffer = []
    // With no delta yet, nothing shows that the stream was running before the snapshot was taken: wait for one.
    if (kept.length === 0) return
    this.serve(this.unbridged === null ? null : this.provesRight(snapshot), this.previous ?? snapshot, story, out)
  }

  private refuseSnapshot(failure: Failure, at: Micros, out: BookSyncResult[]): void {
    this.counts.snapshotsRefused++
    this.unbridged = null
    if (this.retries.isExhausted && !this.gapOpen) this.openGap({ ...failure, cause: 'snapshot' }, at, out)
    this.askOrPause(at, out)
  }

  private keepDelta(delta: BookUpdate, out: BookSyncResult[]): void {
    if (this.unbridged !== null && this.rule.snapshot === 'rest') {
      this.buffer = [delta]
      this.bridge(this.unbridged, out)
      return
    }
    const isFetched = this.rule.snapshot === 'rest'
    if (isFetched) this.buffer.push(delta)
    if (!isFetched || this.buffer.length > BUFFER_LIMIT) this.counts.ignored++
    if (this.buffer.length > BUFFER_LIMIT) this.buffer.shift()
    if (this.retries.isDue(delta.received, isFetched ? 'asked' : 'unasked')) this.ask(delta.received, out)
  }

  private takeDelta(delta: BookUpdate, out: BookSyncResult[]): void {
    const before = this.counts.applied
    const failure = this.advance(delta)
    if (failure !== null) {
      if (this.rule.snapshot === 'rest') this.buffer = [delta]
      this.invalidate(failure, delta.received, out)
      this.askOrPause(delta.received, out)
    } else if (this.counts.applied > before && changes(delta)) {
      out.push(this.deltaEvent(delta))
    }
  }

  /** Puts one delta in its place. @returns why the book can no longer be trusted, or null. */
  private advance(delta: BookUpdate): Failure | null {
    const place = this.place(delta)
    if (place === 'old') {
      this.counts.discarded++
      return null
    }
    if (place === 'gap') return this.missingBefore(delta)
    this.book.apply(delta)
    this.unbridged = null
    this.previous = delta
    this.counts.applied++
    return this.provesRight(delta)
  }

  private place(delta: BookUpdate): Place {
    if (this.unbridged !== null) return this.rule.bridge(this.unbridged, delta)
    return this.previous === null ? 'gap' : this.rule.follow(this.previous, delta)
  }

  private missingBefore(delta: BookUpdate): Failure {
    const last = this.previous?.last ?? null
    const next = delta.previous ?? (delta.first === null ? null : delta.first - 1)
    const known = last !== null && next !== null && next > last
    const detail = known ? `updates ${last + 1} to ${next} are missing` : 'the next update does not follow the last one'
    return { cause: 'sequence', detail, from: known ? last + 1 : null, to: known ? next : null }
  }

  /** The invariants after an update: no crossed market, and the exchange's checksum where it sends one. */
  private provesRight(update: BookUpdate): Failure | null {
    if (this.book.crossed) {
      const detail = `bid ${this.book.bids.bestPrice} at or above ask ${this.book.asks.bestPrice}`
      return { cause: 'crossed', detail, from: null, to: null }
    }
    if (update.checksum === null || this.rule.checksum === undefined) return null
    const computed = this.rule.checksum(this.book.texts(CHECKSUM_LEVELS))
    if (computed === update.checksum) {
      this.counts.verified++
      return null
    }
    this.counts.failed++
    const detail = `checksum ${computed} where the exchange has ${update.checksum}`
    return { cause: 'checksum', detail, from: null, to: null }
  }

  private serve(failure: Failure | null, update: BookUpdate, story: readonly BookEvent[], out: BookSyncResult[]): void {
    if (failure !== null) {
      this.invalidate(failure, update.received, out)
      this.askOrPause(update.received, out)
      return
    }
    this.live = true
    this.retries.succeeded(update.received)
    if (this.gapOpen) this.closeGap(update.received, out)
    out.push(...story)
  }

  private invalidate(failure: Failure, at: Micros, out: BookSyncResult[]): void {
    if (this.live) this.retries.failed(at)
    this.live = false
    this.unbridged = null
    this.book.clear()
    if (!this.gapOpen) this.openGap(failure, at, out)
  }

  private askOrPause(at: Micros, out: BookSyncResult[]): void {
    if (this.retries.isExhausted) this.retries.postpone(at)
    else this.ask(at, out)
  }

  private ask(at: Micros, out: BookSyncResult[]): void {
    const { exchange, symbol, pair } = this.target
    const type = this.rule.snapshot === 'rest' ? 'snapshotWanted' : 'resubscribeWanted'
    out.push({ type, exchange, symbol, pair, attempt: this.retries.count(at) })
  }

  private openGap(failure: Failure, at: Micros, out: BookSyncResult[]): void {
    const { exchange, stream } = this.target
    this.gapOpen = true
    this.counts.gaps++
    out.push(this.status('gap', failure.detail, at))
    out.push({
      type: 'hole',
      exchange,
      stream,
      from: failure.from === null ? null : String(failure.from),
      to: failure.to === null ? null : String(failure.to),
      start: this.previous?.received ?? at,
      cause: failure.cause,
      provable: failure.cause !== 'disconnected',
    })
  }

  private closeGap(at: Micros, out: BookSyncResult[]): void {
    const { exchange, stream } = this.target
    this.gapOpen = false
    this.counts.resyncs++
    out.push(this.status('resynced', 'the book is whole again', at))
    out.push({ type: 'holeClosed', exchange, stream, end: at })
  }

  private deltaEvent(delta: BookUpdate): BookEvent {
    if (this.depth === null) return this.event(delta, false, delta.bids, delta.asks)
    const { bids, asks } = this.book.truncate(this.depth)
    // Who keeps a book from these events must lose the levels that fell off the end, too.
    return this.event(delta, false, joined(delta.bids, bids), joined(delta.asks, asks))
  }

  private event(update: BookUpdate, snapshot: boolean, bids: readonly Level[], asks: readonly Level[]): BookEvent {
    const { exchange, symbol, pair } = this.target
    const sequence = update.last === null ? '' : String(update.last)
    return { type: 'book', exchange, symbol, pair, snapshot, bids, asks, sequence, time: update.time, received: update.received } // prettier-ignore
  }

  private status(state: StatusState, detail: string, time: Micros): Status {
    const { exchange, stream } = this.target
    return { type: 'status', exchange, stream, state, detail, time }
  }
}

function changes(delta: BookUpdate): boolean {
  return delta.bids.length + delta.asks.length > 0
}

function joined(levels: readonly Level[], cut: readonly Level[]): readonly Level[] {
  return cut.length === 0 ? levels : [...levels, ...cut]
}
