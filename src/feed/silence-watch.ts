/** Finds out that a connection has gone silent: asks after a while, and gives the answer a deadline. */
import type { Micros } from '../model/time.js'
import type { EdgeClock } from './real-clock.js'
import type { Cancel, Timers } from './timers.js'

export interface SilenceOptions {
  /** With nothing heard for this long the other side is asked. */
  readonly silenceMs: number
  readonly answerMs: number
  readonly ask: () => void
  readonly silent: (detail: string) => void
}

/** A timer this late was held up by our own process (a busy loop, SIGSTOP, a sleeping machine), which proves nothing about the other side. */
const OWN_STALL_MS = 1_000
/** What had arrived before a question is read within this time, and answers nothing. */
const READ_FIRST_MS = 250

export class SilenceWatch {
  /** When the last complete message, ping or pong came; written directly on the hot path. */
  lastHeard: Micros
  started = false
  /** How often a late timer showed that it was this process that stood still. */
  ownStalls = 0
  private cancel: Cancel = () => undefined

  constructor(
    private readonly clock: EdgeClock,
    private readonly timers: Timers,
    private readonly options: SilenceOptions,
  ) {
    this.lastHeard = clock.now()
  }

  start(): void {
    this.started = true
    this.heard()
    this.wait(this.options.silenceMs, () => this.check())
  }

  stop(): void {
    this.cancel()
    this.cancel = () => undefined
  }

  /** Asks now instead of after a silence, for the connection may not have survived what happened to us. The watch goes on in either case. */
  probe(answerMs: number, unanswered: () => void): void {
    if (!this.started) return
    this.stop()
    const silent = (): void => {
      this.check()
      unanswered()
    }
    this.wait(READ_FIRST_MS, () => this.askAndWait(answerMs, silent))
  }

  heard(): void {
    this.lastHeard = this.clock.now()
  }

  private check(): void {
    const silentMs = this.silentMs()
    const { silenceMs } = this.options
    if (silentMs < silenceMs) {
      this.wait(silenceMs - silentMs, () => this.check())
      return
    }
    const { answerMs, silent } = this.options
    this.askAndWait(answerMs, () =>
      silent(`silent for ${String(Math.round(this.silentMs()))} ms, no answer to a ping in ${String(answerMs)} ms`),
    )
  }

  private askAndWait(answerMs: number, silent: () => void): void {
    const before = this.lastHeard
    this.wait(answerMs, () => (this.lastHeard > before ? this.check() : silent()))
    this.options.ask()
  }

  /** Where the timer comes late, what the other side sent may still lie unread: it gets another turn. */
  private wait(delayMs: number, then: () => void): void {
    const due = this.clock.monotonicMs() + delayMs
    this.cancel = this.timers.after(delayMs, () => {
      const lateMs = this.clock.monotonicMs() - due
      if (lateMs < OWN_STALL_MS) {
        then()
        return
      }
      this.ownStalls++
      this.cancel = this.timers.after(OWN_STALL_MS, then)
    })
  }

  private silentMs(): number {
    return (this.clock.now() - this.lastHeard) / 1_000
  }
}
