/** What a run and its worker threads say to each other. */
import type { BackfillStats } from '../../feed/backfill.js'
import type { FeedStats, LineReport } from '../../feed/feed-report.js'
import type { ProxySettings } from '../../feed/proxy.js'
import { GenesisError, UnreachableError, UsageError, messageOf, type ExitCode } from '../../model/errors.js'
import type { Stream } from '../../model/stream.js'
import type { Micros } from '../../model/time.js'
import type { Pack } from './pack.js'

/** `frames`: the run reads and the worker decodes; `feed`: the worker has connections of its own. */
export type WorkerSetup = { readonly kind: 'frames' } | FeedSetup

export interface FeedSetup {
  readonly kind: 'feed'
  /** Which of how many workers it is. */
  readonly index: number
  readonly workers: number
  readonly streams: readonly Stream[]
  readonly urls: readonly string[]
  readonly proxy: ProxySettings
  readonly lines: 1 | 2
  readonly backfill: 'on' | 'off'
  /** Directory through which processes share what hosts have told them. */
  readonly penalties: string | undefined
  /** null for an endless trial. */
  readonly giveUpAfter: number | null
  /** Addresses of exchanges that have none of their own, by name: the embedded one. */
  readonly endpoints: Readonly<Record<string, readonly string[]>>
}

export type ToWorker =
  /** Decode these; the answer is a `pack` with as many findings. */
  | { readonly kind: 'pack'; readonly pack: Pack }
  | { readonly kind: 'subscribe'; readonly stream: Stream; readonly endpoints: FeedSetup['endpoints'] }
  | { readonly kind: 'unsubscribe'; readonly stream: Stream }
  /** Read no more from the sockets, or again. */
  | { readonly kind: 'pause' | 'resume' }
  | { readonly kind: 'renew'; readonly reason: string }
  | { readonly kind: 'wantSnapshot' | 'resubscribeBook'; readonly of: BookName }
  | { readonly kind: 'wantTrades'; readonly of: TradeRange }
  /** Say up to when everything has been sent. */
  | { readonly kind: 'mark' }
  /** So many packs have been folded. */
  | { readonly kind: 'taken'; readonly packs: number }
  | { readonly kind: 'stop'; readonly reason: string }

export interface BookName {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

export interface TradeRange {
  readonly exchange: string
  readonly stream: string
  readonly from: string
  readonly to: string
}

export type FromWorker =
  /** Frames with what was found in them, or findings alone; nothing earlier than `mark` comes after it. */
  | { readonly kind: 'pack'; readonly pack: Pack; readonly mark: Micros }
  | { readonly kind: 'mark'; readonly mark: Micros }
  | { readonly kind: 'trouble'; readonly text: string }
  | { readonly kind: 'report'; readonly report: FeedReport }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly error: PlainError }

export interface FeedReport {
  readonly lines: readonly LineReport[]
  readonly stats: FeedStats
  readonly backfill: BackfillStats | null
}

/** An error as it crosses between threads, where classes are lost. */
export interface PlainError {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly exit: ExitCode
  readonly hint: string | null
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof GenesisError)) {
    return { name: 'GenesisError', code: 'worker', message: messageOf(error), exit: 1, hint: null }
  }
  const { name, code, message, exit, hint } = error
  return { name, code, message, exit, hint: hint ?? null }
}

export function errorOf({ name, code, message, exit, hint }: PlainError): GenesisError {
  const details = hint === null ? {} : { hint }
  if (name === 'UsageError') return new UsageError(code, message, details)
  if (name === 'UnreachableError') return new UnreachableError(code, message, details)
  return new GenesisError(code, message, exit, details)
}
