/** Live market data: plans lines to exchanges, keeps them up, and delivers all they bring as frames in one order. */
import type { Decoded } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import { checkedUrl, isLoopback } from './addresses.js'
import { Backfill } from './backfill.js'
import type { BackfillStats } from './backfill.js'
import { Backpressure } from './backpressure.js'
import { Delivery } from './delivery.js'
import { ending } from './ending.js'
import type { LiveFeedOptions, Shared } from './feed-options.js'
import { Handover } from './handover.js'
import type { HandoverKind, HandoverResult } from './handover.js'
import { HealthMonitor } from './health-monitor.js'
import { HostPenalties } from './host-penalty.js'
import { reportLine } from './feed-report.js'
import type { FeedStats, LineReport } from './feed-report.js'
import type { Line } from './line.js'
import type { LineListener } from './line-parts.js'
import { LineSet } from './line-set.js'
import { RealClock } from './real-clock.js'
import { RedundantLines } from './redundant.js'
import { RestClient } from './rest-client.js'
import { skewText } from './skew-watch.js'
import { SnapshotFetcher } from './snapshots.js'
import type { Deliver, FrameSource } from './source.js'
import { StallWatch } from './stall-watch.js'
import type { Subscription } from './subscriptions.js'
import { realTimers } from './timers.js'
import { Troubles } from './troubles.js'

const TICK_MS = 100

export class LiveFeed implements FrameSource {
  /** The copies of each stream; its `stats` take the arbiter's counts. */
  readonly redundant: RedundantLines
  /** Questions beside the feed; answered once it runs. */
  readonly rest: RestClient
  private readonly shared: Shared
  private readonly lines: LineSet
  private readonly snapshots: SnapshotFetcher
  private readonly backfill: Backfill | null
  private readonly troubles: Troubles
  private readonly handover: Handover
  private readonly health: HealthMonitor
  private readonly backpressure: Backpressure | null
  private delivery: Delivery | null = null
  private reconnects = 0
  private settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null
  private stopping: Promise<void> | null = null

  /** @throws UsageError where an address, an exchange or a proxy is wrong; nothing has been opened then. */
  constructor(private readonly options: LiveFeedOptions) {
    this.shared = this.share()
    const { clock, timers, random, timing } = this.shared
    this.redundant = new RedundantLines(options.lines ?? 1, options.share)
    this.lines = new LineSet(options.exchanges, this.redundant, this.shared, this.listener)
    this.lines.plan(options.streams)
    const all = (): readonly Line[] => this.lines.all()
    this.troubles = new Troubles(all, trouble => options.trouble?.(trouble), options.giveUpAfter)
    this.snapshots = new SnapshotFetcher(this.shared, (exchange, symbol, pair) =>
      this.lines.bookCarrier(exchange, symbol, pair),
    )
    this.rest = new RestClient(this.shared, exchange =>
      this.lines.all().find(({ parts }) => parts.exchange.name === exchange),
    )
    this.backfill =
      options.backfill === 'on'
        ? new Backfill(this.shared, stream => this.lines.carriers(stream)[0], options.exchanges)
        : null
    this.handover = new Handover({
      lines: this.lines,
      timers,
      random,
      monotonicMs: () => clock.monotonicMs(),
      overlapMs: timing.overlapMs,
      enabled: options.detector !== 'off',
      events: { over: (old, kind, result) => this.handedOver(old, kind, result) },
    })
    this.backpressure = options.backpressure === 'off' ? null : new Backpressure(options.backpressure)
    this.health = new HealthMonitor(all, clock, timers, this.shared.stalls, this.backpressure, {
      emit: frame => this.shared.emit(frame),
      lineSuspect: (line, silenceMs) => this.lineSuspect(line, silenceMs),
      streamSuspect: (line, subscription) => this.streamSuspect(line, subscription),
      skewed: (line, delay) => this.skewed(line, delay),
    })
  }

