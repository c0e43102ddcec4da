/** The thing on trial: a live session as every command runs it, with a crowd of components, watched from both ends. */
import { performance } from 'node:perf_hooks'
import type { FrameOutcome } from '../../engine/boundary.js'
import { EXCHANGES, resolveStream } from '../../exchanges/registry.js'
import type { SubscriptionChange } from '../../feed/feed-options.js'
import { LiveFeed } from '../../feed/live-feed.js'
import type { Stream } from '../../model/stream.js'
import type { Frame } from '../../model/frame.js'
import { Session } from '../session.js'
import { StreamFilter } from '../stream-filter.js'
import { findImbalance, type Summary } from '../summary.js'
import { admitCrowd, crowdAccount, type CrowdAccount, type Witness } from './crowd.js'
import { Gauge, type Cost } from './gauge.js'
import { Outages } from './outages.js'
import { STORM_SYMBOLS } from './storm.js'

export interface RigOptions {
  readonly urls: readonly string[]
  readonly lines: 1 | 2
  readonly channels: readonly string[]
  /** From the first data on: the trial lasts at least this long. */
  readonly seconds: number
  /** Whether it may end then; it does at the latest after {@link PATIENCE_SECONDS} more. */
  readonly isDone: (seen: Seen) => boolean
  /** Called before the first frame. */
  readonly prepare?: (session: Session) => void
}

export interface RigReport {
  readonly summary: Summary
  readonly witness: Witness
  readonly crowd: CrowdAccount
  readonly cost: Cost
  readonly outages: Outages
  /** Data frames; what the exchange put on connections and answered, if nothing was lost under way. */
  readonly dataFrames: number
  /** From the first data to the last. */
  readonly activeSeconds: number
  /** Streams that were acknowledged or live on every connection that was opened. */
  readonly acknowledged: number
  readonly connections: number
  readonly streams: number
  readonly handovers: number
  /** The first account of the run that does not add up; empty where all do. */
  readonly imbalance: string
  readonly session: Session
}

export interface Seen {
  readonly outages: Outages
  /** Since the last data. */
  readonly quietMs: number
}

/** Longest pause between messages of a market that goes on. */
const QUIET_MS = 500
/** A machine that is busy with other things gets this much more time. */
const PATIENCE_SECONDS = 8
const LOOK_EVERY_MS = 50

/** Runs the session against the exchanges at `urls` until the market has ended or the time is up. */
export async function runRig(options: RigOptions): Promise<RigReport> {
  const streams = stormStreams(options.channels)
  const acks = new Acknowledgements()
  const feed = new LiveFeed({
    streams,
    exchanges: EXCHANGES,
    urls: options.urls,
    lines: options.lines,
    subscription: change => acks.see(change),
  })
  const session = new Session({
    command: 'chaos',
    streams,
    feed,
    keepDeadLetter: () => undefined,
    lines: options.lines,
    filter: new StreamFilter(streams),
  })
  options.prepare?.(session)
  const witness = admitCrowd(session)
  const watch = new Watch(session, acks, options)
  const gauge = new Gauge()
  const looking = setInterval(() => {
    if (watch.isOver()) void feed.stop('the trial is over')
  }, LOOK_EVERY_MS)
  try {
    await feed.run(frame => watch.deliver(frame))
  } finally {
    clearInterval(looking)
  }
  const cost = gauge.stop()
  await session.bus.stop()
  const summary = session.summary('duration', watch.activeSeconds * 1_000)
  return {
    summary,
    witness,
    crowd: crowdAccount(session),
    cost,
    outages: watch.outages,
    dataFrames: watch.dataFrames,
    activeSeconds: watch.activeSeconds,
    acknowledged: acks.leastPerConnection(),
    connections: acks.connections,
    streams: streams.length,
    handovers: feed.stats().handovers,
    imbalance: findImbalance(summary) ?? firstDiscrepancy(session) ?? '',
    session,
  }
}

function stormStreams(channels: readonly string[]): Stream[] {
  return STORM_SYMBOLS.flatMap(symbol =>
    channels.map(channel => resolveStream(`${symbol.toLowerCase()}@${channel}`, 'binance')),
  )
}

function firstDiscrepancy({ bus }: Session): string | undefined {
  const [first] = bus.check()
  return first === undefined ? undefined : `${first.where}: ${first.what}`
}

/** Counts what passes, and knows when the market has fallen silent for good. */
class Watch {
  readonly outages = new Outages()
  dataFrames = 0
  readonly #begunAt = performance.now()
  #firstDataAt = 0
  #lastDataAt = 0

  constructor(
    private readonly session: Session,
    private readonly acks: Acknowledgements,
    private readonly options: RigOptions,
  ) {}

  get activeSeconds(): number {
    return (this.#lastDataAt - this.#firstDataAt) / 1_000
  }

  deliver(frame: Frame): FrameOutcome {
    const outcome = this.session.deliver(frame)
    this.outages.see(frame, outcome)
    if (frame.kind === 'link' && frame.state === 'connected') this.acks.opened(frame.line)
    if (frame.kind !== 'data') return outcome
    this.dataFrames++
    if (outcome !== 'decoded') return outcome
    this.#lastDataAt = performance.now()
    if (this.#firstDataAt === 0) this.#firstDataAt = this.#lastDataAt
    return outcome
  }

  isOver(): boolean {
    const now = performance.now()
    const { seconds, isDone } = this.options
    if (now - this.#begunAt >= (seconds + PATIENCE_SECONDS) * 1_000) return true
    if (this.#firstDataAt === 0 || now - this.#firstDataAt < seconds * 1_000) return false
    return isDone({ outages: this.outages, quietMs: now - this.#lastDataAt })
  }
}

/** The tape has been played to its end. */
export function isPlayed({ quietMs }: Seen): boolean {
  return quietMs > QUIET_MS
}

/** Which streams each connection acknowledged, or brought data of. */
class Acknowledgements {
  #current = new Map<number, Set<string>>()
  readonly #all: Set<string>[] = []

  get connections(): number {
    return this.#all.length
  }

  opened(line: number): void {
    const streams = new Set<string>()
    this.#current.set(line, streams)
    this.#all.push(streams)
  }

  see({ stream, line, state }: SubscriptionChange): void {
    if (state === 'acknowledged' || state === 'live') this.#current.get(line)?.add(stream.name)
  }

  leastPerConnection(): number {
    return this.#all.length === 0 ? 0 : Math.min(...this.#all.map(streams => streams.size))
  }
}
