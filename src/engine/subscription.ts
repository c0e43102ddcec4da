/** One subscriber: how it wants to be called, how it fares, and its account of every event it was owed. */
import { GenesisError, UsageError, messageOf } from '../model/errors.js'
import type { Handler } from './event-map.js'
import { Lane, type LaneStats } from './lane.js'
import type { LoadState } from './load.js'
import { LOAD_STATES } from './load.js'
import type { PendingCalls } from './pending-calls.js'
import type { Slot, SlotOwner } from './runner.js'
import {
  PRIORITIES,
  type Delivery,
  type KeptOptions,
  type Priority,
  type SubscriptionState,
  type SubscriptionStats,
} from './subscribe-options.js'
import type { Timers } from './timers.js'
import type { Topic } from './topic.js'

/** What a subscriber needs of its bus. */
export interface SubscriptionHost {
  readonly timers: Timers
  readonly calls: PendingCalls
  load(): LoadState
  /** A promise that the emitter may wait for. */
  joinEmit(settled: Promise<void>): void
  wake(lane: Lane): void
  laneFilled(): void
  enter(): boolean
  leave(): void
  failed(subscription: Subscription, error: unknown): void
  suspend(subscription: Subscription, reason: string): void
  remove(subscription: Subscription): void
  settled(): void
}

/** Consecutive failures after which a subscriber is suspended, unless it is essential. */
export const FAILURES_TO_SUSPEND = 20

/** The step from which a sheddable subscriber of this priority is spared. */
const SHED_FROM: Readonly<Record<Priority, LoadState>> = {
  background: 'throttled',
  low: 'throttled',
  normal: 'prioritized',
  high: 'essential',
  critical: 'essential',
}

export class Subscription implements SlotOwner {
  readonly componentId: string
  readonly priority: Priority
  readonly rank: number
  readonly delivery: Delivery
  readonly essential: boolean
  readonly sheddable: boolean
  readonly lane: Lane | undefined
  /** The topics it hears, each with the count of events before its time. */
  readonly entries: { readonly topic: Topic; readonly base: number }[] = []
  state: SubscriptionState = 'active'
  private readonly deadlineMs: number
  private readonly maxInFlight: number
  private readonly direct: Slot
  private owedAtEnd = 0
  private readonly counts = { shed: 0, failed: 0, missed: 0, late: 0, inFlight: 0 }
  private failuresInRow = 0
  private deliveredAtFailure = 0
  private lastFailedAt = -1
  private lastFailure: string | null = null

  constructor(
    readonly eventType: string,
    readonly handler: Handler<never>,
    readonly order: number,
    private readonly host: SubscriptionHost,
    options: KeptOptions,
  ) {
    this.componentId = options.componentId ?? `subscriber-${order + 1}`
    this.priority = options.priority ?? 'normal'
    this.rank = PRIORITIES.indexOf(this.priority)
    this.delivery = options.delivery ?? 'direct'
    this.essential = options.essential ?? false
    this.sheddable = options.sheddable ?? false
    this.deadlineMs = options.deadlineMs ?? 5_000
    this.maxInFlight = options.maxInFlight ?? 65_536
    this.validate()
    this.direct = options.once === true ? this.callOnce : (handler as Slot)
    this.lane = this.delivery === 'direct' ? undefined : this.openLane(this.delivery, options)
  }

  /** What its topics are to call, as things stand. */
  slot(): Slot {
    if (this.state !== 'active') return this.miss
    if (this.isSpared) return this.shed
    return this.lane?.accept ?? this.direct
  }

  /** Takes the place of the handler of a subscriber that is owed nothing. */
  readonly miss: Slot = () => {
    this.counts.missed++
  }

  failSync(error: unknown): void {
    this.lastFailedAt = this.owedCount()
    this.fail(error)
  }

  await(promise: PromiseLike<unknown>): void {
    if (this.counts.inFlight >= this.maxInFlight) {
      this.fail(
        new GenesisError('bus_in_flight', `more than ${this.maxInFlight} calls of ${this.componentId} are open`),
      )
      promise.then(this.countLate, this.countLate)
      return
    }
    this.counts.inFlight++
    this.host.joinEmit(
      new Promise(resolve => {
        const done = (failure?: { readonly error: unknown }): void => {
          this.counts.inFlight--
          if (failure !== undefined) this.fail(failure.error)
          resolve()
          this.host.settled()
        }
        this.host.calls.watch({ promise, deadlineMs: this.deadlineMs, done, late: this.countLate })
      }),
    )
  }

  /** Stops calling it for good; what its lane still held is no longer owed. */
  end(): void {
    this.owedAtEnd = this.entries.reduce((sum, { topic, base }) => sum + topic.emitted - base, 0)
    this.state = 'removed'
    this.counts.missed += this.lane?.clear() ?? 0
  }

