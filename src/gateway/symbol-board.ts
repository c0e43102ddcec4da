/** Figures of each symbol with its rate, sampled once a second. */
import { FEED_EVENTS } from '../session/events.js'
import type { Session } from '../session/session.js'
import { StreamStats, type StreamRow } from '../session/stream-stats.js'
import type { Stream } from '../model/stream.js'

const SAMPLE_EVERY_MS = 1_000

export class SymbolBoard {
  private readonly stats: StreamStats
  private readonly rates = new Map<StreamRow, { events: number; rate: number }>()
  private readonly timer: NodeJS.Timeout
  private sampledAt = performance.now()

  constructor(session: Session, streams: readonly Stream[]) {
    this.stats = new StreamStats(streams)
    const options = { componentId: 'board', priority: 'background' } as const
    for (const type of FEED_EVENTS) {
      // Never shed: a lost connection that was not heard of would be shown as none until the next one.
      if (type === 'status') session.bus.subscribe(type, status => this.stats.addStatus(status), options)
      else session.bus.subscribe(type, event => this.stats.add(event), { ...options, sheddable: true })
    }
    this.timer = setInterval(() => this.sample(), SAMPLE_EVERY_MS)
    this.timer.unref()
  }

  rows(): readonly StreamRow[] {
    return this.stats.rows()
  }

  /** Events per second over the last second. */
  rateOf(row: StreamRow): number {
    return this.rates.get(row)?.rate ?? 0
  }

  close(): void {
    clearInterval(this.timer)
  }

  private sample(): void {
    const now = performance.now()
    const seconds = (now - this.sampledAt) / 1_000
    this.sampledAt = now
    for (const row of this.stats.rows()) {
      const before = this.rates.get(row)?.events ?? 0
      this.rates.set(row, { events: row.events, rate: Math.round(((row.events - before) / seconds) * 10) / 10 })
    }
  }
}
