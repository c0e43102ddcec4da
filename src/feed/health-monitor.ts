/** Watches every subscription of every line for a silence that its rhythm does not explain, and this process for being late itself. */
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import type { Backpressure } from './backpressure.js'
import { FailureDetector } from './failure-detector.js'
import type { DetectorStats, Health } from './failure-detector.js'
import { LagProbe } from './lag-probe.js'
import type { Line } from './line.js'
import type { EdgeClock } from './real-clock.js'
import type { Subscription } from './subscriptions.js'
import { SkewWatch } from './skew-watch.js'
import type { StallWatch } from './stall-watch.js'
import { repeat } from './timers.js'
import type { Cancel, Timers } from './timers.js'

export interface HealthEvents {
  emit(frame: Frame): void
  /** Every subscription of the line that can be judged is suspect. */
  lineSuspect(line: Line, silenceMs: number): void
  /** One subscription is, while others on the line are well. */
  streamSuspect(line: Line, subscription: Subscription): void
  /** The times of the line's exchange and of this machine differ by more than a delay could explain; once for each exchange. */
  skewed(line: Line, delay: Micros): void
}

interface Watched {
  readonly detector: FailureDetector
  health: Health
  /** Arrivals at the last look. */
  seen: number
}

const LOOK_EVERY_MS = 250
/** A look this late was held up by this process; what the sockets have received meanwhile lies unread. */
const OWN_STALL_MS = 1_000
/** A single stream is asked for again only when its silence is this unlikely: the line itself is well, so the market probably is quiet. */
const STREAM_PHI = 6

export class HealthMonitor {
  private readonly watched = new Map<Line, Map<string, Watched>>()
  private readonly lag = new LagProbe()
  private readonly skew = new SkewWatch()
  private stopLooking: Cancel = () => undefined

  constructor(
    private readonly lines: () => readonly Line[],
    private readonly clock: EdgeClock,
    private readonly timers: Timers,
    private readonly stalls: StallWatch,
    private readonly backpressure: Backpressure | null,
    private readonly events: HealthEvents,
  ) {}

  start(): void {
    this.stalls.expect(LOOK_EVERY_MS)
    this.stopLooking = repeat(this.timers, LOOK_EVERY_MS, () => this.look())
  }

  stop(): void {
    this.stopLooking()
    this.watched.clear()
  }

  healthOf(line: Line, stream: string): Health {
    return this.watched.get(line)?.get(stream)?.health ?? 'live'
  }

  /** What was learned of a stream's rhythm; null where it was not watched yet. */
  rhythmOf(line: Line, stream: string): DetectorStats | null {
    return this.watched.get(line)?.get(stream)?.detector.stats() ?? null
  }

  /** The market is quiet: silences as long as the present ones will not be suspected again. */
  acquit(line: Line): void {
    for (const { detector } of this.watched.get(line)?.values() ?? []) detector.acquit(this.clock.now())
  }

  /** Another connection brought what this line did not. */
  condemn(line: Line): void {
    for (const [stream, watched] of this.watched.get(line) ?? []) {
      watched.detector.condemn()
      this.note(line, stream, watched, this.clock.now())
    }
  }

  private look(): void {
    const { lateMs, stall } = this.stalls.look()
    this.stalls.expect(LOOK_EVERY_MS)
    const all = this.lines()
    for (const line of this.watched.keys()) if (!all.includes(line)) this.watched.delete(line)
    const lines = all.filter(line => line.open)
    if (lateMs >= OWN_STALL_MS || stall !== null) this.excuseAll(lines, lateMs, stall)
    else for (const line of lines) this.lookAt(line)
    this.observeLag(Math.max(lateMs, this.lag.take()), this.clock.monotonicMs())
  }

  private observeLag(lagMs: number, nowMs: number): void {
    const decision = this.backpressure?.observe(lagMs, nowMs) ?? null
    if (decision !== null) this.control('load', decision)
  }

  /** Nobody else is to blame; whether the connections survived is asked at once. */
  private excuseAll(lines: readonly Line[], lateMs: number, stall: string | null): void {
    this.control('ownStall', { lateMs: Math.round(lateMs), ...(stall === null ? {} : { stall }) })
    for (const line of lines) {
      if (stall === null) line.ping()
      else line.probe(stall)
      this.excuse(line)
    }
  }

  /** Its silence until now is ours. */
  private excuse(line: Line): void {
    for (const { detector } of this.watched.get(line)?.values() ?? []) detector.excuse(this.clock.now())
  }

  private lookAt(line: Line): void {
    if (line.paused) {
      this.excuse(line)
      return
    }
    const at = this.clock.now()
    let judged = 0
    const suspects: { subscription: Subscription; detector: FailureDetector }[] = []
    for (const subscription of line.subscriptions.all()) {
      if (subscription.state !== 'live') continue
      const watched = this.watch(line, subscription)
      if (watched.detector.learned) judged++
      this.note(line, subscription.stream.name, watched, at)
      if (watched.health === 'suspect') suspects.push({ subscription, detector: watched.detector })
    }
    if (suspects.length === 0) return
    if (suspects.length === judged) {
      this.events.lineSuspect(line, Math.min(...suspects.map(({ detector }) => detector.silenceMs(at))))
      return
    }
    for (const { subscription, detector } of suspects) {
      if (detector.phi(at) < STREAM_PHI) continue
      detector.acquit(at)
      this.events.streamSuspect(line, subscription)
    }
  }

  private watch(line: Line, subscription: Subscription): Watched {
    const { name } = subscription.stream
    let streams = this.watched.get(line)
    if (streams === undefined) this.watched.set(line, (streams = new Map<string, Watched>()))
    let watched = streams.get(name)
    if (watched === undefined) {
      watched = { detector: new FailureDetector(), health: 'live', seen: 0 }
      streams.set(name, watched)
    }
    if (subscription.arrivals !== watched.seen) {
      const { arrivals } = subscription
      // A new connection counts from the start.
      watched.detector.arrived(subscription.lastArrival, arrivals > watched.seen ? arrivals - watched.seen : arrivals)
      this.lag.note(watched, subscription.delay / 1_000)
      this.observeSkew(line, subscription)
    }
    watched.seen = subscription.arrivals
    watched.detector.excuse(line.openedAt)
    return watched
  }

  /** Other types may tell of something older than the message. */
  private observeSkew(line: Line, { stream, type, delay }: Subscription): void {
    if (type !== 'trade' && type !== 'quote' && type !== 'book') return
    const { name: exchange } = line.parts.exchange
    if (!this.skew.saw(exchange, stream.name, delay)) return
    this.control('skew', { exchange, delayMs: Math.round(delay / 1_000) })
    this.events.skewed(line, delay)
  }

  private note(line: Line, stream: string, watched: Watched, at: number): void {
    const { detector, health: from } = watched
    const health = detector.health(at)
    if (health === from) return
    watched.health = health
    const silenceMs = Math.round(detector.silenceMs(at))
    const phi = Math.round(detector.phi(at) * 10) / 10
    this.control('health', {
      exchange: line.parts.exchange.name,
      line: line.number,
      stream,
      from,
      health,
      silenceMs,
      phi,
    })
  }

  private control(topic: string, value: object): void {
    this.events.emit({ kind: 'control', receivedAt: this.clock.now(), topic, value })
  }
}
