/** TranscendentalEventBus · event bus: one total order of events, isolated handlers, every delivery accounted for. */
import { checkBus, type Discrepancy } from './bus-check.js'
import { resolveBusOptions, type BusOptions, type BusSettings } from './bus-options.js'
import type { BusStats } from './bus-stats.js'
import type { RequestOptions, Responder, RespondOptions } from './call.js'
import { Drain, type StopReport } from './drain.js'
import type { BusEvents, DataOf, EventName, Handler, LooseEvents, Pattern } from './event-map.js'
import { EventOrder } from './event-order.js'
import { LaneDesk, type Pressure } from './lane-desk.js'
import { LoadMeter, type LoadState } from './load.js'
import { PendingCalls } from './pending-calls.js'
import { RequestDesk } from './request.js'
import type { KeptOptions, SubscribeOptions } from './subscribe-options.js'
import { FAILURES_TO_SUSPEND, Subscription, type SubscriptionHost } from './subscription.js'
import type { Cancel } from './timers.js'

/**
 * Carries events of `Events` (names to data) from whoever emits them to whoever subscribed.
 *
 * Each event runs to completion: what a handler emits waits until every consumer has seen the event that caused it.
 * One handler's failure is never another's, nor the emitter's.
 */
export class TranscendentalEventBus<Events extends object = LooseEvents> extends EventOrder {
  private readonly settings: BusSettings
  private readonly calls: PendingCalls
  private readonly desk: RequestDesk
  private readonly lanes: LaneDesk
  private readonly meter: LoadMeter
  private readonly host: SubscriptionHost
  private drain: Drain | undefined
  private created = 0
  private readonly counts = { suspensions: 0, observerFailures: 0 }

  constructor(options: BusOptions = {}) {
    const settings = resolveBusOptions(options)
    super(settings)
    this.settings = settings
    this.calls = new PendingCalls(settings.timers)
    this.desk = new RequestDesk({ ...settings, settled: () => this.drain?.check() })
    const pressureChanged = (pressure: Pressure): void => this.tell(settings.onPressure, pressure)
    this.lanes = new LaneDesk({ defer: settings.defer, pressureChanged })
    this.meter = new LoadMeter(settings.load)
    this.host = this.createHost()
  }

  /** Begins to deliver, first what was emitted before. Idempotent. */
  start(): void {
    if (this.state === 'running') return
    this.drain = undefined
    this.lanes.setUrgency('paced')
    this.open()
  }

  /**
   * Delivers what is still on its way, for at most `withinMs` (5,000 unless told), then accepts nothing more. What is
   * left by then is counted as failed, open requests as cancelled. Idempotent: every call gets the same report.
   */
  stop(options: { readonly withinMs?: number } = {}): Promise<StopReport> {
    if (this.drain === undefined) {
      const host = { timers: this.settings.timers, isQuiet: () => this.isQuiet, end: () => this.end() }
      this.drain = new Drain(host, options.withinMs ?? 5_000)
      this.lanes.setUrgency('urgent')
      this.drain.check()
    }
    return this.drain.report
  }

  /**
   * Calls `handler` for every event named `eventType` or covered by that pattern, from the next event on.
   * @throws UsageError where the options contradict each other, GenesisError past the bound on subscribers.
   */
  subscribe<Name extends EventName<Events> | Pattern, Data extends DataOf<Events, Name>>(
    eventType: Name,
    handler: Handler<Data>,
    options: SubscribeOptions<Data> = {},
  ): Subscription {
    return this.add(eventType, handler, options)
  }

  /** Calls `handler` for the next such event only, directly. */
  once<Name extends EventName<Events> | Pattern, Data extends DataOf<Events, Name>>(
    eventType: Name,
    handler: Handler<Data>,
    options: Omit<SubscribeOptions<Data>, 'delivery'> = {},
  ): Subscription {
    return this.add(eventType, handler, { ...options, delivery: 'direct', once: true })
  }

  /** Ends all subscriptions of this handler under this name. @returns false where there was none. */
  unsubscribe(eventType: EventName<Events> | Pattern, handler: Handler<never>): boolean {
    const found = this.table.find(eventType, handler)
    for (const subscription of found) subscription.unsubscribe()
    return found.length > 0
  }

  /**
   * Delivers an event. Inside a handler it waits for the event under way; before the start it waits for the start.
   * @returns nothing where all is done; a promise, never rejected, where a handler returned one that is still open.
   * @throws GenesisError inside a handler, where more wait than the bounds allow.
   */
  emit<Name extends EventName<Events>>(eventType: Name, data: DataOf<Events, Name>, source = ''): void | Promise<void> {
    return this.deliver(eventType, data, source)
  }

  /** Emits an event under the name in its `type`. */
  publish<Name extends EventName<Events>>(
    event: DataOf<Events, Name> & { readonly type: Name },
    source = '',
  ): void | Promise<void> {
    return this.emit(event.type, event, source)
  }

