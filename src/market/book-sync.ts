/** EntanglementV4 in the market: a local order book kept by the exchange's own recipe, which is never served while it may be wrong. */
import type { Book as BookEvent, BookTexts, BookUpdate, Level, Status, StatusState } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { MICROS_PER_SECOND } from '../model/time.js'
import { Book } from './book.js'
import type { Hole, HoleCause, HoleClosed } from './gap-ledger.js'

/** Where an update stands to the book: `reset` is next although the numbers began again. */
export type Place = 'next' | 'old' | 'gap' | 'reset'

/** What of an exchange's book rule the synchroniser needs; `BookRule` of an exchange is one. */
export interface BookSyncRule {
  readonly snapshot: 'rest' | 'stream'
  readonly depth: number | null
  bridge(snapshot: BookUpdate, delta: BookUpdate): Place
  follow(previous: BookUpdate, delta: BookUpdate): Place
  checksum?(book: BookTexts): number
}

/** Fetch a snapshot of this book by REST and hand it in as an update. */
export interface SnapshotWanted {
  readonly type: 'snapshotWanted'
  readonly exchange: string
  readonly symbol: string
  /** 1 for the first try since the book last held for a minute. */
  readonly attempt: number
}

/** Subscribe this book anew, for its snapshot comes on the stream. */
export interface ResubscribeWanted {
  readonly type: 'resubscribeWanted'
  readonly exchange: string
  readonly symbol: string
  readonly attempt: number
}

export type BookSyncResult = BookEvent | Status | SnapshotWanted | ResubscribeWanted | Hole | HoleClosed

export interface BookSyncStats {
  readonly live: boolean
  readonly applied: number
  /** Deltas that were older than the book. */
  readonly discarded: number
  /** Deltas that came while there was no book to apply them to and no use in keeping them. */
  readonly ignored: number
  readonly buffered: number
  readonly snapshots: number
  /** REST snapshots older than the first delta kept, or not needed. */
  readonly snapshotsRefused: number
  readonly gaps: number
  readonly resyncs: number
  readonly verified: number
  readonly failed: number
  readonly levels: readonly [bids: number, asks: number]
}

/** Deltas kept while a snapshot is fetched: more than ten minutes of the fastest streams. */
const BUFFER_LIMIT = 8_192
/** No checksum in use looks deeper (OKX and Bitfinex: 25, Kraken: 10). */
const CHECKSUM_LEVELS = 25
const PROMPT_ATTEMPTS = 3
/** A snapshot that has not come by then is asked for again. */
const ANSWER_WITHIN: Micros = 10 * MICROS_PER_SECOND
const LONGEST_PAUSE: Micros = 60 * MICROS_PER_SECOND
/** A book that was right for this long had recovered. */
const HELD_FOR: Micros = 60 * MICROS_PER_SECOND

