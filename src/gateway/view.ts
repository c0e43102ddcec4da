/** What the interface may see and do: one run, read only, and its control. */
import type { RunningParts } from '../session/execute.js'
import type { MechanismState } from '../session/mechanisms.js'
import type { FanOut } from './fan-out.js'
import type { SymbolBoard } from './symbol-board.js'

export interface Desk {
  readonly parts: RunningParts
  readonly fanOut: FanOut
  readonly board: SymbolBoard
  /** Of streams that name none. */
  readonly exchange: string
  /** Where recordings that are started here go. */
  readonly recordings: string
  readonly elapsedMs: () => number
  readonly mechanisms: () => readonly MechanismState[]
}

/** A refusal with its HTTP status. */
export class HttpProblem extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message)
    this.name = 'HttpProblem'
  }
}
