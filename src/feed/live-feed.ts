/** Live market data: plans lines to exchanges, keeps them up, and delivers all they bring as frames in one order. */
import type { Exchange } from '../exchanges/exchange.js'
import { UnreachableError, UsageError } from '../model/errors.js'
import type { Decoded } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import { Delivery } from './delivery.js'
import { ending } from './ending.js'
import type { Ending } from './ending.js'
import { Failover } from './failover.js'
import type { Route } from './failover.js'
import type { LiveFeedOptions, Shared } from './feed-options.js'
import { HostPenalties } from './host-penalty.js'
import { Line } from './line.js'
import type { LineListener, LineStats } from './line.js'
import { planLines } from './planner.js'
import type { LinePlan } from './planner.js'
import { proxiesFor } from './proxy.js'
import { RealClock } from './real-clock.js'
import { SnapshotFetcher } from './snapshots.js'
import type { Deliver, FrameSource } from './source.js'
import type { Subscription } from './subscriptions.js'
import { realTimers } from './timers.js'

/** What one line is and does, for tables and summaries. */
export interface LineReport extends LineStats {
  readonly line: number
  readonly exchange: string
  readonly copy: number
  readonly open: boolean
  readonly base: string
  readonly streams: readonly string[]
}

const TICK_MS = 100
/** Failures in a row before the user is told. */
const TOLD_AFTER = 3

export class LiveFeed implements FrameSource {
  private readonly shared: Shared
  private readonly lines = new Map<number, Line>()
  private readonly snapshots: SnapshotFetcher
  private readonly toldCauses = new Map<number, string>()
  private delivery: Delivery | null = null
  private everOpened = false
  private everServed = false
  private settle: { resolve: () => void; reject: (error: unknown) => void } | null = null
  private stopping: Promise<void> | null = null

  constructor(private readonly options: LiveFeedOptions) {
    const clock = options.clock ?? new RealClock()
    const random = options.random ?? Math.random
    const urls = (options.urls ?? []).map(checkedUrl)
    this.shared = {
      clock,
      random,
      urls,
      timers: options.timers ?? realTimers,
      penalties: new HostPenalties(() => clock.monotonicMs(), random),
      timing: options.timing ?? {},
      proxy: options.proxy ?? {},
      ca: options.ca,
      emit: frame => this.delivery?.emit(frame),
    }
    this.snapshots = new SnapshotFetcher(this.shared)
    // What is wrong with the request is said before anything is opened.
    for (const { exchange } of this.planned(options.streams)) this.routes(exchange)
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
    for (const plan of this.planned(streams)) this.addLines(plan)
    return done
  }

  stop(reason: string): Promise<void> {
    this.stopping ??= this.shutDown(reason)
    return this.stopping
  }

  /** Adds a stream while the feed runs; one that is already carried is left alone. */
  subscribe(stream: Stream): void {
    if (this.carriers(stream).length > 0) return
    for (const plan of this.planned([stream])) {
      for (let copy = 0; copy < this.copies; copy++) {
        const line = this.roomFor(plan, copy)
        if (line === undefined) this.addLine(plan, copy)
        else line.subscriptions.add([stream])
      }
    }
  }

  unsubscribe(stream: Stream): void {
    for (const line of this.carriers(stream)) {
      line.subscriptions.remove(stream)
      if (line.subscriptions.size === 0) void this.drop(line, ending('stopped', 'no stream left'))
    }
  }

  /** Leaves and requests a stream again, on one line or on all that carry it. */
  resubscribe(stream: Stream, onLine?: number): void {
    for (const line of this.carriers(stream)) {
      if (onLine === undefined || line.number === onLine) line.subscriptions.renew(stream)
    }
  }

  /** The same for every stream of a symbol's book. */
  resubscribeBook(exchange: string, symbol: string): void {
    for (const line of this.lines.values()) {
      if (line.parts.exchange.name !== exchange) continue
      for (const stream of line.subscriptions.streams()) {
        if (stream.symbol === symbol && stream.channel === 'book') line.subscriptions.renew(stream)
      }
    }
  }

  /** What the fold found in a message: notices steer the line, events show which streams are live. */
  heard(line: number, found: Decoded): void {
    this.lines.get(line)?.heard(found)
  }

  /** Fetches a book snapshot; it arrives as a data frame on the line that carries the book (or on the one named). */
  wantSnapshot(exchange: string, symbol: string, onLine?: number): void {
    const line = [...this.lines.values()].find(candidate =>
      onLine === undefined ? carriesBook(candidate, exchange, symbol) : candidate.number === onLine,
    )
    if (line !== undefined) this.snapshots.want(line, symbol)
  }

  report(): readonly LineReport[] {
    return [...this.lines.values()].map(line => ({
      ...line.stats,
      line: line.number,
      exchange: line.parts.exchange.name,
      copy: line.parts.copy,
      open: line.open,
      base: line.route.base,
      streams: line.subscriptions.names(),
    }))
  }

  private get copies(): number {
    return this.options.lines ?? 1
  }

  // Lines.

  private planned(streams: readonly Stream[]): readonly LinePlan[] {
    return planLines(
      streams,
      stream => this.exchangeOf(stream),
      exchange => this.bases(exchange)[0] ?? '',
    )
  }

  private exchangeOf({ exchange: name }: Stream): Exchange {
    const exchange = this.options.exchanges.get(name)
    if (exchange === undefined) throw new UsageError('unknown_exchange', `unknown exchange: ${name}`)
    return exchange
  }

  private bases(exchange: Exchange): readonly string[] {
    return this.shared.urls.length > 0 ? this.shared.urls : exchange.endpoints
  }

