/** The thirteen mechanisms of a running session: what each counts, how it stands, and what it did last. */
import type { Micros } from '../model/time.js'
import type { RunningParts } from './execute.js'
import type { Feed } from './live.js'
import { MECHANISMS, type MechanismKey, type MechanismSpec } from './mechanism-list.js'

export type Counters = Readonly<Record<string, number | string | null>>

/** As printed: the key order is the printed order. */
export interface MechanismState extends MechanismSpec {
  /** `off`: no part of this run; `idle`: it has had nothing to do. */
  readonly state: string
  readonly counters: Counters
  /** The last thing it did, as it was noticed; null where it has done nothing yet. */
  readonly last: LastAction | null
}

export interface LastAction {
  readonly time: Micros
  readonly text: string
}

interface Reading {
  readonly counters: Counters
  /** The counters that grow when it acts, and what that means. */
  readonly acts: Readonly<Record<string, string>>
  /** Where it has a state of its own. */
  readonly state?: string
}

type Parts = Pick<RunningParts, 'session' | 'recorder' | 'trading' | 'live' | 'journal'>

/** Looks at the mechanisms whenever it is asked, and remembers what had grown since it looked before. */
export class MechanismWatch {
  readonly #last = new Map<MechanismKey, LastAction>()
  readonly #before = new Map<MechanismKey, Counters>()

  constructor(private readonly parts: Parts) {}

  states(): MechanismState[] {
    const readings = readAll(this.parts)
    return MECHANISMS.map(spec => {
      const reading = readings[spec.key]
      if (reading === null) return { ...spec, state: 'off', counters: {}, last: null }
      this.#notice(spec.key, reading)
      const last = this.#last.get(spec.key) ?? null
      return { ...spec, state: reading.state ?? (last === null ? 'idle' : 'working'), counters: reading.counters, last }
    })
  }

  #notice(key: MechanismKey, { counters, acts }: Reading): void {
    const before = this.#before.get(key)
    this.#before.set(key, counters)
    const grown = Object.entries(acts).flatMap(([name, meaning]) => {
      const more = numberOf(counters[name]) - numberOf(before?.[name])
      return more > 0 ? [`${more} ${meaning}`] : []
    })
    if (grown.length > 0) this.#last.set(key, { time: this.parts.session.clock.now(), text: grown.join(', ') })
  }
}

function readAll(parts: Parts): Readonly<Record<MechanismKey, Reading | null>> {
  const { session, live } = parts
  const feed = live?.feed ?? null
  return {
    conflation: readConflation(parts),
    boundary: readBoundary(parts),
    clock: readClock(parts),
    failover: feed && readFailover(feed),
    compression: readCompression(parts),
    redundancy: readRedundancy(parts, feed),
    replica: readBooks(parts),
    context: readContext(parts),
    convergence: readConvergence(parts),
    journal: readJournal(parts),
    detector: feed && readDetector(feed),
    backpressure: readBackpressure(parts, feed),
    drift: session.drift && readDrift(session.drift.stats()),
  }
}

function readConflation({ session }: Parts): Reading {
  const { subscriptions } = session.bus.stats()
  const lanes = subscriptions.filter(({ delivery }) => delivery !== 'direct')
  const conflated = sum(lanes, 'conflated')
  return {
    counters: { lanes: lanes.length, delivered: sum(lanes, 'delivered'), conflated, queued: sum(lanes, 'queued') },
    acts: { conflated: 'older states replaced' },
  }
}

function readBoundary({ session }: Parts): Reading {
  const { frames, decoded, control, deadLettered, last } = session.boundary.stats()
  return {
    counters: { frames, decoded, control, deadLettered, lastCode: last?.code ?? null },
    acts: { deadLettered: 'frames kept as dead letters' },
  }
}

function readClock({ session }: Parts): Reading {
  const { now, pending, scheduled, fired, refusedSteps } = session.clock.stats()
  return {
    counters: { now, pending, scheduled, fired, refusedSteps },
    acts: { fired: 'timers fired', refusedSteps: 'steps back refused' },
  }
}

function readFailover(feed: Feed): Reading {
  const lines = feed.report().map(({ failover }) => failover)
  const routes = lines.flatMap(({ routes: all }) => all)
  return {
    counters: {
      routes: routes.length,
      dead: routes.filter(({ dead }) => dead).length,
      attempts: sum(routes, 'attempts'),
      failures: sum(lines, 'failures'),
      switches: sum(lines, 'switches'),
    },
    acts: { failures: 'lost connections', switches: 'turns to another way' },
  }
}

