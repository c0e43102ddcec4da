/** What the book synchroniser needs to know of an exchange, and what it has to say. */
import type { Book, BookTexts, BookUpdate, Status } from '../model/event.js'
import type { Hole, HoleClosed } from './gap-ledger.js'

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
  /** Some exchanges list two instruments under one symbol. */
  readonly pair: string
  /** 1 for the first try since the book last held for a minute. */
  readonly attempt: number
}

/** Subscribe this book anew, for its snapshot comes on the stream. */
export interface ResubscribeWanted {
  readonly type: 'resubscribeWanted'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly attempt: number
}

export type BookSyncResult = Book | Status | SnapshotWanted | ResubscribeWanted | Hole | HoleClosed

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

export interface BookSyncTarget {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  /** The stream's name in status events. */
  readonly stream: string
}
