/** A subscriber's own lane: events wait here in order, or newest per state, and leave in batches at the subscriber's speed. */
import { GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { conflationKey, mergeNewest } from './conflation-rule.js'
import { Conflator } from './conflator.js'
import { isPromiseLike, type PendingCalls } from './pending-calls.js'
import type { Slot } from './runner.js'
import type { KeptOptions } from './subscribe-options.js'
import type { Timers } from './timers.js'

export interface LaneConfig {
  readonly delivery: 'queue' | 'latest'
  readonly deadlineMs: number
  readonly rank: number
  readonly order: number
  readonly options: KeptOptions
}

/** What a lane needs of its subscriber and its bus. */
export interface LaneHost {
  readonly timers: Timers
  readonly calls: PendingCalls
  /** Asks for {@link Lane.run} later. */
  wake(lane: Lane): void
  /** The fill has changed by a sixteenth or more. */
  filled(): void
  /** Around each handler: what it emits waits until it has returned. */
  enter(): boolean
  leave(): void
  settled(): void
  failed(error: unknown): void
  /** An event found no place; the handler is not to blame. */
  overflowed(error: unknown): void
  late(): void
}

export interface LaneStats {
  readonly delivered: number
  readonly conflated: number
  readonly queued: number
  readonly inFlight: number
  readonly batches: number
  /** Share of the capacity in use. */
  readonly fill: number
  readonly lastDelivery: Micros | null
}

interface Item {
  readonly data: unknown
  readonly eventType: string
  readonly source: string
}

const BATCH = 256
const FILL_STEPS = 16

/** The cascade of the mission, stage by stage: collapse, density, tunnel, feedback, reality, convergence. */
export class Lane {
  readonly rank: number
  readonly order: number
  readonly capacity: number
  private readonly store: Conflator<Item>
  private batch: readonly Item[] = []
  private place = 0
  private running = false
  private inFlight = 0
  private paused = false
  private urgent = false
  private nextFillMark: number
  private readonly counts = { offered: 0, delivered: 0, failed: 0, refused: 0, cleared: 0, batches: 0 }
  private discrepancy: string | undefined
  private lastDelivery: Micros | null = null

  constructor(
    private readonly config: LaneConfig,
    private readonly handler: Slot,
    private readonly host: LaneHost,
  ) {
    const { options, delivery } = config
    this.rank = config.rank
    this.order = config.order
    this.capacity = options.capacity ?? 65_536
    this.nextFillMark = this.capacity / FILL_STEPS
    const key = (options.key ?? conflationKey) as (data: unknown) => string | undefined
    const merge = (options.merge ?? mergeNewest) as (older: unknown, newer: unknown) => unknown
    this.store = new Conflator<Item>({
      capacity: this.capacity,
      key: delivery === 'latest' ? item => key(item.data) : () => undefined,
      merge: (older, newer) => ({ ...newer, data: merge(older.data, newer.data) }),
    })
  }

  /** Collapse: an event takes its place in the lane, or that of an older update of the same state. */
  readonly accept: Slot = (data, eventType, source) => {
    const item = { data, eventType, source }
    const outcome = this.put(item)
    this.counts.offered++
    if (outcome === 'full') this.refuse()
    else if (this.queued >= this.nextFillMark) this.reportFill()
    if (!this.isScheduled) this.host.wake(this)
  }

  get queued(): number {
    return this.store.size + this.batch.length - this.place
  }

  get fill(): number {
    return this.queued / this.capacity
  }

  /** True while events wait or a call is open. */
  get isBusy(): boolean {
    return this.inFlight > 0 || this.queued > 0
  }

  /** Delivers the next batch, unless the last one is not through yet. */
  run(): void {
    if (this.running || this.inFlight > 0 || this.paused) return
    if (this.batch.length === this.place) this.pack()
    this.tunnel()
  }

  /** Delivers without rests from now on, or with them again. */
  setUrgency(urgency: 'paced' | 'urgent'): void {
    this.urgent = urgency === 'urgent'
    if (!this.urgent) return
    this.paused = false
    if (this.queued > 0) this.host.wake(this)
  }

  /** Drops what waits. @returns how many events that were, for the subscriber's account. */
  clear(): number {
    const cleared = this.queued
    this.store.clear()
    this.batch = []
    this.place = 0
    this.counts.cleared += cleared
    this.reportFill()
    return cleared
  }

  /** What does not add up, now or at the end of any batch; undefined where everything does. */
  check(): string | undefined {
    return this.discrepancy ?? this.audit()
  }

  stats(): LaneStats {
    const { delivered, batches } = this.counts
    const { queued, inFlight, fill, lastDelivery } = this
    return { delivered, conflated: this.store.stats().conflated, queued, inFlight, batches, fill, lastDelivery }
  }

  private audit(): string | undefined {
    const { offered, delivered, failed, refused, cleared } = this.counts
    const found = delivered + this.store.stats().conflated + failed + refused + cleared + this.queued + this.inFlight
    return found === offered ? undefined : `${offered} events entered the lane, ${found} are accounted for`
  }

  private get isScheduled(): boolean {
    return this.running || this.inFlight > 0 || this.paused || this.queued === 0
  }

  /** A full lane first makes the emitter wait for a batch; only a handler whose promise is open cannot be hurried so. */
  private put(item: Item): 'waiting' | 'conflated' | 'full' {
    const outcome = this.queued < this.capacity ? this.store.put(item) : 'full'
    if (outcome !== 'full' || this.running || this.inFlight > 0) return outcome
    this.paused = false
    this.run()
    return this.queued < this.capacity ? this.store.put(item) : 'full'
  }

  private refuse(): void {
    this.counts.refused++
    this.host.overflowed(
      new GenesisError('bus_lane_full', `the lane holds ${this.capacity} events and its pressure went unheeded`),
    )
  }

  /** Density: packs what waits into one batch. */
  private pack(): void {
    const batch: Item[] = []
    while (batch.length < BATCH) {
      const item = this.store.take()
      if (item === undefined) break
      batch.push(item)
    }
    this.batch = batch
    this.place = 0
  }

  /** Tunnel: delivers the batch, event by event, and stops where a handler's promise has to be awaited. */
  private tunnel(): void {
    this.running = true
    while (this.place < this.batch.length && this.inFlight === 0) {
      const item = this.batch[this.place++]
      if (item !== undefined) this.deliver(item)
    }
    this.running = false
    if (this.inFlight === 0) this.finishBatch()
  }

  private deliver(item: Item): void {
    const entered = this.host.enter()
    this.inFlight++
    try {
      const value = this.handler(item.data, item.eventType, item.source)
      if (isPromiseLike(value)) this.awaitCall(value)
      else this.settle()
    } catch (error) {
      this.settle({ error })
    } finally {
      if (entered) this.host.leave()
    }
  }

  private awaitCall(promise: PromiseLike<unknown>): void {
    this.host.calls.watch({
      promise,
      deadlineMs: this.config.deadlineMs,
      late: () => this.host.late(),
      done: failure => {
        this.settle(failure)
        if (!this.running) this.tunnel()
      },
    })
  }

  private settle(failure?: { readonly error: unknown }): void {
    this.inFlight--
    if (failure === undefined) {
      this.counts.delivered++
    } else {
      this.counts.failed++
      this.host.failed(failure.error)
    }
  }

  private finishBatch(): void {
    this.reportFill()
    this.stamp()
    this.converge()
    if (this.queued > 0 && !this.paused) this.host.wake(this)
    this.host.settled()
  }

  /** Feedback: tells the bus how full the lane is, for the load state and for the socket. */
  private reportFill(): void {
    this.nextFillMark = ((Math.floor(this.fill * FILL_STEPS) + 1) * this.capacity) / FILL_STEPS
    this.host.filled()
  }

  /** Reality: stamps the clock and the run, and lets the subscriber rest for its pace. */
  private stamp(): void {
    this.counts.batches++
    this.lastDelivery = this.host.timers.now()
    const { paceMs } = this.config.options
    if (paceMs === undefined || this.urgent) return
    this.paused = true
    this.host.timers.schedule(paceMs, () => {
      this.paused = false
      if (this.queued > 0) this.host.wake(this)
    })
  }

  /** Convergence: what entered the lane is what left it, is in it, or was given up. */
  private converge(): void {
    this.discrepancy ??= this.audit()
  }
}
