/** Make before break: a second line takes over while the first still runs, so that nothing is lost when the first one ends. */
import { ending } from './ending.js'
import type { EndCause } from './ending.js'
import type { Line } from './line.js'
import type { LineSet } from './line-set.js'
import { repeat } from './timers.js'
import type { Cancel, Random, Timers } from './timers.js'

/**
 * `renewal`: the old connection is going to be closed. `probe`: it is silent, and the new one shows whether the market is.
 * `lost`: nobody answers on it, after we had stood still.
 */
export type HandoverKind = 'renewal' | 'probe' | 'lost'

export type HandoverResult = 'replaced' | 'acquitted' | 'abandoned'

export interface HandoverEvents {
  /** Before anything is closed. `acquitted`: the old line is well after all. `abandoned`: the new one never opened, and the old one goes on. */
  over(old: Line, kind: HandoverKind, result: HandoverResult): void
}

interface Pair {
  readonly old: Line
  readonly fresh: Line
  readonly kind: HandoverKind
  readonly reason: string
  readonly sinceMs: number
  /** When the new line had every stream acknowledged. */
  settledMs: number | null
  /** When the new line was found ready; the old one is closed a little later. */
  readyMs: number | null
  readonly watch: Cancel
}

export interface HandoverOptions {
  readonly lines: LineSet
  readonly timers: Timers
  readonly monotonicMs: () => number
  readonly random: Random
  readonly overlapMs?: number | undefined
  /** Without it every request for a handover is ignored. */
  readonly enabled: boolean
  readonly events: HandoverEvents
}

export interface ProbeStats {
  readonly started: number
  /** The line was dead. */
  readonly confirmed: number
  /** The market was quiet. */
  readonly acquitted: number
  /** The second connection never opened. */
  readonly abandoned: number
}

/** Why the old connection ends, once it is replaced. */
const CAUSE_OF: Readonly<Record<HandoverKind, EndCause>> = { renewal: 'renewed', probe: 'stall', lost: 'own_stall' }
const LOOK_EVERY_MS = 50
/** What was sent on the old connection before the new one was ready is still on its way for a moment. */
const OVERLAP_MS = 1_000
/** Every stream is acknowledged and none has data: quiet markets do not hold up a renewal for longer. */
const QUIET_RENEWAL_MS = 3_000
/** A new line without data for this long shows that there is none. */
const QUIET_PROBE_MS = 5_000
const PROBE_OPENS_WITHIN_MS = 10_000
/** Planned renewals come this long before the exchange's limit, half of it more or less at random. */
const LIFE_MARGIN_MS = 600_000

export class Handover {
  private readonly pairs = new Map<Line, Pair>()
  private readonly planned = new Map<Line, Cancel>()
  private count = 0
  private readonly probes = { started: 0, confirmed: 0, acquitted: 0, abandoned: 0 }

  constructor(private readonly options: HandoverOptions) {}

  /** Handovers that ended with a replacement. */
  get replaced(): number {
    return this.count
  }

  /** True while the line is being replaced, or is itself a replacement that has not taken over. */
  concerns(line: Line): boolean {
    return this.pairs.has(line) || [...this.pairs.values()].some(pair => pair.fresh === line)
  }

  /** A connection was opened: its end is planned, where the exchange has set one. */
  opened(line: Line): void {
    this.planned.get(line)?.()
    const lifeMs = line.parts.exchange.limits.connectionLifeMs
    if (lifeMs === null) return
    const marginMs = Math.min(LIFE_MARGIN_MS, lifeMs * 0.1) * (0.5 + this.options.random())
    const cancel = this.options.timers.after(lifeMs - marginMs, () => {
      this.planned.delete(line)
      this.start(line, 'renewal', 'the exchange closes connections of this age')
    })
    this.planned.set(line, cancel)
  }

