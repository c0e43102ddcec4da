/** A question from one component to another, as the two sides of it see it. */
import type { Micros } from '../model/time.js'

export interface RequestOptions {
  /** How long to wait for the answer; 5,000 ms unless told, and never longer than the asking call itself has left. */
  readonly timeoutMs?: number
  /** The component that asks, so that a cycle back to it is seen. */
  readonly from?: string
  /** The call on whose behalf this one is made. Inside a responder it is known without being told. */
  readonly parent?: Call
  /** False refuses the answer. */
  readonly accepts?: (answer: unknown) => boolean
}

/** A question as its responder sees it. */
export interface Call {
  readonly target: string
  readonly requestType: string
  /** The components that wait for this call, outermost first, and the target itself last. */
  readonly chain: readonly string[]
  /** When nobody waits any longer. */
  readonly deadline: Micros
  /** Answers before or instead of the return value. The first answer counts, others are counted. */
  reply(answer: unknown): void
  /** Asks on behalf of this call: same chain, no later deadline. */
  request(target: string, requestType: string, data?: unknown, options?: RequestOptions): Promise<unknown>
}

/** Its return value, or what the returned promise brings, is the answer; undefined from a `manual` responder is none yet. */
export type Responder<Data = unknown> = (data: Data, call: Call) => unknown

export interface RespondOptions {
  /** `manual`: only `call.reply` answers. */
  readonly answers?: 'returned' | 'manual'
}

/** Carries the current call into code that runs later; `AsyncLocalStorage` fits. */
export interface CallScope {
  run<Result>(call: Call, work: () => Result): Result
  getStore(): Call | undefined
}

/** Who asks whom what, until when. */
export interface CallPlace {
  readonly target: string
  readonly requestType: string
  readonly chain: readonly string[]
  readonly deadline: Micros
}

export function nameOf(place: CallPlace): string {
  return `${place.target}.${place.requestType} (${place.chain.join('→')})`
}

/** Knows the current call only while its responder runs, not after an `await`; the edge can give a better one. */
export class StackScope implements CallScope {
  private current: Call | undefined

  run<Result>(call: Call, work: () => Result): Result {
    const before = this.current
    this.current = call
    try {
      return work()
    } finally {
      this.current = before
    }
  }

  getStore(): Call | undefined {
    return this.current
  }
}
