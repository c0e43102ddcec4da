/** Questions by REST beside the feed: within what the host allows, by the way its lines go, a few times and never for ever. */
import type { Shared } from './feed-options.js'
import { hostOf, restBase } from './addresses.js'
import { Backoff } from './backoff.js'
import type { Line } from './line.js'
import { startRequest, type RestAnswer } from './rest.js'
import type { Cancel } from './timers.js'

const ATTEMPTS = 3
/** Far below what any exchange allows for public data. */
const RATE = { count: 10, perMs: 1_000 }

export interface Question {
  readonly exchange: string
  /** @param base as of the exchange's snapshots. @returns undefined where there is nothing to ask. */
  readonly url: (base: string | null) => string | undefined
  /** JSON to be sent along, by POST. */
  readonly body?: string
}

/** The answer's body, or in a few words why there is none. */
export type Answered = { readonly body: string } | { readonly why: string }

export class RestClient {
  private readonly waiting = new Set<{ cancel: Cancel }>()
  private isStopped = false

  constructor(
    private readonly shared: Shared,
    /** A line of the exchange: the way to it, its custom address included. */
    private readonly lineOf: (exchange: string) => Line | undefined,
  ) {}

  /** Never rejects; resolves at the latest when the client is stopped. */
  async ask(question: Question): Promise<Answered> {
    const backoff = new Backoff({ random: this.shared.random })
    for (let attempt = 1; ; attempt++) {
      const line = this.lineOf(question.exchange)
      if (line === undefined || this.isStopped) return { why: 'no connection' }
      const url = question.url(restBase(line.route.base, this.shared.urls))
      if (url === undefined) return { why: 'the exchange does not tell' }
      const host = hostOf(url)
      await this.pause(this.shared.penalties.reserveRequest(host, RATE))
      const answer = await this.fetch(url, question.body, line.route.proxy)
      if ('body' in answer) return answer
      const { status, retryAfterMs, detail } = answer.failure
      if (status === 429 || status === 418) this.shared.penalties.refused(host, status, retryAfterMs)
      const isFinal = status !== null && status >= 400 && status < 500 && status !== 429 && status !== 418
      if (isFinal || attempt >= ATTEMPTS) return { why: detail }
      await this.pause(backoff.next())
    }
  }

  stop(): void {
    this.isStopped = true
    for (const { cancel } of this.waiting) cancel()
    this.waiting.clear()
  }

  private fetch(url: string, body: string | undefined, proxy: string | null): Promise<RestAnswer> {
    const { clock, timers, ca, timing } = this.shared
    const pending = startRequest({
      url,
      method: body === undefined ? 'GET' : 'POST',
      body,
      proxy,
      clock,
      timers,
      ca,
      deadlineMs: timing.restMs,
    })
    return this.until(pending.answer, pending.abort)
  }

  private async pause(ms: number): Promise<void> {
    if (this.isStopped) return
    let wake: () => void = () => undefined
    const slept = new Promise<void>(resolve => (wake = resolve))
    const cancelTimer = this.shared.timers.after(ms, wake)
    await this.until(slept, () => {
      cancelTimer()
      wake()
    })
  }

  private async until<T>(done: Promise<T>, cancel: Cancel): Promise<T> {
    const entry = { cancel }
    this.waiting.add(entry)
    try {
      return await done
    } finally {
      this.waiting.delete(entry)
    }
  }
}
