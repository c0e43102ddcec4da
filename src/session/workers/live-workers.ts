/** A live feed spread over worker threads: each owns the connections of its share of the streams; what they bring is folded here in one order. */
import type { FrameOutcome } from '../../engine/boundary.js'
import { Backpressure } from '../../feed/backpressure.js'
import type { BackfillStats } from '../../feed/backfill.js'
import type { FeedStats, LineReport } from '../../feed/feed-report.js'
import { RealClock } from '../../feed/real-clock.js'
import { RedundantLines } from '../../feed/redundant.js'
import { GenesisError, messageOf } from '../../model/errors.js'
import type { Frame } from '../../model/frame.js'
import type { Stream } from '../../model/stream.js'
import type { Micros } from '../../model/time.js'
import type { FeedControl } from '../intake.js'
import type { RunSource } from '../run.js'
import { sumOfBackfill, sumOfStats } from './feed-sum.js'
import { hashOf } from './journal-workers.js'
import { LiveFold } from './live-fold.js'
import { LiveMember } from './live-member.js'
import type { Predecoded } from './predecoded.js'
import { errorOf, type FeedSetup, type PlainError } from './protocol.js'

export interface LiveWorkersOptions extends Omit<FeedSetup, 'kind' | 'index' | 'endpoints' | 'giveUpAfter'> {
  readonly giveUpAfter: number
  readonly note: (text: string) => void
  /** Addresses of exchanges that have none of their own, at this moment. */
  readonly endpoints: () => FeedSetup['endpoints']
  readonly predecoded: Predecoded
}

const LOOK_EVERY_MS = 250
/** A worker that was asked where it stands and says nothing for this long hangs. */
const HANGS_AFTER_MS = 10_000
/** So many deaths within a minute are no accident. */
const MOST_DEATHS = 3
const DEATHS_WITHIN_MS = 60_000

/**
 * Streams are shared out by exchange and pair, so that all that concerns one book or one row of ids comes from one worker. Frames are
 * folded by the time of their receipt; at one time by the number of the worker. A worker that dies is a lost connection to whoever
 * listens: its streams are told as disconnected and come back in a new worker.
 */
export class LiveWorkers implements RunSource {
  readonly redundant: RedundantLines
  readonly control: FeedControl
  readonly #members: LiveMember[]
  readonly #fold: LiveFold
  readonly #clock = new RealClock()
  readonly #lag = new Backpressure()
  readonly #deaths: number[] = []
  #restarts = 0
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null
  #looking: NodeJS.Timeout | undefined
  #dueMs = 0
  #stopping: Promise<void> | null = null

