/** What a search says to its workers and hears from them. Everything is JSON-safe. */
import type { Summary } from '../summary.js'
import type { Outcome } from './candidates.js'
import type { EvaluationRequest } from './evaluation.js'
import type { Point } from './parameter-space.js'

export interface WorkerSetup extends EvaluationRequest {
  /** The strategy, by name or file. */
  readonly strategy: string
  /** One cell: the index of the candidate at work. */
  readonly atWork: Int32Array
}

/** A batch of candidates for one pass. */
export interface Job {
  readonly id: number
  readonly entries: readonly { readonly index: number; readonly point: Point }[]
}

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly job: number; readonly share: number | null }
  | {
      readonly kind: 'done'
      readonly job: number
      readonly whole: readonly Outcome[]
      readonly stretches: readonly Outcome[]
      readonly summary: Pick<Summary, 'frames' | 'decoded' | 'control' | 'deadLettered' | 'first' | 'last'>
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string | null }