  suspend(): void {
    this.state = 'suspended'
    this.counts.failed += this.lane?.clear() ?? 0
  }

  /** Calls a suspended subscriber again from the next event on. */
  resume(): void {
    if (this.state !== 'suspended') return
    this.state = 'active'
    this.failuresInRow = 0
    for (const { topic } of this.entries) topic.refresh()
  }

  /** Idempotent. After it returns the handler is not called again. */
  unsubscribe(): void {
    if (this.state !== 'removed') this.host.remove(this)
  }

  /**
   * Counts what its lane still holds as failed, and an event under way whose handlers were interrupted from outside: nobody will
   * deliver it. @returns how many events that were.
   */
  abandon(): number {
    const { emitted, inFlight } = this.stats()
    const interrupted = Math.max(0, inFlight - this.counts.inFlight - (this.lane?.stats().inFlight ?? 0))
    if (interrupted > 0) this.lastFailedAt = emitted
    const abandoned = (this.lane?.clear() ?? 0) + interrupted
    this.counts.failed += abandoned
    return abandoned
  }

  get isBusy(): boolean {
    return this.counts.inFlight > 0 || (this.lane?.isBusy ?? false)
  }

  stats(): SubscriptionStats {
    const { shed, failed, missed, late } = this.counts
    const lane = this.lane?.stats() ?? NO_LANE
    const emitted = this.owedCount()
    const { conflated, queued } = lane
    const settled = shed + failed + conflated + queued + lane.inFlight + lane.delivered + this.counts.inFlight
    const inFlight = this.counts.inFlight + lane.inFlight + this.underWayCount(emitted, settled)
    const delivered = this.lane === undefined ? emitted - shed - failed - inFlight : lane.delivered
    const { eventType, componentId, priority, delivery, state, lastFailure } = this
    const account = { emitted, delivered, conflated, shed, failed, queued, inFlight }
    return { eventType, componentId, priority, delivery, state, ...account, late, missed, lastFailure }
  }

  private get isSpared(): boolean {
    return this.sheddable && LOAD_STATES.indexOf(this.host.load()) >= LOAD_STATES.indexOf(SHED_FROM[this.priority])
  }

  private readonly shed: Slot = () => {
    this.counts.shed++
  }

  private readonly countLate = (): void => {
    this.counts.late++
  }

  private readonly callOnce: Slot = (data, eventType, source) => {
    this.host.remove(this)
    return (this.handler as Slot)(data, eventType, source)
  }

  private owedCount(): number {
    if (this.state === 'removed') return this.owedAtEnd - this.counts.missed
    let owed = 0
    for (const { topic, base } of this.entries) owed += topic.emitted - base
    return owed - this.counts.missed
  }

  /** 1 while an event it is owed is under way, unless it is known what became of it. */
  private underWayCount(owed: number, settled: number): number {
    if (this.lastFailedAt === owed || this.state !== 'active' || settled >= owed) return 0
    return this.entries.some(({ topic, base }) => topic.emitted > base && topic.isUnderWay) ? 1 : 0
  }

  private fail(error: unknown): void {
    this.countFailure(error)
    const { delivered } = this.stats()
    this.failuresInRow = delivered === this.deliveredAtFailure ? this.failuresInRow + 1 : 1
    this.deliveredAtFailure = delivered
    if (this.failuresInRow >= FAILURES_TO_SUSPEND && !this.essential && this.state === 'active') {
      this.host.suspend(this, messageOf(error))
    }
  }

  private countFailure(error: unknown): void {
    this.counts.failed++
    this.lastFailure = messageOf(error)
    this.host.failed(this, error)
  }

  private openLane(delivery: 'queue' | 'latest', options: KeptOptions): Lane {
    const { deadlineMs, host } = this
    return new Lane({ delivery, deadlineMs, rank: this.rank, order: this.order, options }, this.handler as Slot, {
      timers: host.timers,
      calls: host.calls,
      wake: lane => host.wake(lane),
      filled: () => host.laneFilled(),
      enter: () => host.enter(),
      leave: () => host.leave(),
      settled: () => host.settled(),
      failed: error => this.fail(error),
      overflowed: error => this.countFailure(error),
      late: this.countLate,
    })
  }

  private validate(): void {
    const { componentId, essential, sheddable } = this
    if (this.rank < 0) throw new UsageError('bus_priority', `unknown priority; choose one of ${PRIORITIES.join(', ')}`)
    if (essential && sheddable) {
      throw new UsageError('bus_essential', `${componentId} cannot be both essential and sheddable`)
    }
  }
}

const NO_LANE: LaneStats = {
  delivered: 0,
  conflated: 0,
  queued: 0,
  inFlight: 0,
  batches: 0,
  fill: 0,
  lastDelivery: null,
}