  constructor(private readonly options: LiveWorkersOptions) {
    const { lines, workers, streams } = options
    this.redundant = new RedundantLines(lines)
    this.#fold = new LiveFold(workers, options.predecoded)
    this.#members = Array.from({ length: workers }, (_, index) => this.#member(index))
    for (const stream of streams) this.#ownerOf(stream).streams.add(stream)
    this.control = {
      // Each worker's feed has heard it already.
      heard: () => undefined,
      wantSnapshot: (exchange, symbol, pair) => {
        this.#ownerOf({ exchange, pair }).say({ kind: 'wantSnapshot', of: { exchange, symbol, pair } })
      },
      resubscribeBook: (exchange, symbol, pair) => {
        this.#ownerOf({ exchange, pair }).say({ kind: 'resubscribeBook', of: { exchange, symbol, pair } })
      },
      wantTrades: (exchange, stream, from, to) => {
        for (const member of this.#members) member.say({ kind: 'wantTrades', of: { exchange, stream, from, to } })
      },
    }
  }

  run(deliver: (frame: Frame) => FrameOutcome | undefined): Promise<void> {
    this.#fold.begin(deliver)
    const done = new Promise<void>((resolve, reject) => (this.#settle = { resolve, reject }))
    for (const member of this.#members) {
      // A worker without streams has nothing to say until it gets some.
      if (member.streams.size === 0) this.#fold.merge.close(member.index)
      else this.#start(member)
    }
    this.#dueMs = performance.now() + LOOK_EVERY_MS
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS)
    return done
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#shutDown(reason)
    return this.#stopping
  }

  subscribe(stream: Stream): void {
    const member = this.#ownerOf(stream)
    member.streams.add(stream)
    if (member.isRunning) member.say({ kind: 'subscribe', stream, endpoints: this.options.endpoints() })
    else {
      this.#fold.merge.reopen(member.index, this.#fold.upTo)
      this.#start(member)
    }
  }

  unsubscribe(stream: Stream): void {
    const member = this.#ownerOf(stream)
    for (const carried of member.streams) if (carried.name === stream.name) member.streams.delete(carried)
    member.say({ kind: 'unsubscribe', stream })
  }

  /** As {@link LiveFeed.pause}: a lossless consumer is behind. */
  pause(): void {
    for (const member of this.#members) member.say({ kind: 'pause' })
  }

  resume(): void {
    for (const member of this.#members) member.say({ kind: 'resume' })
  }

  renewLines(reason: string): void {
    for (const member of this.#members) member.say({ kind: 'renew', reason })
  }

  /** As of up to a quarter of a second ago. */
  report(): readonly LineReport[] {
    return this.#members.flatMap(({ report }) => report?.lines ?? [])
  }

  stats(): FeedStats {
    return sumOfStats(
      this.#members.flatMap(({ report }) => (report === null ? [] : [report.stats])),
      { frames: this.#fold.frames, backpressure: this.#lag.stats() },
    )
  }

  backfillStats(): BackfillStats | null {
    return sumOfBackfill(this.#members.flatMap(({ report }) => report?.backfill ?? []))
  }

  /** For the summary. */
  account(): { readonly workers: number; readonly restarts: number; readonly frames: readonly number[] } {
    return {
      workers: this.#members.length,
      restarts: this.#restarts,
      frames: this.#members.map(({ frames }) => frames),
    }
  }

  /** When the fold stands: decisions from outside take their place there. */
  now(): Micros {
    return this.#fold.upTo === 0 ? this.#clock.now() : this.#fold.upTo
  }

  #member(index: number): LiveMember {
    return new LiveMember(index, {
      frame: (found, time) => this.#fold.merge.add(index, found, time),
      mark: time => this.#fold.merge.mark(index, time),
      advanced: () => this.#advance(),
      note: this.options.note,
      ended: () => this.#ended(index),
      failed: error => this.#failed(index, error),
      died: why => this.#died(index, why),
    })
  }

  #start(member: LiveMember, giveUpAfter: number | null = this.options.giveUpAfter): void {
    const { workers, urls, proxy, lines, backfill, penalties, endpoints } = this.options
    const streams = [...member.streams]
    const { index } = member
    member.start({
      kind: 'feed',
      index,
      workers,
      streams,
      urls,
      proxy,
      lines,
      backfill,
      penalties,
      giveUpAfter,
      endpoints: endpoints(),
    })
  }

  #advance(): void {
    try {
      this.#fold.fold()
    } catch (error) {
      this.#fail(error)
      return
    }
    // Nothing is asked of those who say it by themselves.
    for (const index of this.#fold.merge.behind()) this.#members[index]?.ask(performance.now())
  }

  /** Lag of this thread is told to the bus as a feed of its own would; workers that say nothing are ended. */
  #look(): void {
    const nowMs = performance.now()
    const lateMs = Math.max(0, nowMs - this.#dueMs)
    this.#dueMs = nowMs + LOOK_EVERY_MS
    const decision = this.#lag.observe(lateMs, nowMs)
    if (decision !== null) {
      this.#fold.tell({ kind: 'control', receivedAt: this.now(), topic: 'load', value: decision })
    }
    for (const member of this.#members) {
      if (lateMs < HANGS_AFTER_MS / 2 && member.silentMs(nowMs) > HANGS_AFTER_MS) member.kill('it does not answer')
    }
  }

  #ended(index: number): void {
    this.#fold.merge.close(index)
    this.#advance()
    if (this.#members.every(member => !member.isRunning)) this.#finish()
  }

  /** One worker's exchange may be out of reach while others work: as in a feed without workers, the run goes on then. */
  #failed(index: number, plain: PlainError): void {
    const member = this.#members[index]
    const error = errorOf(plain)
    const others = this.#members.filter(other => other !== member && other.isRunning && other.everOpened)
    if (this.#stopping !== null || member === undefined || others.length === 0) {
      this.#fail(error)
      return
    }
    this.options.note(error.message)
    if (plain.name === 'UnreachableError') this.#start(member, null)
    else this.#fold.merge.close(index)
  }

  #died(index: number, why: string): void {
    const member = this.#members[index]
    if (member === undefined || this.#stopping !== null) return
    const nowMs = performance.now()
    this.#deaths.push(nowMs)
    const recent = this.#deaths.filter(deathMs => nowMs - deathMs < DEATHS_WITHIN_MS)
    const which = `worker ${index + 1} of ${this.#members.length} has died: ${why}`
    if (recent.length > MOST_DEATHS) {
      this.#fail(new GenesisError('worker_died', `${which}; ${recent.length} deaths within a minute`))
      return
    }
    this.#restarts++
    this.options.note(`${which}; its streams are connected again by a new one`)
    const time = Math.max(this.#clock.now(), this.#fold.upTo)
    for (const frame of member.lost(time, which))
      this.#fold.merge.add(index, { frame, finding: null, member, isLastOfPack: false }, time)
    this.#fold.merge.mark(index, time)
    this.#start(member, member.everOpened ? null : this.options.giveUpAfter)
    this.#advance()
  }

  #ownerOf({ exchange, pair }: Pick<Stream, 'exchange' | 'pair'>): LiveMember {
    const member = this.#members[hashOf(`${exchange} ${pair}`) % this.#members.length]
    if (member === undefined) throw new RangeError('no worker')
    return member
  }

  #fail(error: unknown): void {
    const reject = this.#settle?.reject
    this.#settle = null
    queueMicrotask(
      () =>
        void this.stop('failed')
          .catch((second: unknown) => this.options.note(messageOf(second)))
          .then(() => reject?.(error)),
    )
  }

  async #shutDown(reason: string): Promise<void> {
    clearInterval(this.#looking)
    this.#fold.end(this.#members.length, () => {
      const receivedAt = Math.max(this.#clock.now(), this.#fold.upTo)
      return this.#members.flatMap(member => member.lost(receivedAt, `stopped: ${reason}`))
    })
    await Promise.all(this.#members.map(member => member.stop(reason)))
    this.#finish()
  }

  #finish(): void {
    clearInterval(this.#looking)
    this.#settle?.resolve()
    this.#settle = null
  }
}