  private routes(exchange: Exchange): readonly Route[] {
    const bases = this.bases(exchange)
    if (bases.length === 0) {
      throw new UsageError('no_address', `${exchange.title} has no address of its own`, { hint: 'give one with --url' })
    }
    return bases.flatMap(base => proxiesFor(base, this.shared.proxy).map(proxy => ({ base, proxy }) satisfies Route))
  }

  private addLines(plan: LinePlan): void {
    for (let copy = 0; copy < this.copies; copy++) this.addLine(plan, copy)
  }

  private addLine({ exchange, streams }: LinePlan, copy: number): Line {
    const { shared } = this
    const failover = new Failover(this.routes(exchange), () => shared.clock.monotonicMs(), shared.random)
    const line = new Line({
      number: this.freeNumber(),
      exchange,
      streams,
      copy,
      failover,
      shared,
      listener: this.listener,
    })
    this.lines.set(line.number, line)
    line.start()
    return line
  }

  private freeNumber(): number {
    let number = 0
    while (this.lines.has(number)) number++
    return number
  }

  private carriers(stream: Stream): readonly Line[] {
    return [...this.lines.values()].filter(
      line => line.parts.exchange.name === stream.exchange && line.subscriptions.has(stream.name),
    )
  }

  private roomFor({ exchange, streams: [stream] }: LinePlan, copy: number): Line | undefined {
    if (stream === undefined) return undefined
    const address = (other: Stream): string => exchange.address(other, this.bases(exchange)[0] ?? '')
    return [...this.lines.values()].find(line => {
      const [first] = line.subscriptions.streams()
      const isAlike = line.parts.exchange === exchange && line.parts.copy === copy && line.retiring === null
      const hasRoom = line.subscriptions.size < exchange.limits.streamsPerConnection
      return isAlike && hasRoom && first !== undefined && address(first) === address(stream)
    })
  }

  private async drop(line: Line, why: Ending): Promise<void> {
    await line.stop(why)
    this.lines.delete(line.number)
    this.toldCauses.delete(line.number)
  }

  // What lines report.

  private readonly listener: LineListener = {
    opened: line => {
      this.everOpened = true
      this.toldCauses.delete(line.number)
    },
    retrying: (line, why, retryInMs) => {
      const { giveUpAfter } = this.options
      const { failedAttempts } = line.stats
      if (!this.everOpened && giveUpAfter !== undefined && failedAttempts >= giveUpAfter) {
        this.fail(this.unreachable(line, why))
        return
      }
      if (failedAttempts >= TOLD_AFTER && this.toldCauses.get(line.number) !== why.cause)
        this.tell(line, why, retryInMs)
    },
    exhausted: (line, why) => {
      this.tell(line, why, null)
      if ([...this.lines.values()].every(other => other.stopped)) this.fail(this.unreachable(line, why))
    },
    subscriptionChanged: (line, subscription, detail) => this.subscriptionChanged(line, subscription, detail),
    renewalWanted: () => undefined,
  }

  private tell(line: Line, why: Ending, retryInMs: number | null): void {
    this.toldCauses.set(line.number, why.cause)
    this.options.trouble?.({
      exchange: line.parts.exchange.name,
      address: line.route.base,
      streams: line.subscriptions.names(),
      attempts: line.stats.failedAttempts,
      cause: why.cause,
      detail: why.detail,
      hint: why.hint,
      retryInMs,
    })
  }

  private unreachable(line: Line, why: Ending): UnreachableError {
    const { title } = line.parts.exchange
    const attempts = line.stats.failedAttempts > 1 ? ` after ${String(line.stats.failedAttempts)} attempts` : ''
    return new UnreachableError(
      why.cause,
      `${title} at ${line.route.base} is not reachable${attempts}: ${why.detail}`,
      {
        hint: why.hint ?? 'try another --url or --proxy; offline, use --exchange sim',
      },
    )
  }

  private subscriptionChanged(line: Line, subscription: Subscription, detail: string): void {
    const { state, stream } = subscription
    this.options.subscription?.({ stream, line: line.number, state, detail })
    if (state === 'live' || state === 'acknowledged') {
      this.everServed = true
      return
    }
    line.link('stale', this.shared.clock.now(), `${state}: ${detail}`, [stream.name])
    if (state === 'refused' && !this.everServed) this.checkAllRefused(detail)
  }

  private checkAllRefused(reason: string): void {
    const all = [...this.lines.values()].flatMap(line => [...line.subscriptions.all()])
    if (!all.every(subscription => subscription.state === 'refused')) return
    const names = [...new Set(all.map(({ stream }) => `${stream.exchange}:${stream.name}`))].join(', ')
    this.fail(
      new UsageError('refused', `the exchange refused ${names}: ${reason}`, {
        hint: 'check the symbol and the channel',
      }),
    )
  }

  // Endings.

  private fail(error: unknown): void {
    const reject = this.settle?.reject
    this.settle = null
    // Outside of whatever is being delivered.
    queueMicrotask(() => void this.stop('failed').then(() => reject?.(error)))
  }

  private async shutDown(reason: string): Promise<void> {
    this.snapshots.stop()
    await Promise.all([...this.lines.values()].map(line => line.stop(ending('stopped', reason))))
    this.lines.clear()
    this.delivery?.close()
    this.settle?.resolve()
  }
}

function carriesBook(line: Line, exchange: string, symbol: string): boolean {
  if (line.parts.exchange.name !== exchange) return false
  return line.subscriptions.streams().some(stream => stream.symbol === symbol && stream.channel === 'book')
}

/** @throws UsageError unless it is a WebSocket address. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'ws:' || url.protocol === 'wss:')) return text
  throw new UsageError('bad_url', `not a WebSocket address: ${text}`, {
    hint: 'write it as ws://host:port or wss://host',
  })
}
