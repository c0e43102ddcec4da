/** The subscription contract of one connection: what was requested, what the exchange acknowledged, what is live. */
import type { Exchange, Outgoing } from '../exchanges/exchange.js'
import type { BookUpdate, MarketEvent } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import type { Cancel, Timers } from './timers.js'

/** `fault`: neither an answer nor data came, even after a second request. */
export type SubscriptionState = 'requested' | 'acknowledged' | 'live' | 'refused' | 'fault'

export interface Subscription {
  readonly stream: Stream
  /** The type of event that the stream's channel brings. */
  readonly type: string
  state: SubscriptionState
  /** Events since the connection opened. */
  arrivals: number
  lastArrival: Micros
  /** Latest time that an event claims for itself. */
  lastTime: Micros
  /** Of the latest event: received minus the time that it claims. */
  delay: Micros
  requests: number
}

export interface SubscriptionsHost {
  send(text: string): void
  /** A state other than `requested` was reached. */
  changed(subscription: Subscription, detail: string): void
  /** The contract was settled for every stream and none of them will bring data. */
  hopeless(): void
}

const ACK_MS = 10_000
const REQUESTS = 2
const LEFT_OUT = 'the exchange left it out of what it subscribed'

export class Subscriptions {
  /** Something was acknowledged or live, on this connection or an earlier one. */
  everServed = false
  private readonly byName = new Map<string, Subscription>()
  /** In lower case, by the user's spelling and by the exchange's topic. */
  private readonly byAlias = new Map<string, Set<Subscription>>()
  private readonly bySymbol = new Map<string, Subscription[]>()
  /** Streams by the id of the request that named them, on this connection. */
  private readonly requests = new Map<string, readonly Stream[]>()
  private nextRequest = 1
  private open = false
  private deadline: Cancel = () => undefined

  constructor(
    private readonly exchange: Exchange,
    private readonly timers: Timers,
    private readonly host: SubscriptionsHost,
    private readonly ackMs: number = ACK_MS,
  ) {}

  get size(): number {
    return this.byName.size
  }

  all(): IterableIterator<Subscription> {
    return this.byName.values()
  }

  names(): readonly string[] {
    return [...this.byName.keys()]
  }

  streams(): readonly Stream[] {
    return [...this.byName.values()].map(subscription => subscription.stream)
  }

  get(name: string): Stream | undefined {
    return this.byName.get(name)?.stream
  }

  has(name: string): boolean {
    return this.byName.has(name)
  }

  /** Adds streams, and requests them at once on an open connection. */
  add(streams: readonly Stream[]): void {
    const added = streams.filter(stream => !this.byName.has(stream.name)).map(subscriptionOf)
    for (const subscription of added) {
      const { symbol, name } = subscription.stream
      this.byName.set(name, subscription)
      this.bySymbol.set(symbol, [...(this.bySymbol.get(symbol) ?? []), subscription])
      for (const alias of this.aliases(subscription.stream)) {
        this.byAlias.set(alias, (this.byAlias.get(alias) ?? new Set()).add(subscription))
      }
    }
    if (this.open) this.request(added)
  }

  remove(stream: Stream): void {
    const subscription = this.byName.get(stream.name)
    if (subscription === undefined) return
    this.byName.delete(stream.name)
    for (const alias of this.aliases(stream)) this.byAlias.get(alias)?.delete(subscription)
    const left = (this.bySymbol.get(stream.symbol) ?? []).filter(other => other !== subscription)
    if (left.length > 0) this.bySymbol.set(stream.symbol, left)
    else this.bySymbol.delete(stream.symbol)
    if (this.open && !this.isCarried(stream)) this.leave(stream)
  }

  /** Leaves and requests a stream again, which makes exchanges with in-stream snapshots send a new one. */
  renew(stream: Stream): void {
    const subscription = this.byName.get(stream.name)
    if (subscription === undefined || !this.open) return
    this.leave(stream)
    subscription.requests = 0
    this.request([subscription])
  }

  /** A new connection starts with every stream requested anew. */
  opened(): void {
    this.open = true
    this.nextRequest = 1
    this.requests.clear()
    for (const subscription of this.byName.values()) {
      subscription.requests = 0
      subscription.arrivals = 0
    }
    this.request([...this.byName.values()])
  }

  closed(): void {
    this.open = false
    this.deadline()
  }

  /** The answer names a request, or streams in the exchange's or the user's spelling, or both; with `rest` it is for those it names alone. */
  acknowledged(request: string | null, names: readonly string[], rest?: 'refused'): void {
    const named = rest === undefined ? this.find(request, names) : this.named(names)
    for (const subscription of named) {
      if (subscription.state === 'requested' || subscription.state === 'fault')
        this.change(subscription, 'acknowledged')
    }
    if (rest === undefined || request === null) return
    for (const subscription of this.find(request, [])) {
      if (subscription.state === 'requested') this.change(subscription, 'refused', LEFT_OUT)
    }
    this.judge()
  }