  run(deliver: Deliver): Promise<void> {
    if (this.delivery !== null) throw new TypeError('a feed runs once')
    const { tickMs = TICK_MS, streams } = this.options
    const { clock, timers } = this.shared
    const done = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }))
    const failed = (error: unknown): void => {
      this.delivery?.close()
      this.fail(error)
    }
    this.delivery = new Delivery(deliver, failed, clock, timers, tickMs)
    this.health.start()
    for (const plan of this.lines.plan(streams)) this.lines.carry(plan)
    return done
  }

  stop(reason: string): Promise<void> {
    this.stopping ??= this.shutDown(reason)
    return this.stopping
  }

  /** Adds a stream while the feed runs; one that is already carried is left alone. */
  subscribe(stream: Stream): void {
    if (this.lines.carriers(stream).length > 0) return
    for (const plan of this.lines.plan([stream])) this.lines.carry(plan)
  }

  unsubscribe(stream: Stream): void {
    for (const line of this.lines.carriers(stream)) {
      line.subscriptions.remove(stream)
      if (line.subscriptions.size > 0) continue
      this.handover.forget(line)
      void this.lines.drop(line, ending('stopped', 'no stream left'))
    }
  }

  /** Leaves and requests a stream again, on one line or on all that carry it. */
  resubscribe(stream: Stream, onLine?: number): void {
    for (const line of this.lines.carriers(stream)) {
      if (onLine === undefined || line.number === onLine) line.subscriptions.renew(stream)
    }
  }

  /** The same for every stream of a symbol's book. */
  resubscribeBook(exchange: string, symbol: string, pair?: string): void {
    for (const line of this.lines.all()) {
      const names = line.booksOf(exchange, symbol, pair)
      for (const stream of line.subscriptions.streams()) {
        if (names.includes(stream.name)) line.subscriptions.renew(stream)
      }
    }
  }

  /** What the fold found in a message: notices steer the line, events show which streams are live. */
  heard(line: number, found: Decoded): void {
    if (found.type === 'trade') this.backfill?.heard(found)
    // What was fetched says nothing about how the line is.
    if (found.type !== 'trade' || found.fetched !== true) this.lines.get(line)?.heard(found)
  }

  /** Fetches trades that the stream missed, by their ids, where backfill is on and the exchange offers it. */
  wantTrades(exchange: string, streamName: string, from: string, to: string): void {
    for (const line of this.lines.all()) {
      const stream = line.parts.exchange.name === exchange ? line.subscriptions.get(streamName) : undefined
      if (stream === undefined) continue
      this.backfill?.want(stream, from, to)
      return
    }
  }

  /** null where backfill is off. */
  backfillStats(): BackfillStats | null {
    return this.backfill?.stats() ?? null
  }

  /** Fetches a book snapshot by REST; it arrives as a data frame on a line that carries the book. */
  wantSnapshot(exchange: string, symbol: string, pair?: string): void {
    this.snapshots.want(exchange, symbol, pair)
  }

  /** Opens a replacement for a line, and closes the line once the replacement works. */
  renew(line: number, reason: string): void {
    const old = this.lines.get(line)
    if (old !== undefined) this.handover.start(old, 'renewal', reason)
  }

  /** Stops reading from the sockets: a lossless consumer is behind. Exchanges cut off those who do this for long. */
  pause(): void {
    for (const line of this.lines.all()) line.pause()
  }

  resume(): void {
    for (const line of this.lines.all()) line.resume()
  }

  report(): readonly LineReport[] {
    return this.lines.all().map(line => reportLine(line, this.health))
  }

  stats(): FeedStats {
    return {
      frames: this.delivery?.delivered ?? 0,
      reconnects: this.reconnects,
      handovers: this.handover.replaced,
      probes: this.handover.stats(),
      snapshots: { fetched: this.snapshots.fetched, failed: this.snapshots.failed },
      longestOwnStallMs: this.shared.stalls.longestMs,
      backpressure: this.backpressure?.stats() ?? null,
    }
  }

  private share(): Shared {
    const { options } = this
    const clock = options.clock ?? new RealClock()
    const random = options.random ?? Math.random
    return {
      clock,
      random,
      stalls: new StallWatch(clock),
      urls: (options.urls ?? []).map(checkedUrl),
      timers: options.timers ?? realTimers,
      penalties: options.penalties ?? new HostPenalties(() => clock.monotonicMs(), random, options.penaltyStore),
      timing: options.timing ?? {},
      proxy: options.proxy ?? {},
      ca: options.ca,
      attempts: options.failover === 'off' ? 'once' : 'endless',
      emit: frame => this.delivery?.emit(frame),
    }
  }

  private readonly listener: LineListener = {
    opened: line => {
      if (line.stats.opens > 1) this.reconnects++
      this.troubles.opened(line)
      this.handover.opened(line)
    },
    retrying: (line, why, retryInMs) => {
      this.handover.forget(line)
      const error = this.troubles.retrying(line, why, retryInMs)
      if (error !== null) this.fail(error)
    },
    exhausted: (line, why) => {
      const error = this.troubles.exhausted(line, why)
      line.link('stale', this.shared.clock.now(), `given up: ${why.detail}`)
      if (error !== null) this.fail(error)
    },
    retired: line => this.handover.forget(line),
    subscriptionChanged: (line, subscription, detail) => this.subscriptionChanged(line, subscription, detail),
    unanswered: (line, reason) => this.handover.start(line, 'lost', reason),
    renewalWanted: (line, reason) => this.handover.start(line, 'renewal', reason),
  }

  private subscriptionChanged(line: Line, { state, stream }: Subscription, detail: string): void {
    this.options.subscription?.({ stream, line: line.number, state, detail })
    if (state === 'live' || state === 'acknowledged') {
      this.troubles.served()
      return
    }
    line.link('stale', this.shared.clock.now(), `${state}: ${detail}`, [stream.name])
    const error = state === 'refused' ? this.troubles.refused(detail) : null
    if (error !== null) this.fail(error)
  }

  private lineSuspect(line: Line, silenceMs: number): void {
    this.handover.start(
      line,
      'probe',
      `silent for ${String(Math.round(silenceMs))} ms while another connection had data`,
    )
  }

  private streamSuspect(line: Line, { stream }: Subscription): void {
    line.subscriptions.renew(stream)
  }

  /** What speaks from this machine has its clock, too: a recording that is served again is as old as it is. */
  private skewed({ parts, route }: Line, delay: number): void {
    if (!isLoopback(new URL(route.base).hostname)) this.options.note?.(skewText(parts.exchange.name, delay))
  }

  private handedOver(old: Line, kind: HandoverKind, result: HandoverResult): void {
    if (kind === 'renewal') return
    if (result === 'acquitted') this.health.acquit(old)
    if (result !== 'replaced' || !old.open) return
    this.health.condemn(old)
    old.link('stale', this.shared.clock.now(), old.retiring ?? 'silent')
  }

  private fail(error: unknown): void {
    const reject = this.settle?.reject
    this.settle = null
    // Outside of whatever is being delivered.
    queueMicrotask(() => void this.stop('failed').then(() => reject?.(error)))
  }

  private async shutDown(reason: string): Promise<void> {
    this.snapshots.stop()
    this.rest.stop()
    this.backfill?.stop()
    this.handover.stop()
    this.health.stop()
    await Promise.all(this.lines.all().map(line => this.lines.drop(line, ending('stopped', reason))))
    this.delivery?.close()
    this.settle?.resolve()
  }
}