  /** Answers requests of this type made to `target`. @returns a function that takes the responder away again. */
  respond<Data = unknown>(
    target: string,
    requestType: string,
    responder: Responder<Data>,
    options?: RespondOptions,
  ): Cancel {
    return this.desk.respond(target, requestType, responder, options)
  }

  /** Asks a component and promises its answer; {@link RequestDesk.request} lists the ways it can fail. */
  request(target: string, requestType: string, data?: unknown, options?: RequestOptions): Promise<unknown> {
    return this.desk.request(target, requestType, data, options)
  }

  /** Feeds the measured lag (of the event loop, or of events behind their time) into the load state. */
  observeLag(lagMs: number): void {
    this.changeLoad(() => this.meter.observeLag(lagMs))
  }

  /** Holds a load state whatever is measured; undefined lets the measurements decide again. */
  setLoad(state: LoadState | undefined): void {
    this.changeLoad(() => this.meter.force(state))
  }

  /** Whether whoever feeds the bus should pause. */
  get pressure(): Pressure {
    return this.lanes.pressure
  }

  get load(): LoadState {
    return this.meter.state
  }

  /** Every identity of the accounting that does not hold. Empty, or something is wrong with the bus itself. */
  check(): readonly Discrepancy[] {
    return checkBus({
      isAtRest: !this.isUnderWay,
      topics: this.table,
      subscriptions: this.table.books.all().map(subscription => subscription.stats()),
      lanes: this.lanes,
      requests: this.desk.stats(),
    })
  }

  stats(): BusStats {
    return {
      state: this.state,
      emitted: this.table.emitted,
      waiting: this.waiting,
      refused: this.refused,
      ...this.counts,
      topics: this.table.size - 1,
      load: this.load,
      pressure: this.pressure,
      subscriptions: [...this.table.books.live].map(subscription => subscription.stats()),
      left: this.table.books.left(),
      requests: this.desk.stats(),
    }
  }

  private add(eventType: string, handler: Handler<never>, options: KeptOptions): Subscription {
    this.table.makeRoom(eventType)
    const subscription = new Subscription(eventType, handler, this.created++, this.host, options)
    this.table.add(subscription)
    if (subscription.lane !== undefined) this.lanes.open(subscription.lane)
    return subscription
  }

  private createHost(): SubscriptionHost {
    const { timers, onFailure } = this.settings
    return {
      timers,
      calls: this.calls,
      load: () => this.load,
      settled: () => this.drain?.check(),
      joinEmit: promise => this.join(promise),
      wake: lane => this.lanes.wake(lane),
      laneFilled: () => this.changeLoad(() => this.meter.observeFill(this.lanes.measure())),
      enter: () => this.enter(),
      leave: () => this.leave(),
      failed: ({ eventType, componentId }, error) => this.tell(onFailure, { eventType, componentId, error }),
      suspend: (subscription, reason) => this.suspend(subscription, reason),
      remove: subscription => this.remove(subscription),
    }
  }

  private remove(subscription: Subscription): void {
    subscription.end()
    this.table.remove(subscription)
    if (subscription.lane !== undefined) this.lanes.close(subscription.lane)
  }

  private suspend(subscription: Subscription, reason: string): void {
    const { eventType, componentId, entries } = subscription
    this.counts.suspensions++
    subscription.suspend()
    for (const { topic } of entries) topic.refresh()
    const time = this.settings.timers.now()
    const failures = FAILURES_TO_SUSPEND
    this.emitOwn('suspended', { type: 'suspended', eventType, componentId, failures, reason, time })
  }

  private changeLoad(change: () => void): void {
    const previous = this.load
    change()
    const state = this.load
    if (state === previous) return
    this.table.refreshSheddable()
    this.emitOwn('load', { type: 'load', state, previous, time: this.settings.timers.now() })
  }

  /** Where the queue is full the bus's own events give way; they are counted as refused. */
  private emitOwn<Name extends keyof BusEvents & EventName<Events>>(name: Name, event: BusEvents[Name]): void {
    try {
      void this.emit(name, event as DataOf<Events, Name>, 'bus')
    } catch {
      // It has been counted.
    }
  }

  protected override atRest(): void {
    this.drain?.check()
  }

  private get isQuiet(): boolean {
    if (this.state === 'held') return true
    return !this.isUnderWay && this.calls.size === 0 && this.desk.pending === 0 && !this.table.isBusy
  }

  /** Gives up what is still open and closes the doors. @returns how much was given up. */
  private end(): number {
    const abandoned = this.close() + this.table.abandon() + this.calls.abandonAll() + this.desk.pending
    this.desk.cancelAll()
    return abandoned
  }

  /** What an observer throws must not reach whoever the bus was serving. */
  private tell<Value>(observer: ((value: Value) => void) | undefined, value: Value): void {
    try {
      observer?.(value)
    } catch {
      this.counts.observerFailures++
    }
  }
}
