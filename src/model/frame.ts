/** Frames: everything that reaches the program from outside, with the time it was received. */
import type { Decoded } from './event.js'
import type { Micros } from './time.js'

/** One message of an exchange, exactly as it arrived. */
export interface DataFrame {
  readonly kind: 'data'
  readonly receivedAt: Micros
  readonly exchange: string
  /** Which of the session's connections brought it; decoders keep their state per line. */
  readonly line: number
  readonly data: Buffer
  /** True where the exchange sent a binary message. */
  readonly binary: boolean
  /** What it says, where its reader found that out already: what the decoder of its exchange would find, and all of it. */
  readonly known?: Decoded | undefined
}

export type LinkState = 'connected' | 'disconnected' | 'stale'

/** A connection went up, went down or fell silent. */
export interface LinkFrame {
  readonly kind: 'link'
  readonly receivedAt: Micros
  readonly exchange: string
  readonly line: number
  readonly state: LinkState
  /** The streams it carries, as the user wrote them. */
  readonly streams: readonly string[]
  readonly detail: string
}

/** Time passed and nothing else happened. */
export interface TickFrame {
  readonly kind: 'tick'
  readonly receivedAt: Micros
}

/** A decision from outside the fold that the fold must repeat on replay: a command, a policy change, the end of a run. */
export interface ControlFrame {
  readonly kind: 'control'
  readonly receivedAt: Micros
  readonly topic: string
  /** JSON-safe. */
  readonly value: unknown
}

export type Frame = DataFrame | LinkFrame | TickFrame | ControlFrame

/** How the detail of a link frame begins where the run itself closed the connection. */
const OWN_ENDS = ['stopped: ', 'renewed: '] as const

/** True where a connection was closed at the run's end or after its replacement had taken over: an end, not a loss. */
export function isOrderly(detail: string): boolean {
  return OWN_ENDS.some(beginning => detail.startsWith(beginning))
}

/** Of a connection that a new one follows on the same line, though nothing was said of its loss: its run was stopped or killed, and another run went on. */
export const ENDED_WITH_RUN = 'the run that had the connection before is over'

/** True where a connection was closed because its replacement had taken over. */
export function isHandover(detail: string): boolean {
  return detail.startsWith('renewed: ')
}