function readCompression({ recorder }: Parts): Reading | null {
  if (recorder === null) return null
  const { path, bytes, rawBytes } = recorder.report()
  if (!/\.(?:gz|zst)$/.test(path)) return null
  const ratio = bytes === 0 ? null : Math.round((rawBytes / bytes) * 100) / 100
  return { counters: { rawBytes, bytes, ratio }, acts: { bytes: 'packed bytes written' } }
}

function readRedundancy({ session }: Parts, feed: Feed | null): Reading | null {
  const { received, passed, duplicates, healed, missing, lines } = session.arbiter.stats()
  const copies = feed?.redundant.copies ?? lines.size
  const [a, b] = feed?.redundant.stats(lines) ?? []
  return {
    counters: { copies, received, passed, duplicates, healed, missing, winsA: a?.wins ?? null, winsB: b?.wins ?? null },
    acts: { duplicates: 'later copies left out', healed: 'losses of one line healed' },
  }
}

function readBooks({ session }: Parts): Reading {
  const books = [...session.books.all()].map(book => book.stats())
  return {
    counters: {
      books: books.length,
      live: books.filter(({ live }) => live).length,
      snapshots: sum(books, 'snapshots'),
      applied: sum(books, 'applied'),
      gaps: sum(books, 'gaps'),
      resyncs: sum(books, 'resyncs'),
    },
    acts: { gaps: 'gaps seen', resyncs: 'books set right again', snapshots: 'snapshots taken' },
  }
}

function readContext({ live, journal, trading, recorder }: Parts): Reading {
  const frames = live === null ? 'journal' : 'live'
  const orders = trading === null ? 'none' : 'paper'
  const keeps = recorder === null ? 'nothing' : 'frames'
  return {
    counters: { frames, files: journal?.accounts().length ?? 0, orders, keeps },
    acts: {},
    state: `${frames}, orders ${orders}`,
  }
}

function readConvergence({ session }: Parts): Reading {
  const books = [...session.books.all()].map(book => book.stats())
  const { checks, agreed, differed, first } = session.convergence.stats()
  return {
    counters: {
      checks,
      agreed,
      differed,
      first: first?.subject ?? null,
      checksumsAgreed: sum(books, 'verified'),
      checksumsDiffered: sum(books, 'failed'),
    },
    acts: {
      agreed: 'accounts agreed',
      differed: 'accounts differed',
      checksumsAgreed: 'checksums agreed',
      checksumsDiffered: 'checksums differed',
    },
  }
}

function readJournal({ recorder }: Parts): Reading | null {
  if (recorder === null) return null
  const { accepted, written, synced, refused, backlog } = recorder.report()
  const { kept, cut } = recorder.appended ?? { kept: 0, cut: 0 }
  return {
    counters: { accepted, written, synced, refused, backlog, kept, cut },
    acts: { synced: 'frames on the disk', refused: 'frames refused' },
  }
}

function readDetector(feed: Feed): Reading {
  const streams = feed.report().flatMap(line => line.streams)
  const { handovers, probes } = feed.stats()
  return {
    counters: {
      watched: streams.length,
      learned: streams.filter(({ rhythm }) => (rhythm?.gaps ?? 0) > 0).length,
      suspect: streams.filter(({ health }) => health === 'suspect').length,
      probes: probes.started,
      confirmed: probes.confirmed,
      acquitted: probes.acquitted,
      handovers,
    },
    acts: {
      confirmed: 'dead connections found',
      acquitted: 'quiet markets acquitted',
      handovers: 'connections replaced',
    },
  }
}

function readBackpressure({ session }: Parts, feed: Feed | null): Reading {
  const stats = feed?.stats().backpressure ?? null
  const { subscriptions, load } = session.bus.stats()
  return {
    counters: {
      lagMs: stats === null ? null : Math.round(stats.lagMs),
      worstLagMs: stats === null ? null : Math.round(stats.worstLagMs),
      decisions: stats?.decisions ?? 0,
      shed: sum(subscriptions, 'shed'),
    },
    acts: { decisions: 'changes of the load state', shed: 'events spared' },
    state: load,
  }
}

function readDrift({
  messages,
  topics,
  layouts,
  reports,
}: {
  readonly messages: number
  readonly topics: number
  readonly layouts: number
  readonly reports: number
}): Reading {
  return {
    counters: { messages, topics, layouts, reports },
    acts: { layouts: 'layouts learned', reports: 'changes reported' },
  }
}

function numberOf(value: number | string | null | undefined): number {
  return typeof value === 'number' ? value : 0
}

function sum<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => total + item[key], 0)
}
