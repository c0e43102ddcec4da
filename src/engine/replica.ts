/** EntanglementV4 · replica synchronisation: snapshot and deltas become the source's state, or no state at all. */

/** How a replica reads its source's messages. */
export interface ReplicaRule<State, Snapshot, Delta> {
  /** The state that a snapshot describes, and the number of the last change in it. */
  open(snapshot: Snapshot): { readonly state: State; readonly sequence: number }
  /** First and last number of the changes in a delta; equal where each delta is one change. */
  span(delta: Delta): { readonly first: number; readonly last: number }
  /** The state after a delta; may change and return `state` itself. Must not fail halfway: a throw invalidates the replica. */
  apply(state: State, delta: Delta): State
}

export type ReplicaStatus = 'empty' | 'live' | 'gap'

/** What a delta did: applied, known already, kept until a snapshot comes, proof of a gap, or turned away for want of room. */
export type DeltaOutcome = 'applied' | 'old' | 'kept' | 'gap' | 'overflow'

export interface ReplicaStats {
  readonly status: ReplicaStatus
  /** Number of the last change in the state; null while there is none. */
  readonly sequence: number | null
  readonly snapshots: number
  readonly applied: number
  readonly old: number
  readonly gaps: number
  readonly kept: number
  readonly overflowed: number
}

export interface ReplicaOptions {
  /** Deltas kept while a snapshot is awaited; 10,000 unless told. */
  readonly maxKept?: number
}

/**
 * Follows a numbered source. `state` is undefined from a gap until the next snapshot that reaches the kept deltas:
 * a stale state is never served.
 */
export class Replica<State, Snapshot, Delta> {
  private current: { state: State; sequence: number } | undefined
  private status: ReplicaStatus = 'empty'
  private kept: Delta[] = []
  private readonly maxKept: number
  private readonly counts = { snapshots: 0, applied: 0, old: 0, gaps: 0, overflowed: 0 }

  constructor(
    private readonly rule: ReplicaRule<State, Snapshot, Delta>,
    options: ReplicaOptions = {},
  ) {
    this.maxKept = options.maxKept ?? 10_000
  }

  /** The source's state as of the last message; undefined while it is not known. */
  get state(): State | undefined {
    return this.current?.state
  }

  /** True where a snapshot is needed. */
  get needsSnapshot(): boolean {
    return this.current === undefined
  }

  /** Starts from a snapshot and applies the kept deltas behind it. @returns the status then; `gap` where they do not join. */
  onSnapshot(snapshot: Snapshot): ReplicaStatus {
    this.counts.snapshots++
    const opened = this.rule.open(snapshot)
    // A snapshot older than the state would turn time back.
    if (this.current !== undefined && opened.sequence < this.current.sequence) return this.status
    this.current = { ...opened }
    this.status = 'live'
    const kept = this.kept
    this.kept = []
    for (const delta of kept) this.onDelta(delta)
    return this.status
  }

  onDelta(delta: Delta): DeltaOutcome {
    if (this.current === undefined) return this.keep(delta)
    const { first, last } = this.rule.span(delta)
    if (last <= this.current.sequence) {
      this.counts.old++
      return 'old'
    }
    if (first > this.current.sequence + 1) {
      this.loseState()
      this.keep(delta)
      return 'gap'
    }
    this.apply(this.current, delta, last)
    return 'applied'
  }

  /** Forgets everything: the source has restarted or the connection is another. */
  reset(): void {
    this.current = undefined
    this.kept = []
    this.status = 'empty'
  }

  stats(): ReplicaStats {
    const { status, kept, counts } = this
    return { status, sequence: this.current?.sequence ?? null, ...counts, kept: kept.length }
  }

  private apply(current: { state: State; sequence: number }, delta: Delta, last: number): void {
    try {
      current.state = this.rule.apply(current.state, delta)
    } catch (error) {
      this.loseState()
      throw error
    }
    current.sequence = last
    this.counts.applied++
  }

  private loseState(): void {
    this.current = undefined
    this.status = 'gap'
    this.counts.gaps++
  }

  /** Beyond the bound the oldest deltas go, which a later snapshot shows as a gap unless it covers them. */
  private keep(delta: Delta): DeltaOutcome {
    this.kept.push(delta)
    if (this.kept.length <= this.maxKept) return 'kept'
    this.kept.shift()
    this.counts.overflowed++
    return 'overflow'
  }
}