  start(old: Line, kind: HandoverKind, reason: string): void {
    if (!this.options.enabled || old.stopped || this.concerns(old)) return
    if (kind === 'probe') this.probes.started++
    old.retiring = reason
    const { lines, timers, monotonicMs } = this.options
    const fresh = lines.double(old)
    const watch = repeat(timers, LOOK_EVERY_MS, () => this.look(pair))
    const pair: Pair = { old, fresh, kind, reason, sinceMs: monotonicMs(), settledMs: null, readyMs: null, watch }
    this.pairs.set(old, pair)
  }

  stats(): ProbeStats {
    return { ...this.probes }
  }

  /** The line is gone for another reason. */
  forget(line: Line): void {
    this.planned.get(line)?.()
    this.planned.delete(line)
  }

  stop(): void {
    for (const cancel of this.planned.values()) cancel()
    for (const pair of this.pairs.values()) pair.watch()
    this.planned.clear()
    this.pairs.clear()
  }

  private look(pair: Pair): void {
    const now = this.options.monotonicMs()
    const { old, fresh, kind } = pair
    if (fresh.stopped) {
      this.keepOld(pair, 'abandoned')
      return
    }
    // The old line ended by itself: the new one is the line now, ready or not.
    if (old.stopped) {
      this.finish(pair)
      return
    }
    if (fresh.settled) pair.settledMs ??= now
    if (kind !== 'renewal' && pair.readyMs === null && this.isAcquitted(pair, now)) {
      this.keepOld(pair, fresh.open ? 'acquitted' : 'abandoned')
      return
    }
    if (this.isReady(pair, now)) pair.readyMs ??= now
    const overlapMs = kind !== 'renewal' ? 0 : (this.options.overlapMs ?? OVERLAP_MS)
    if (pair.readyMs !== null && now - pair.readyMs >= overlapMs) this.finish(pair)
  }

  private isReady({ old, fresh, kind, settledMs }: Pair, now: number): boolean {
    if (kind === 'probe') return provesDead(fresh, old)
    if (settledMs === null) return false
    if (kind === 'lost') return true
    return fresh.lastData > 0 || now - settledMs >= QUIET_RENEWAL_MS
  }

  private isAcquitted({ old, fresh, kind, sinceMs, settledMs }: Pair, now: number): boolean {
    if (old.silenceMs() < now - sinceMs) return true
    // It ends by its own deadline at the latest, and until then the new one goes on trying.
    if (kind === 'lost') return false
    if (provesDead(fresh, old)) return false
    return settledMs === null ? now - sinceMs > PROBE_OPENS_WITHIN_MS : now - settledMs > QUIET_PROBE_MS
  }

  private finish(pair: Pair): void {
    this.close(pair)
    this.count++
    if (pair.kind === 'probe') this.probes.confirmed++
    this.forget(pair.old)
    this.options.events.over(pair.old, pair.kind, 'replaced')
    void this.options.lines.drop(pair.old, ending(CAUSE_OF[pair.kind], pair.reason))
  }

  private keepOld(pair: Pair, result: 'acquitted' | 'abandoned'): void {
    this.close(pair)
    if (pair.kind === 'probe') this.probes[result]++
    pair.old.retiring = null
    this.forget(pair.fresh)
    void this.options.lines.drop(pair.fresh, ending('stopped', 'not needed'))
    this.options.events.over(pair.old, pair.kind, result)
    // A renewal that failed is still due.
    if (pair.old.stopped) pair.old.revive()
  }

  private close(pair: Pair): void {
    pair.watch()
    this.pairs.delete(pair.old)
  }
}

/**
 * Whether the new line brought news that the old one should have. Exchanges answer a subscription with the last trades or a whole
 * book, which is no news: a trade counts when it is later than all the old line brought, anything else when more has followed.
 */
function provesDead(fresh: Line, old: Line): boolean {
  const known = new Map([...old.subscriptions.all()].map(({ stream, lastTime }) => [stream.name, lastTime]))
  return [...fresh.subscriptions.all()].some(({ stream, type, lastTime, arrivals }) => {
    const isNews = lastTime > (known.get(stream.name) ?? 0)
    return isNews && (type === 'trade' || arrivals > 2)
  })
}
