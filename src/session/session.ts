/** One run from the first frame to its account: clock, boundary, bus, books and whoever listens, wired once. */
import type { FrameOutcome } from '../engine/boundary.js'
import { TranscendentalEventBus } from '../engine/bus.js'
import { VirtualClock } from '../engine/clock.js'
import { Convergence } from '../engine/convergence.js'
import { Engine } from '../engine/engine.js'
import { LOAD_STATES, type LoadState } from '../engine/load.js'
import { findExchange, resolveStream, tradeIdsOf } from '../exchanges/registry.js'
import { Arbiter } from '../market/arbiter.js'
import { GapLedger } from '../market/gap-ledger.js'
import type { FeedEvent } from '../model/event.js'
import type { ControlFrame, DataFrame, Frame } from '../model/frame.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import { Books } from './books.js'
import { DisputedTrades, type KeptLetter } from './disputed-trades.js'
import { DriftWatch } from './drift-watch.js'
import { edgeTimers } from './edge-timers.js'
import type { SessionEvents } from './events.js'
import { Intake, type FeedControl } from './intake.js'
import { BookKeeper } from './proof/book-keeper.js'
import { TapingBoundary } from './proof/taping-boundary.js'
import { NOTHING, RunCounts } from './run-counts.js'
import { SessionMemory, type SessionState } from './seek/session-memory.js'
import type { StreamFilter } from './stream-filter.js'
import { StreamNames } from './stream-names.js'
import type { EndReason, Summary } from './summary.js'
import { UnreadableWatch } from './unreadable-watch.js'

export interface SessionOptions {
  readonly command: string
  /** What the user asked for; empty where a file says it itself. */
  readonly streams: readonly Stream[]
  /** Where snapshots and answers go; null where nothing is live. */
  readonly feed: FeedControl | null
  readonly keepDeadLetter: (letter: KeptLetter) => void
  /** Connections that carry each stream. */
  readonly lines?: number
  /** False where receive times are made up from the exchange's own. */
  readonly measuresLatency?: boolean
  /** Events that do not pass are not published; null for all. */
  readonly filter: StreamFilter | null
  /** Market events after which the run is to stop. */
  readonly limit?: number
  /** `off` for the proof of what it does: no message's layout is looked at. */
  readonly drift?: 'on' | 'off'
}

/** Topic of the control frame by which a stream joins a run; its value is `exchange:symbol@channel`. */
export const SUBSCRIBE = 'subscribe'

/** Topic of the backpressure controller's decisions. */
const LOAD = 'load'

const UNKNOWN_LATENCY = { p50: null, p99: null, max: null }

export class Session {
  readonly clock = new VirtualClock()
  readonly gaps = new GapLedger()
  readonly arbiter: Arbiter
  readonly books: Books
  readonly names: StreamNames
  readonly bus: TranscendentalEventBus<SessionEvents>
  readonly boundary: TapingBoundary
  /** null where messages of unknown shape are not looked for. */
  readonly drift: DriftWatch | null
  /** Whether accounts that must agree do: the run's own, and whatever else is compared with it. */
  readonly convergence = new Convergence()
  /** Sections that other parts add to the summary: ledger, metrics, digest, recording. */
  readonly sections = new Map<string, () => unknown>()
  /** Sees every event of the market before the bus does, in order; null for nobody. */
  observer: ((event: FeedEvent) => void) | null = null
  /** Called when the limit has been reached. */
  onLimit: () => void = () => undefined
  readonly #options: SessionOptions
  readonly #limit: number
  readonly #engine: Engine
  readonly #intake: Intake
  readonly #memory: SessionMemory
  readonly #unreadable: UnreadableWatch
  readonly #disputed: DisputedTrades
  readonly #published = new Map<string, { count: number }>()
  readonly #counts: RunCounts
  #marketEvents = 0
  #first: Micros | null = null
  /** Set while the fold is silent: the books as they stand. */
  #prelude: BookKeeper | null = null