export interface BookSyncTarget {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  /** The stream's name in status events. */
  readonly stream: string
}

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
  private liveSince: Micros = 0
  /** Requests for a snapshot since the book last held. */
  private attempts = 0
  private askAgainAt: Micros | null = null
  private readonly counts = {
    applied: 0, discarded: 0, ignored: 0, snapshots: 0, snapshotsRefused: 0, gaps: 0, resyncs: 0, verified: 0, failed: 0,
  } // prettier-ignore

  constructor(
    private readonly target: BookSyncTarget,
    private readonly rule: BookSyncRule,
  ) {
    this.depth = rule.depth
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
    this.attempts = 0
    this.askAgainAt = null
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
      this.serve(this.provesRight(snapshot), snapshot, out)
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

  /** Applies the kept deltas to a fetched snapshot; the book goes live once one of them shows that nothing lies between. */
  private bridge(snapshot: BookUpdate, out: BookSyncResult[]): void {
    const kept = this.buffer
    this.begin(snapshot)
    for (let index = 0; index < kept.length; index++) {
      const delta = kept[index]
      if (delta === undefined) break
      const failure = this.advance(delta)
      if (failure === null) continue
      this.buffer = kept.slice(index)
      this.refuseSnapshot(failure, delta.received, out)
      return
    }
    this.buffer = []
    // With no delta yet, nothing shows that the stream was running before the snapshot was taken: wait for one.
    if (kept.length === 0) return
    this.serve(this.unbridged === null ? null : this.provesRight(snapshot), this.previous ?? snapshot, out)
  }

  private refuseSnapshot(failure: Failure, at: Micros, out: BookSyncResult[]): void {
    this.counts.snapshotsRefused++
    this.unbridged = null
    if (this.attempts >= PROMPT_ATTEMPTS && !this.gapOpen) this.openGap({ ...failure, cause: 'snapshot' }, at, out)
    this.askOrPause(at, out)
  }

  private keepDelta(delta: BookUpdate, out: BookSyncResult[]): void {
    if (this.unbridged !== null && this.rule.snapshot === 'rest') {
      this.buffer = [delta]
      this.bridge(this.unbridged, out)
      return
    }
    if (this.rule.snapshot === 'stream') {
      this.counts.ignored++
      this.askAgainAt ??= delta.received + ANSWER_WITHIN
    } else {
      this.buffer.push(delta)
      if (this.buffer.length > BUFFER_LIMIT) {
        this.buffer.shift()
        this.counts.ignored++
      }
      this.askAgainAt ??= delta.received
    }
    if (delta.received >= this.askAgainAt) this.ask(delta.received, out)
  }

  private takeDelta(delta: BookUpdate, out: BookSyncResult[]): void {
    const before = this.counts.applied
    const failure = this.advance(delta)
    if (failure !== null) {
      if (this.rule.snapshot === 'rest') this.buffer = [delta]
      this.invalidate(failure, delta.received, out)
      this.askOrPause(delta.received, out)
    } else if (this.counts.applied > before && delta.bids.length + delta.asks.length > 0) {
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

  private serve(failure: Failure | null, update: BookUpdate, out: BookSyncResult[]): void {
    if (failure !== null) {
      this.invalidate(failure, update.received, out)
      this.askOrPause(update.received, out)
      return
    }
    if (this.depth !== null) this.book.truncate(this.depth)
    this.live = true
    this.liveSince = update.received
    this.askAgainAt = null
    if (this.gapOpen) this.closeGap(update.received, out)
    out.push(this.event(update, true, this.book.bids.top(), this.book.asks.top()))
  }

  private invalidate(failure: Failure, at: Micros, out: BookSyncResult[]): void {
    // Tries are counted on until a book has held for a while, or a book that fails at once would be fetched without end.
    if (this.live && at - this.liveSince >= HELD_FOR) this.attempts = 0
    this.live = false
    this.unbridged = null
    this.book.clear()
    if (!this.gapOpen) this.openGap(failure, at, out)
  }

  private askOrPause(at: Micros, out: BookSyncResult[]): void {
    if (this.attempts < PROMPT_ATTEMPTS) this.ask(at, out)
    else this.askAgainAt = at + pauseAfter(this.attempts)
  }

  private ask(at: Micros, out: BookSyncResult[]): void {
    this.attempts++
    this.askAgainAt = at + (this.attempts < PROMPT_ATTEMPTS ? ANSWER_WITHIN : pauseAfter(this.attempts))
    const { exchange, symbol } = this.target
    const type = this.rule.snapshot === 'rest' ? 'snapshotWanted' : 'resubscribeWanted'
    out.push({ type, exchange, symbol, attempt: this.attempts })
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

function joined(levels: readonly Level[], cut: readonly Level[]): readonly Level[] {
  return cut.length === 0 ? levels : [...levels, ...cut]
}

/** Doubles from ten seconds to a minute. */
function pauseAfter(attempts: number): Micros {
  return Math.min(LONGEST_PAUSE, ANSWER_WITHIN * 2 ** Math.max(0, attempts - PROMPT_ATTEMPTS))
}
