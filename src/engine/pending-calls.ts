/** Asynchronous handlers that have not settled yet, each with the deadline after which nobody waits for it. */
import { GenesisError } from '../model/errors.js'
import type { Timers } from './timers.js'

/** What a call threw, or why it was given up. */
export interface CallFailure {
  readonly error: unknown
}

export interface PendingCall {
  readonly promise: PromiseLike<unknown>
  /** Infinity waits for ever. */
  readonly deadlineMs: number
  /** Called once: with nothing where the call succeeded, else with its failure. */
  done(failure?: CallFailure): void
  /** Called where the promise settles after it was given up. */
  late(): void
}

export class PendingCalls {
  private readonly open = new Set<() => void>()

  constructor(private readonly timers: Timers) {}

  get size(): number {
    return this.open.size
  }

  watch(call: PendingCall): void {
    let settled = false
    let cancel: (() => void) | undefined
    const settle = (failure?: CallFailure): void => {
      if (settled) {
        call.late()
        return
      }
      settled = true
      cancel?.()
      this.open.delete(abandon)
      call.done(failure)
    }
    const abandon = (): void => settle({ error: new GenesisError('bus_abandoned', 'given up when the bus stopped') })
    const expire = (): void => settle({ error: new GenesisError('bus_deadline', `no answer in ${call.deadlineMs} ms`) })
    this.open.add(abandon)
    if (call.deadlineMs < Infinity) cancel = this.timers.schedule(call.deadlineMs, expire)
    call.promise.then(
      () => settle(),
      (error: unknown) => settle({ error }),
    )
  }

  /** Gives up every call that is still open. @returns how many. */
  abandonAll(): number {
    const abandoned = [...this.open]
    for (const abandon of abandoned) abandon()
    return abandoned.length
  }
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
