/** Every failure that reaches a user, with its exit code and what to do next. */

/** Exit codes of the contract, section 6. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  verification: 3,
  unreachable: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface ErrorDetails {
  /** What the reader can do next, as a sentence or a command. */
  readonly hint?: string
  readonly cause?: unknown
}

/** A failure told in one line: what, where, and what to do next. */
export class GenesisError extends Error {
  readonly hint: string | undefined

  constructor(
    readonly code: string,
    message: string,
    readonly exit: ExitCode = EXIT.failed,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'GenesisError'
    this.hint = details.hint
  }
}

/** The command line or a configuration is wrong; nothing was started. */
export class UsageError extends GenesisError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT.usage, details)
    this.name = 'UsageError'
  }
}

/** The exchange cannot be reached or refuses us, after the retries. */
export class UnreachableError extends GenesisError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT.unreachable, details)
    this.name = 'UnreachableError'
  }
}

/** Why a frame was refused. */
export type DecodeCode =
  | 'json'
  | 'shape'
  | 'field'
  | 'number'
  | 'inexact'
  | 'time'
  | 'symbol'
  | 'unknown'
  | 'too_large'
  | 'too_deep'
  | 'internal'

/** A frame that cannot be decoded. The boundary keeps the frame whole beside `code` and `message`. */
export class DecodeError extends Error {
  constructor(
    readonly code: DecodeCode,
    message: string,
  ) {
    super(message)
    this.name = 'DecodeError'
  }
}

/** The text of anything thrown, without a stack trace. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