  constructor(options: SessionOptions) {
    this.#options = options
    this.#limit = options.limit ?? Infinity
    const names = (this.names = new StreamNames(options.streams))
    this.bus = new TranscendentalEventBus<SessionEvents>({ timers: edgeTimers(this.clock) })
    const keep = (letter: KeptLetter): void => {
      if (this.#prelude === null) options.keepDeadLetter(letter)
    }
    this.boundary = new TapingBoundary({ keep })
    this.#disputed = new DisputedTrades(keep)
    this.drift = options.drift === 'off' ? null : new DriftWatch()
    this.arbiter = new Arbiter({
      kindOf: (exchange, stream) => tradeIdsOf(findExchange(exchange), stream),
      lines: options.lines ?? 1,
    })
    this.books = new Books(exchange => findExchange(exchange).book, names)
    this.#intake = new Intake({
      clock: this.clock,
      arbiter: this.arbiter,
      books: this.books,
      names,
      gaps: this.gaps,
      feed: options.feed,
      publish: event => this.#publish(event),
      dispute: conflict => this.#disputed.note(conflict),
      control: frame => this.#publishControl(frame),
    })
    this.#engine = new Engine({
      clock: this.clock,
      boundary: this.boundary,
      createDecoder: exchange => findExchange(exchange).decoder(),
      outlet: this.#intake,
    })
    this.#unreadable = new UnreadableWatch(exchange => names.ofExchange(exchange))
    const { clock, gaps, arbiter, books, drift } = this
    const [engine, intake, unreadable] = [this.#engine, this.#intake, this.#unreadable]
    this.#counts = new RunCounts({ boundary: this.boundary, arbiter, gaps, intake })
    const command = (frame: ControlFrame): void => this.#obey(frame)
    this.#memory = new SessionMemory({ clock, engine, intake, arbiter, books, gaps, names, drift, unreadable, command })
    this.bus.start()
  }

  /** Between two frames: all that decides what the next ones will be told as; null where that cannot be said now. */
  remember(): SessionState | null {
    return this.imported > 0 ? null : this.#memory.remember()
  }

  /** Goes on where another session stood. To be called in silence and before the first frame. */
  takeOver(state: SessionState): void {
    for (const book of this.#memory.takeOver(state)) this.#publish(book)
  }

  /** Frames are folded and nothing is told of them until {@link speak}: a run that begins in the middle of a recording. */
  beSilent(): void {
    this.#prelude = new BookKeeper(this.books)
  }

  /** Ends the silence. Whoever listens gets each book whole first, so that the changes that follow have something to change. */
  speak(): void {
    const prelude = this.#prelude
    if (prelude === null) return
    this.#prelude = null
    this.#counts.begin()
    this.#intake.latency.reset()
    for (const book of prelude.whole()) this.#publish(book)
  }

  /** An event that was made of others, such as a candle of trades: for all who listen, whatever streams were asked for. */
  derive(event: FeedEvent): void {
    if (this.#prelude !== null) return
    this.#countPublished(event)
    void this.bus.emit(event.type, event, 'session')
  }

  /** False where receive times are made up from the exchange's own. */
  get measuresLatency(): boolean {
    return this.#options.measuresLatency !== false
  }

  /** The next frame of the run. */
  deliver(frame: Frame): FrameOutcome {
    if (this.#prelude === null) this.#first ??= frame.receivedAt
    const outcome = this.#engine.ingest(frame)
    if (frame.kind === 'data') {
      this.#disputed.settle(frame)
      this.#watch(frame, outcome)
    } else if (frame.kind === 'link') this.#unreadable.link(frame)
    this.#checkLimit()
    return outcome
  }

  /** Events that came without a frame. */
  get imported(): number {
    return this.#counts.imported
  }

  /** What an exchange sends may change while the run lasts: so that it can still be read, or no longer. */
  #watch(frame: DataFrame, outcome: FrameOutcome): void {
    const alarm = this.#unreadable.see(frame, outcome, this.clock.now())
    if (alarm !== undefined) for (const status of alarm) this.#publish(status)
    if (outcome !== 'decoded') return
    const drift = this.drift?.see(frame)
    if (drift !== undefined) this.#publish(drift)
  }

  /** The next event of a file that holds events instead of frames. */
  deliverEvent(event: FeedEvent): void {
    this.#counts.imported++
    const received = event.type === 'status' ? event.time : event.received
    if (this.#prelude === null) this.#first ??= received
    this.#engine.ingestEvent(event, received)
    this.#checkLimit()
  }

  /**
   * The identities of the account, checked while the run lasts and at its end.
   * @returns the first one that does not hold, as a sentence; undefined where all do.
   */
  checkAccount(): string | undefined {
    const { frames, decoded, control, deadLettered, unkept } = this.boundary.stats()
    if (this.convergence.check('frames', decoded + control + deadLettered, frames) === false) {
      return `frames ${frames} ≠ decoded ${decoded} + control ${control} + dead-lettered ${deadLettered}`
    }
    const lost = unkept + this.#disputed.unkept
    if (lost > 0) return `${lost} dead letters could not be kept`
    const [discrepancy, ...others] = this.bus.check()
    this.convergence.check('event bus', 0, discrepancy === undefined ? 0 : others.length + 1)
    return discrepancy === undefined ? undefined : `event bus: ${JSON.stringify(discrepancy)}`
  }

  summary(ended: EndReason, elapsedMs: number): Summary {
    const counts = this.#prelude === null ? this.#counts.account() : NOTHING
    const { frames, decoded, control, deadLettered, gaps, duplicates, conflicts, reconnects } = counts
    return {
      type: 'summary',
      command: this.#options.command,
      ended,
      frames,
      decoded,
      control,
      deadLettered,
      events: Object.fromEntries([...this.#published].map(([type, { count }]) => [type, count])),
      subscribers: this.#subscribers(),
      gaps,
      duplicates,
      conflicts,
      reconnects,
      latency: this.measuresLatency ? this.#intake.latency.summary() : UNKNOWN_LATENCY,
      booksWithoutSnapshot: this.books.withoutSnapshot(),
      elapsedMs: Math.round(elapsedMs),
      first: this.#first,
      last: this.#first === null ? null : this.clock.now(),
      ...Object.fromEntries([...this.sections].map(([name, section]) => [name, section()])),
    }
  }

  #publish(event: FeedEvent): void {
    const { filter } = this.#options
    if (filter !== null && !filter.passes(event)) return
    if (this.#prelude !== null) {
      if (event.type === 'book') this.#prelude.apply(event)
      return
    }
    this.observer?.(event)
    if (event.type !== 'status') this.#marketEvents++
    this.#countPublished(event)
    void this.bus.emit(event.type, event, 'market')
  }

  #countPublished({ type }: FeedEvent): void {
    const published = this.#published.get(type)
    if (published === undefined) this.#published.set(type, { count: 1 })
    else published.count++
  }

  /** Frames are atoms: a limit ends the run between two of them, so that its tape replays to the same end. */
  #checkLimit(): void {
    if (this.#marketEvents >= this.#limit) this.onLimit()
  }

  #publishControl(frame: ControlFrame): void {
    this.#obey(frame)
    if (this.#prelude === null) void this.bus.emit('control', frame, 'session')
  }

  #obey(frame: ControlFrame): void {
    if (frame.topic === LOAD) this.bus.setLoad(loadOf(frame.value))
    if (frame.topic === SUBSCRIBE && typeof frame.value === 'string') this.#follow(frame.value)
    if (frame.topic === LOAD || frame.topic === SUBSCRIBE)
      this.#memory.heed(frame, frame.topic === LOAD ? 'last' : 'all')
  }

  /** A stream that was asked for while the run lasted; on replay it is known from here on as well. */
  #follow(text: string): void {
    const stream = resolveStream(text, 'binance')
    this.#options.filter?.add(stream)
    this.names.add(stream)
  }

  /** Whoever was owed an event. */
  #subscribers(): Summary['subscribers'] {
    return this.bus
      .stats()
      .subscriptions.filter(({ emitted }) => emitted > 0)
      .map(({ componentId, eventType, emitted, delivered, conflated, shed, failed }) => ({
        component: componentId,
        topic: eventType,
        emitted,
        delivered,
        conflated,
        shed,
        failed,
      }))
  }
}

/** The load state in a decision of the backpressure controller; anything else lets the bus measure for itself. */
function loadOf(value: unknown): LoadState | undefined {
  const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined
  return LOAD_STATES.find(known => known === state)
}
