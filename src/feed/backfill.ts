/** Trades that their ids prove missing, fetched by REST within the host's limits and delivered as frames of the line that missed them. */
import type { Exchange, TradeRange, TradeRequest } from '../exchanges/exchange.js'
import { placeOf, type Trade } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import { hostOf, restBase } from './addresses.js'
import { Backoff } from './backoff.js'
import type { Shared } from './feed-options.js'
import { WindowLimiter } from './limiter.js'
import type { Line } from './line.js'
import { RecentTimes } from './recent-times.js'
import { startRequest } from './rest.js'
import type { Cancel } from './timers.js'

export interface BackfillStats {
  /** Holes that were asked for. */
  readonly holes: number
  readonly requests: number
  /** Missing trades that came by REST. */
  readonly filled: number
  /** Missing trades that came by themselves while they were asked for. */
  readonly arrived: number
  /** Missing trades given up: the exchange does not have them or does not answer. */
  readonly lost: number
  /** Holes that were not asked for: the exchange serves no trades by id, the hole is too wide, or too many wait. */
  readonly declined: number
}

/** What is overtaken by a later trade comes by itself within this time, and the exchange's archive needs about as long. */
const SETTLE_MS = 300
const ATTEMPTS = 4
/** A hole wider than this is for an archive, not for a stream. */
const WIDEST = 100_000
const MOST_HOLES = 1_000
/** To one exchange, which may want less: a page of old trades costs Binance 25 of 6,000 a minute. */
const PACE = { count: 2, perMs: 1_000 }
/** What REST requests of any kind may add up to on one host. */
const RATE = { count: 10, perMs: 1_000 }

export class Backfill {
  private readonly holes = new Set<Hole>()
  private readonly paces = new Map<string, WindowLimiter>()
  /** Where pages begin at a time, the times of the trades that came last. */
  private readonly times = new RecentTimes()
  private readonly counts = { holes: 0, requests: 0, filled: 0, arrived: 0, lost: 0, declined: 0 }

  constructor(
    private readonly shared: Shared,
    /** A line that carries the stream, at this moment. */
    private readonly carrier: (stream: Stream) => Line | undefined,
    private readonly exchanges: ReadonlyMap<string, Exchange>,
  ) {}

  /** Asks for the trades with these ids, or with these places in the exchange's count where ids are none; both included. */
  want(stream: Stream, from: string, to: string): void {
    const [first, last] = [Number(from), Number(to)]
    const request = this.carrier(stream)?.parts.exchange.trades
    const isKnown = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first <= last
    const [since, until] = [this.times.before(stream, first), this.times.after(stream, last)]
    const isServed = request?.url(stream, { from: first, to: last, since, until }, null) !== undefined
    if (!isKnown || !isServed || last - first >= WIDEST || this.holes.size >= MOST_HOLES) {
      this.counts.declined++
      return
    }
    const backoff = new Backoff({ random: this.shared.random })
    const hole: Hole = { stream, missing: [[first, last]], since, until, attempts: 0, backoff, cancel: () => undefined }
    this.counts.holes++
    this.holes.add(hole)
    this.later(hole, SETTLE_MS)
  }

  /** A trade that came, by whatever way: it need not be fetched any more. */
  heard(trade: Trade): void {
    if (trade.fetched !== true && goesByTime(this.exchanges.get(trade.exchange)?.trades)) this.times.add(trade)
    if (this.holes.size === 0) return
    const id = placeOf(trade)
    for (const hole of this.holes) {
      if (!isOf(trade, hole.stream) || !remove(hole.missing, id)) continue
      if (trade.fetched === true) this.counts.filled++
      else this.counts.arrived++
      if (hole.missing.length === 0) this.finish(hole)
      return
    }
  }

  stats(): BackfillStats {
    return { ...this.counts }
  }

  /** What is still missing then is lost. */
  stop(): void {
    for (const hole of this.holes) this.giveUp(hole)
  }

  private later(hole: Hole, ms: number): void {
    hole.cancel = this.shared.timers.after(ms, () => this.ask(hole))
  }

  private ask(hole: Hole): void {
    const line = this.carrier(hole.stream)
    const request = line?.parts.exchange.trades
    const asked = request === undefined ? undefined : nextOf(hole, request)
    if (line === undefined || request === undefined || asked === undefined) {
      this.giveUp(hole)
      return
    }
    const url = request.url(hole.stream, asked, restBase(line.route.base, this.shared.urls))
    if (url === undefined) {
      this.giveUp(hole)
      return
    }
    const waitMs = Math.max(
      this.paceOf(hole.stream.exchange, request).reserve(),
      this.shared.penalties.reserveRequest(hostOf(url), RATE),
    )
    hole.cancel = this.shared.timers.after(waitMs, () => this.fetch(hole, asked, request, url, line.route.proxy))
  }

  private paceOf(exchange: string, { pace = PACE }: TradeRequest): WindowLimiter {
    const known = this.paces.get(exchange)
    if (known !== undefined) return known
    const limiter = new WindowLimiter(pace, () => this.shared.clock.monotonicMs())
    this.paces.set(exchange, limiter)
    return limiter
  }

