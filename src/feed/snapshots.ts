/** Book snapshots by REST: fetched within the host's limits, retried a few times, delivered as frames of the line that wants them. */
import type { Shared } from './feed-options.js'
import { hostOf, restBase } from './approach.js'
import type { Line } from './line.js'
import { startRequest } from './rest.js'
import { Backoff } from './backoff.js'
import type { Cancel } from './timers.js'

const ATTEMPTS = 4
/** Snapshot requests to one host: far below what any exchange allows for public data. */
const RATE = { count: 10, perMs: 1_000 }

export class SnapshotFetcher {
  /** By line and symbol: what aborts the fetch in progress. */
  private readonly running = new Map<string, Cancel>()
  fetched = 0
  failed = 0

  constructor(private readonly shared: Shared) {}

  /** A snapshot that is already on its way is not asked for again. */
  want(line: Line, symbol: string): void {
    const key = `${String(line.number)} ${symbol}`
    if (line.parts.exchange.book?.request === undefined || this.running.has(key)) return
    this.attempt(line, symbol, key, 1, new Backoff({ random: this.shared.random }))
  }

  stop(): void {
    for (const cancel of this.running.values()) cancel()
    this.running.clear()
  }

  private attempt(line: Line, symbol: string, key: string, number: number, backoff: Backoff): void {
    const request = line.parts.exchange.book?.request
    if (request === undefined) return
    const url = request.url(symbol, restBase(line.route.base, this.shared.urls))
    const waitMs = this.shared.penalties.reserveRequest(hostOf(url), RATE)
    const start = (): void =>
      this.fetch(line, symbol, key, url, why => {
        this.running.delete(key)
        if (number >= ATTEMPTS || line.stopped) {
          this.giveUp(line, symbol, why)
          return
        }
        this.running.set(
          key,
          this.shared.timers.after(backoff.next(), () => this.attempt(line, symbol, key, number + 1, backoff)),
        )
      })
    this.running.set(key, this.shared.timers.after(waitMs, start))
  }

  private fetch(line: Line, symbol: string, key: string, url: string, failed: (why: string) => void): void {
    const { clock, timers, penalties, ca, timing } = this.shared
    const { proxy } = line.route
    const pending = startRequest({ url, method: 'GET', proxy, clock, timers, ca, deadlineMs: timing.restMs })
    let cancelled = false
    this.running.set(key, () => {
      cancelled = true
      pending.abort()
    })
    void pending.answer.then(answer => {
      if (cancelled) return
      if ('body' in answer) {
        this.running.delete(key)
        this.deliver(line, symbol, answer.body)
        return
      }
      const { status, retryAfterMs, detail } = answer.failure
      if (status === 429 || status === 418) penalties.refused(hostOf(url), status, retryAfterMs)
      failed(detail)
    })
  }

  private deliver(line: Line, symbol: string, body: string): void {
    const { exchange, number } = line.parts
    const text = exchange.book?.request?.wrap(symbol, body)
    if (text === undefined || line.stopped) return
    this.fetched++
    const receivedAt = this.shared.clock.now()
    const data = Buffer.from(text)
    this.shared.emit({ kind: 'data', receivedAt, exchange: exchange.name, line: number, data, binary: false })
  }

  private giveUp(line: Line, symbol: string, why: string): void {
    this.failed++
    const names = line.subscriptions
      .streams()
      .filter(stream => stream.symbol === symbol && stream.channel === 'book')
      .map(stream => stream.name)
    line.link('stale', this.shared.clock.now(), `no book snapshot after ${String(ATTEMPTS)} attempts: ${why}`, names)
  }
}
