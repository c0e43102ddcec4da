/** The state of one session over several recordings, out of those of sessions over each: exchange by exchange, as far as they share none. */
import type { RememberedDrift } from '../drift-watch.js'
import type { SessionState } from './session-memory.js'

/** What is known of one of the files. */
export interface StatePart {
  /** null where no checkpoint of it lies before the time that is wanted: it is read from where its connections began. */
  readonly state: SessionState | null
  /** Redundant connections per stream. */
  readonly lines: number
  /** Of the streams that it was recorded for; none where it does not say. */
  readonly exchanges: readonly string[]
}

/**
 * Connections, books and numbers of trades belong to an exchange: what a file says of one changes nothing of what another says of another.
 * @returns null where two files are of the same exchange, or something is counted over all of them.
 */
export function joinStates(parts: readonly StatePart[]): SessionState | null {
  const states = parts.map(({ state }) => state).filter(state => state !== null)
  const drift = joinDrift(states.map(state => state.drift))
  if (!areApart(parts) || drift === undefined) return null
  // Decisions of two runs hold on in the order in which they were made, which begins before the checkpoints.
  if (states.filter(({ commands }) => commands.length > 0).length > 1) return null
  const isComplete = states.length === parts.length
  return {
    // Whatever comes first moves the clock from here.
    time: isComplete ? Math.min(...states.map(({ time }) => time)) : 0,
    commands: states.flatMap(({ commands }) => commands),
    decoders: states.flatMap(({ decoders }) => decoders),
    lanes: states.flatMap(({ lanes }) => lanes),
    books: states.flatMap(({ books }) => books),
    followed: joinFollowed(states),
    down: states.flatMap(({ down }) => down),
    openGaps: states.flatMap(({ openGaps }) => openGaps),
    drift,
    unreadable: states.flatMap(({ unreadable }) => unreadable),
  }
}

function areApart(parts: readonly StatePart[]): boolean {
  const [first] = parts
  const seen = new Set<string>()
  for (const { state, lines, exchanges } of parts) {
    if (lines !== first?.lines || exchanges.length === 0) return false
    const own = new Set([...exchanges, ...(state === null ? [] : exchangesOf(state))])
    for (const exchange of own) {
      if (seen.has(exchange)) return false
      seen.add(exchange)
    }
  }
  return true
}

function exchangesOf({ decoders, lanes, books, followed, openGaps, drift, unreadable }: SessionState): string[] {
  return [
    ...[...decoders, ...books, ...openGaps, ...unreadable].map(({ exchange }) => exchange),
    ...lanes.map(({ last }) => last.exchange),
    ...followed.flatMap(([, followedLanes]) => followedLanes.map(({ exchange }) => exchange)),
    ...(drift?.seen ?? []).map(([exchange]) => exchange).filter(exchange => exchange !== ''),
  ]
}

/** One pair is traded on many exchanges. */
function joinFollowed(states: readonly SessionState[]): SessionState['followed'] {
  const lanes = new Map<string, SessionState['followed'][number][1]>()
  for (const { followed } of states) {
    for (const [pair, own] of followed) lanes.set(pair, [...(lanes.get(pair) ?? []), ...own])
  }
  return [...lanes]
}

/** As the detector keeps it. */
interface DriftFields {
  readonly topics: ReadonlyMap<string, unknown>
  readonly counts: Readonly<Record<string, number>>
}

/** @returns undefined where its bounds, which hold for all exchanges together, may have been reached. */
function joinDrift(drifts: readonly (RememberedDrift | null)[]): RememberedDrift | null | undefined {
  const known = drifts.filter(drift => drift !== null)
  const [first] = known
  if (first === undefined) return null
  if (known.length < drifts.length) return undefined
  const detectors = known.map(({ detector }) => detector as DriftFields)
  const counts: Record<string, number> = {}
  for (const one of detectors) {
    for (const [name, count] of Object.entries(one.counts)) counts[name] = (counts[name] ?? 0) + count
  }
  const topics = new Map(detectors.flatMap(one => [...one.topics]))
  if (topics.size > MOST_TOPICS || (counts['beyondBounds'] ?? 0) > 0) return undefined
  const { counts: kept } = first.detector as DriftFields
  return {
    seen: known.flatMap(({ seen }) => seen),
    detector: { ...(first.detector as object), topics, counts: { ...kept, ...counts } },
  }
}

/** Half of what the detector has room for. */
const MOST_TOPICS = 2_048
