/** Book snapshots by REST: fetched within the host's limits, retried a few times, delivered as frames of the line that wants them. */
import type { Shared } from './feed-options.js'
import { hostOf, restBase } from './addresses.js'
import type { Line } from './line.js'
import { startRequest } from './rest.js'
import { Backoff } from './backoff.js'
import type { Cancel } from './timers.js'

const ATTEMPTS = 4
/** Snapshot requests to one host: far below what any exchange allows for public data. */
const RATE = { count: 10, perMs: 1_000 }

export class SnapshotFetcher {
  fetched = 0
  failed = 0
  /** By exchange and symbol: what aborts the fetch in progress. */
  private readonly running = new Map<string, Cancel>()

  constructor(
    private readonly shared: Shared,
    /** The line that a book's snapshot belongs to, at this moment. */
    private readonly carrier: (exchange: string, symbol: string, pair?: string) => Line | undefined,
  ) {}

  /** A snapshot that is already on its way is not asked for again. */
  want(exchange: string, symbol: string, pair?: string): void {
    if (this.running.has(keyOf({ exchange, symbol, pair }))) return
    this.attempt({ exchange, symbol, pair, number: 1, backoff: new Backoff({ random: this.shared.random }) })
  }

  stop(): void {
    for (const cancel of this.running.values()) cancel()
    this.running.clear()
  }

  private attempt(task: Task): void {
    const key = keyOf(task)
    const line = this.carrier(task.exchange, task.symbol, task.pair)
    const request = line?.parts.exchange.book?.request
    this.running.delete(key)
    if (line === undefined || request === undefined) return
    const url = request.url(task.symbol, restBase(line.route.base, this.shared.urls), task.pair)
    const waitMs = this.shared.penalties.reserveRequest(hostOf(url), RATE)
    this.running.set(
      key,
      this.shared.timers.after(waitMs, () => this.fetch(task, url, line.route.proxy)),
    )
  }

  private fetch(task: Task, url: string, proxy: string | null): void {
    const key = keyOf(task)
    const { clock, timers, penalties, ca, timing } = this.shared
    const pending = startRequest({ url, method: 'GET', proxy, clock, timers, ca, deadlineMs: timing.restMs })
    let cancelled = false
    this.running.set(key, () => {
      cancelled = true
      pending.abort()
    })
    void pending.answer.then(answer => {
      if (cancelled) return
      this.running.delete(key)
      if ('body' in answer) {
        this.deliver(task, answer.body)
        return
      }
      const { status, retryAfterMs, detail } = answer.failure
      if (status === 429 || status === 418) penalties.refused(hostOf(url), status, retryAfterMs)
      this.retry(task, detail)
    })
  }

  private retry(task: Task, why: string): void {
    if (task.number >= ATTEMPTS) {
      this.giveUp(task, why)
      return
    }
    const again = { ...task, number: task.number + 1 }
    const cancel = this.shared.timers.after(task.backoff.next(), () => this.attempt(again))
    this.running.set(keyOf(task), cancel)
  }

  private deliver({ exchange, symbol, pair }: Task, body: string): void {
    const line = this.carrier(exchange, symbol, pair)
    const text = line?.parts.exchange.book?.request?.wrap(symbol, body, pair)
    if (line === undefined || text === undefined) return
    this.fetched++
    const receivedAt = this.shared.clock.now()
    const data = Buffer.from(text)
    this.shared.emit({ kind: 'data', receivedAt, exchange, line: line.number, data, binary: false })
  }

  private giveUp({ exchange, symbol, pair }: Task, why: string): void {
    this.failed++
    const line = this.carrier(exchange, symbol, pair)
    const detail = `no book snapshot after ${String(ATTEMPTS)} attempts: ${why}`
    line?.link('stale', this.shared.clock.now(), detail, line.booksOf(exchange, symbol, pair))
  }
}

interface Task {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string | undefined
  /** Of the attempt, from 1. */
  readonly number: number
  readonly backoff: Backoff
}

function keyOf({ exchange, symbol, pair = '' }: Pick<Task, 'exchange' | 'symbol' | 'pair'>): string {
  return `${exchange} ${symbol} ${pair}`
}