  refused(request: string | null, names: readonly string[], reason: string): void {
    for (const subscription of this.find(request, names)) {
      if (subscription.state !== 'live') this.change(subscription, 'refused', reason)
    }
    this.judge()
  }

  /** Data counts as an acknowledgement, and as more. */
  saw(event: MarketEvent | BookUpdate): void {
    const candidates = this.bySymbol.get(event.symbol)
    if (candidates === undefined) return
    const type = event.type === 'bookUpdate' ? 'book' : event.type
    for (const subscription of candidates) {
      if (subscription.type !== type) continue
      subscription.arrivals++
      subscription.lastArrival = event.received
      subscription.delay = event.received - event.time
      if (event.time > subscription.lastTime) subscription.lastTime = event.time
      if (subscription.state !== 'live') this.change(subscription, 'live')
    }
  }

  /** Data came and nobody says on which stream: certain only where there is one. */
  sawSome(at: Micros): void {
    if (this.byName.size !== 1) return
    for (const subscription of this.byName.values()) {
      if (subscription.state === 'live') return
      subscription.arrivals++
      subscription.lastArrival = at
      this.change(subscription, 'live')
    }
  }

  private request(subscriptions: readonly Subscription[]): void {
    const asked = new Set<string>()
    const most = Math.max(1, this.exchange.limits.streamsPerFrame)
    for (let from = 0; from < subscriptions.length; from += most) {
      const streams = subscriptions.slice(from, from + most).map(subscription => subscription.stream)
      for (const frame of this.sendAll(this.exchange.subscribe(streams, this.nextRequest))) {
        if (frame.request !== null) this.requests.set(frame.request, frame.streams)
        for (const { name } of frame.streams) asked.add(name)
      }
    }
    for (const subscription of subscriptions) {
      subscription.requests++
      // A stream that no request names is asked for by the address itself.
      if (asked.has(subscription.stream.name)) subscription.state = 'requested'
      else this.change(subscription, 'acknowledged')
    }
    this.deadline()
    this.deadline = this.timers.after(this.ackMs, () => this.overdue())
  }

  /** Its answer is not awaited: it would be taken for the answer to a request for the same stream. */
  private leave(stream: Stream): void {
    this.sendAll(this.exchange.unsubscribe([stream], this.nextRequest))
  }

  private sendAll(frames: readonly Outgoing[]): readonly Outgoing[] {
    this.nextRequest += frames.length
    for (const { text } of frames) this.host.send(text)
    return frames
  }

  private overdue(): void {
    const silent = [...this.byName.values()].filter(subscription => subscription.state === 'requested')
    const again = silent.filter(subscription => subscription.requests < REQUESTS)
    for (const subscription of silent) {
      if (subscription.requests >= REQUESTS) this.change(subscription, 'fault', 'requested twice, never acknowledged')
    }
    if (again.length > 0) this.request(again)
    else this.judge()
  }

  private judge(): void {
    const states = [...this.byName.values()].map(subscription => subscription.state)
    if (states.length > 0 && states.every(state => state === 'refused' || state === 'fault')) this.host.hopeless()
  }

  private change(subscription: Subscription, state: SubscriptionState, detail = ''): void {
    if (subscription.state === state) return
    subscription.state = state
    this.everServed ||= state === 'acknowledged' || state === 'live'
    this.host.changed(subscription, detail)
  }

  /** Whether what the exchange sends for the stream is wanted by another one, too: trades and books can come as one. */
  private isCarried(stream: Stream): boolean {
    const { dialect } = this.exchange
    const topic = dialect.topic(stream)
    return [...this.byName.values()].some(other => dialect.topic(other.stream) === topic)
  }

  private find(request: string | null, names: readonly string[]): readonly Subscription[] {
    // An answer that names nothing can only mean what is still unanswered.
    if (request === null && names.length === 0) {
      return [...this.byName.values()].filter(({ state }) => state === 'requested')
    }
    const found = new Set<Subscription>()
    const requested = request === null ? undefined : this.requests.get(request)
    for (const { name } of requested ?? []) {
      const subscription = this.byName.get(name)
      if (subscription !== undefined) found.add(subscription)
    }
    for (const subscription of this.named(names)) found.add(subscription)
    return [...found]
  }

  private named(names: readonly string[]): readonly Subscription[] {
    return names.flatMap(name => [...(this.byAlias.get(name.toLowerCase()) ?? [])])
  }

  private aliases(stream: Stream): readonly string[] {
    return [stream.name.toLowerCase(), this.exchange.dialect.topic(stream).toLowerCase()]
  }
}

function subscriptionOf(stream: Stream): Subscription {
  const type = eventType(stream)
  return { stream, type, state: 'requested', arrivals: 0, lastArrival: 0, lastTime: 0, delay: 0, requests: 0 }
}

function eventType({ channel }: Stream): string {
  if (channel === 'aggTrade') return 'trade'
  return channel.startsWith('book') ? 'book' : channel
}
