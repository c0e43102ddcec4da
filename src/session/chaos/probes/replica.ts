/** A follower of a numbered source, some of whose changes get lost: it shows the source's state or none. */
import { Replica, type ReplicaRule } from '../../../engine/replica.js'
import { Random } from '../../../engine/random.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

interface Change {
  readonly sequence: number
  readonly key: number
  readonly value: number
}

type State = ReadonlyMap<number, number>

interface Snapshot {
  readonly sequence: number
  readonly state: State
}

/** What both followers offer. */
interface Follower {
  readonly state: State | undefined
  onSnapshot(snapshot: Snapshot): unknown
  onDelta(change: Change): unknown
}

const CHANGES = 5_000
const KEYS = 50
const LOST_SHARE = 0.01
/** A snapshot is asked for where there is no state, and comes this many changes later. */
const SNAPSHOT_AFTER = 7

const RULE: ReplicaRule<Map<number, number>, Snapshot, Change> = {
  open: ({ sequence, state }) => ({ sequence, state: new Map(state) }),
  span: ({ sequence }) => ({ first: sequence, last: sequence }),
  apply: (state, { key, value }) => state.set(key, value),
}

export const replicaProbe: Probe = {
  mechanism: 'replica',
  promise: 'a gap is always seen, a stale state is never served, and snapshot plus changes equals the source',
  run,
}

function run(use: Use): Findings {
  const random = new Random('replica')
  const follower: Follower = use === 'with' ? new Replica(RULE) : new Believer()
  const source = new Map<number, number>()
  const found = { lost: 0, served: 0, stale: 0, snapshots: 0 }
  /** Keys of changes that were lost and that nothing has followed yet. */
  const unseen = new Set<number>()
  let snapshotAt = 1
  for (let sequence = 1; sequence <= CHANGES; sequence++) {
    const change = { sequence, key: random.int(0, KEYS - 1), value: random.int(0, 1_000_000) }
    source.set(change.key, change.value)
    if (random.chance(LOST_SHARE)) {
      found.lost++
      unseen.add(change.key)
    } else {
      unseen.clear()
      follower.onDelta(change)
    }
    if (sequence === snapshotAt) {
      found.snapshots++
      follower.onSnapshot({ sequence, state: source })
    }
    if (follower.state === undefined) {
      if (snapshotAt <= sequence) snapshotAt = sequence + SNAPSHOT_AFTER
      continue
    }
    found.served++
    if (!isStateOf(source, follower.state, unseen)) found.stale++
  }
  return {
    measured: found,
    required: {
      lost: { atLeast: 1 },
      served: { atLeast: CHANGES / 2 },
      stale: { equal: 0 },
      snapshots: { atLeast: 2 },
    },
  }
}

function isStateOf(source: State, state: State, unseen: ReadonlySet<number>): boolean {
  for (const [key, value] of source) if (!unseen.has(key) && state.get(key) !== value) return false
  return true
}

/** Applies whatever comes, as a follower without numbers would. */
class Believer implements Follower {
  state: Map<number, number> | undefined

  onSnapshot({ state }: Snapshot): void {
    this.state = new Map(state)
  }

  onDelta({ key, value }: Change): void {
    this.state?.set(key, value)
  }
}
