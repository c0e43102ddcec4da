/** Carries events from the run to its listeners beside the trading path: the run only appends, and this sends in short turns with rests. */
import type { MarketState } from '../session/market-state.js'
import { Batches } from './batches.js'
import { EventClient, type ClientReport, type Outlet } from './event-client.js'
import { EventRing, type RingOptions } from './event-ring.js'
import { topicOf, type TopicFilter } from './topic.js'

export interface FanOutOptions {
  readonly state: MarketState
  readonly stateKey: (event: object) => string | undefined
  readonly ring?: RingOptions
}

type RunEvent = Readonly<{ type: string; exchange?: string; symbol?: string; stream?: string; strategy?: string }>

/** Between two rounds. */
const ROUND_EVERY_MS = 20
/** Of one turn; what waits in sockets of the exchanges is read in between. */
const TURN_MS = 4
/** A round that took long is followed by a rest of this many times its length: sending never takes more than a third of the thread. */
const REST_FACTOR = 2

export class FanOut {
  readonly ring: EventRing
  private readonly batches: Batches
  private readonly clients = new Set<EventClient>()
  /** Number of the last event in `state`. */
  private applied = 0
  private timer: NodeJS.Timeout | null = null
  private isClosed = false
  private count = 0
  /** Figures of clients that have gone. */
  private readonly left = { delivered: 0, conflated: 0, dropped: 0, clients: 0, slow: 0 }

  constructor(private readonly options: FanOutOptions) {
    this.ring = new EventRing({
      ...options.ring,
      // A run that outpaces the rounds, as a replay at full speed does, must not leave the state behind what is kept.
      beforeEvict: sequence => {
        if (sequence > this.applied) this.catchUp()
      },
    })
    const wholeBook = (event: object): object | undefined => this.wholeBook(event)
    this.batches = new Batches({ ring: this.ring, stateKey: options.stateKey, wholeBook })
    this.rest(ROUND_EVERY_MS)
  }

  /** Called by the run for each event; does as little as can be done. */
  readonly take = (event: RunEvent): void => {
    this.ring.append(topicOf(event), event)
  }

  add(outlet: Outlet): EventClient {
    const client = new EventClient({
      id: String(++this.count),
      ring: this.ring,
      outlet,
      snapshot: filter => this.snapshot(filter),
      batches: this.batches,
    })
    this.clients.add(client)
    return client
  }

  remove(client: EventClient): void {
    if (!this.clients.delete(client)) return
    client.closed()
    const { delivered, conflated, dropped, policy } = client.report()
    this.left.clients++
    this.left.delivered += delivered
    this.left.conflated += conflated
    this.left.dropped += dropped
    if (policy === 'lossless' && dropped > 0) this.left.slow++
  }

  /** The state as of the latest event. */
  get state(): MarketState {
    this.catchUp()
    return this.options.state
  }

  get size(): number {
    return this.clients.size
  }

  reports(): readonly ClientReport[] {
    return [...this.clients].map(client => client.report())
  }

  totals(): Readonly<typeof this.left> {
    return this.left
  }

  /** Sends what is left, then ends every client. */
  close(code: number, reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    if (this.timer !== null) clearTimeout(this.timer)
    for (const client of this.clients) {
      while (client.serve() === 'more');
      client.close(code, reason)
    }
  }

  private rest(forMs: number): void {
    this.timer = setTimeout(() => this.round([...this.clients], 0), forMs)
    this.timer.unref()
  }

  /** Serves the clients in turns; `spentMs` is what earlier turns of this round took. */
  private round(waiting: EventClient[], spentMs: number): void {
    if (this.isClosed) return
    const began = performance.now()
    this.catchUp()
    for (let client = waiting.pop(); client !== undefined; client = waiting.pop()) {
      // Whoever has more to get than one batch waits for the others first.
      if (client.serve() === 'more') waiting.unshift(client)
      client.beat(began)
      if (performance.now() - began > TURN_MS) break
    }
    const spent = spentMs + performance.now() - began
    if (waiting.length > 0) setImmediate(() => this.round(waiting, spent))
    else this.rest(Math.max(ROUND_EVERY_MS, spent * REST_FACTOR))
  }

  private catchUp(): void {
    const { ring, options } = this
    while (this.applied < ring.head) {
      const entry = ring.get(++this.applied)
      if (entry !== undefined) options.state.apply(entry.event as RunEvent)
    }
  }

  private snapshot(filter: TopicFilter): readonly object[] {
    return [...this.state.snapshot()].filter(event => filter.passes(topicOf(event as RunEvent)))
  }

  private wholeBook(event: object): object | undefined {
    const { type, exchange = '', symbol = '' } = event as RunEvent
    return type === 'book' ? this.state.book(exchange, symbol) : undefined
  }
}
