/** A recording looked at from end to end: what is in it stream by stream, what is missing and why, and whether anything was changed since. */
import type { BookSyncStats } from '../../market/book-sync.js'
import { verifyJournal, type VerifyReport } from '../../journal/verify.js'
import { journalOptions, type WindowOptions } from '../journal-source.js'
import type { MarketEvent } from '../../model/event.js'
import { Fold, type FoldedEvent } from './fold.js'
import { fileRows, ledgerRow, ToldLosses, type LossRow } from './loss-rows.js'
import { StreamTally, type StreamCoverage } from './stream-tally.js'

export interface Checksums {
  /** Books that agreed with a checksum of the exchange's, over all updates that carried one. */
  readonly verified: number
  readonly failed: number
}

export interface Inspection {
  readonly streams: readonly StreamCoverage[]
  /** In the order of time; what has none comes last. */
  readonly losses: readonly LossRow[]
  readonly frames: number
  readonly decoded: number
  readonly control: number
  readonly deadLettered: number
  readonly duplicates: number
  readonly reconnects: number
  readonly checksums: Checksums
}

/** Folds the file once. @throws UsageError or GenesisError where it cannot be read at all. */
export async function inspect(path: string, options: WindowOptions): Promise<Inspection> {
  const told = new ToldLosses()
  const fold = await Fold.open([path], { ...options, streams: [], observe: item => told.see(item) })
  const { session } = fold
  const tally = new StreamTally(session.names)
  for await (const events of fold.batches()) {
    for (const event of events) if (isMarketEvent(event)) tally.add(event)
  }
  const losses = [
    ...session.gaps.list().map(ledgerRow),
    ...told.finish(),
    ...fileRows(fold.readers.map(reader => reader.report())),
  ].sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity) || 0)
  const { frames, decoded, control, deadLettered, duplicates, reconnects } = session.summary('end', 0)
  const streams = tally.coverage(losses, session.imported > 0)
  const checksums = sumChecksums([...session.books.all()].map(book => book.stats()))
  return { streams, losses, frames, decoded, control, deadLettered, duplicates, reconnects, checksums }
}

function isMarketEvent(event: FoldedEvent): event is MarketEvent {
  return event.type !== 'status' && 'pair' in event && 'received' in event
}

/** The file's own proof: every line, every member, every checksum of the manifest and their chain. */
export function verifyFile(path: string, options: WindowOptions): Promise<VerifyReport> {
  return verifyJournal(path, journalOptions(options))
}

function sumChecksums(books: readonly BookSyncStats[]): Checksums {
  return {
    verified: books.reduce((sum, { verified }) => sum + verified, 0),
    failed: books.reduce((sum, { failed }) => sum + failed, 0),
  }
}