  private fetch(hole: Hole, asked: TradeRange, request: TradeRequest, url: string, proxy: string | null): void {
    // It may have been closed while it waited for its turn.
    if (!this.holes.has(hole)) return
    const { clock, timers, penalties, ca, timing } = this.shared
    this.counts.requests++
    const pending = startRequest({ url, method: 'GET', proxy, clock, timers, ca, deadlineMs: timing.restMs })
    hole.cancel = pending.abort
    void pending.answer.then(answer => {
      if (!this.holes.has(hole)) return
      if ('body' in answer) {
        this.deliver(hole, asked, request, answer.body)
        return
      }
      const { status, retryAfterMs } = answer.failure
      if (status === 429 || status === 418) penalties.refused(hostOf(url), status, retryAfterMs)
      this.retry(hole)
    })
  }

  private deliver(hole: Hole, asked: TradeRange, request: TradeRequest, body: string): void {
    const line = this.carrier(hole.stream)
    if (line === undefined) {
      this.giveUp(hole)
      return
    }
    const before = idsIn(hole)
    const receivedAt = this.shared.clock.now()
    const { exchange } = hole.stream
    const data = Buffer.from(request.wrap(hole.stream, asked, body))
    this.shared.emit({ kind: 'data', receivedAt, exchange, line: line.number, data, binary: false })
    // What the fold found in it was heard meanwhile.
    if (!this.holes.has(hole)) return
    if (wentOn(hole, request, body) || this.wentBack(hole, request, body) || idsIn(hole) < before) {
      hole.attempts = 0
      this.ask(hole)
    } else {
      this.retry(hole)
    }
  }

  /** Whether it did so from its end on. What it passed over is lost. */
  private wentBack(hole: Hole, request: TradeRequest, body: string): boolean {
    const receded = request.receded?.(body, hole.missing[0]?.[0] ?? 0) ?? null
    if (receded === null || hole.until === null || receded.time >= hole.until) return false
    const all = idsIn(hole)
    const left = hole.missing.flatMap(([from, to]) => (from < receded.id ? [[from, Math.min(to, receded.id - 1)] as [number, number]] : [])) // prettier-ignore
    hole.missing.splice(0, hole.missing.length, ...left)
    this.counts.lost += all - idsIn(hole)
    hole.until = receded.time
    return true
  }

  private retry(hole: Hole): void {
    hole.attempts++
    if (hole.attempts >= ATTEMPTS) this.giveUp(hole)
    else this.later(hole, hole.backoff.next())
  }

  private giveUp(hole: Hole): void {
    this.counts.lost += idsIn(hole)
    this.finish(hole)
  }

  private finish(hole: Hole): void {
    this.holes.delete(hole)
    hole.cancel()
  }
}

interface Hole {
  readonly stream: Stream
  /** First and last id of what is still missing, in order. */
  readonly missing: [from: number, to: number][]
  /** By the exchange's clock: before it there is nothing to look for. */
  since: Micros | null
  /** The same: after it there is nothing to look for. */
  until: Micros | null
  /** In a row that brought nothing. */
  attempts: number
  readonly backoff: Backoff
  cancel: Cancel
}

function isOf(trade: Trade, { exchange, pair, channel }: Stream): boolean {
  if (trade.exchange !== exchange || trade.pair !== pair) return false
  return trade.aggregated === true ? channel === 'aggTrade' : channel === 'trade'
}

function goesByTime(request: TradeRequest | undefined): boolean {
  return request?.reached !== undefined || request?.receded !== undefined
}

/** What to ask for next: the first of what is missing, or the last where pages end at a time. */
function nextOf({ missing, since, until }: Hole, request: TradeRequest): TradeRange | undefined {
  const isBackwards = request.receded !== undefined
  const [from, to] = missing.at(isBackwards ? -1 : 0) ?? []
  if (from === undefined || to === undefined) return undefined
  const beyond = request.most - 1
  return isBackwards
    ? { from: Math.max(from, to - beyond), to, since, until }
    : { from, to: Math.min(to, from + beyond), since, until }
}

/** Whether the answer led nearer to what is missing from its beginning on. */
function wentOn(hole: Hole, request: TradeRequest, body: string): boolean {
  const reached = request.reached?.(body, hole.missing[0]?.[0] ?? 0) ?? null
  if (reached === null || hole.since === null || reached <= hole.since) return false
  hole.since = reached
  return true
}

/** @returns whether the id was missing; it no longer is. */
function remove(missing: [number, number][], id: number): boolean {
  const index = missing.findIndex(([from, to]) => from <= id && id <= to)
  const [from, to] = missing[index] ?? [0, -1]
  if (index < 0) return false
  const left: [number, number][] = []
  if (from < id) left.push([from, id - 1])
  if (id < to) left.push([id + 1, to])
  missing.splice(index, 1, ...left)
  return true
}

function idsIn({ missing }: Hole): number {
  return missing.reduce((sum, [from, to]) => sum + to - from + 1, 0)
}
