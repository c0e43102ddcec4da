/** One question until its outcome: exactly one of an answer, a refusal, a timeout or a cancellation. */
import { GenesisError } from '../model/errors.js'
import { MICROS_PER_MS } from '../model/time.js'
import { nameOf, type CallPlace } from './call.js'
import type { Cancel, Timers } from './timers.js'

export type Outcome = 'replies' | 'timeouts' | 'rejected' | 'cancelled'

export class OpenRequest {
  isOpen = true
  wasAnswered = false
  private cancel: Cancel | undefined

  constructor(
    private readonly resolve: (answer: unknown) => void,
    private readonly reject: (error: GenesisError) => void,
    private readonly closed: (outcome: Outcome) => void,
  ) {}

  expireAt(timers: Timers, place: CallPlace): void {
    const leftMs = (place.deadline - timers.now()) / MICROS_PER_MS
    const reason = (): GenesisError => new GenesisError('request_timeout', `${nameOf(place)} did not answer in time`)
    if (leftMs <= 0) this.end('timeouts', reason())
    else this.cancel = timers.schedule(leftMs, () => this.end('timeouts', reason()))
  }

  succeed(answer: unknown): void {
    this.close('replies')
    this.resolve(answer)
  }

  end(outcome: Outcome, reason: GenesisError): void {
    if (!this.isOpen) return
    this.close(outcome)
    this.reject(reason)
  }

  private close(outcome: Outcome): void {
    this.isOpen = false
    this.cancel?.()
    this.closed(outcome)
  }
}
