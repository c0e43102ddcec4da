/** One listener of the event stream: which topics it wants, how far it has come, and what it was spared or had to be told. */
import { eventLine } from '../model/event-line.js'
import type { Batches, Policy } from './batches.js'
import type { EventRing } from './event-ring.js'
import type { TopicFilter } from './topic.js'

/** What the client needs of its socket. */
export interface Outlet {
  /** One message. */
  send(text: string | Buffer): void
  close(code: number, reason: string): void
  /** Bytes accepted and not yet taken by the system. */
  readonly buffered: number
}

export interface ClientParts {
  readonly id: string
  readonly ring: EventRing
  readonly batches: Batches
  readonly outlet: Outlet
  /** Every state as lines, for a beginning or a new one. */
  readonly snapshot: (filter: TopicFilter) => readonly object[]
}

/** `offered = delivered + conflated + dropped + waiting`, exactly. */
export interface ClientReport {
  readonly id: string
  readonly policy: Policy
  readonly topics: readonly string[]
  readonly offered: number
  readonly delivered: number
  readonly conflated: number
  readonly dropped: number
  readonly waiting: number
  readonly snapshots: number
  readonly buffered: number
}

/** Past this many bytes that the client has not taken, nothing more is sent until it has. */
export const BUFFER_LIMIT = 1024 * 1024
/** Close code of a lossless client that fell behind what is kept. */
export const SLOW_CONSUMER = 4008
const BEAT_EVERY_MS = 1_000

export class EventClient {
  /** Number of the last event that was looked at for this client. */
  private cursor = 0
  private filter: TopicFilter | null = null
  private policy: Policy = 'lossless'
  private isClosed = false
  private beatDueMs = 0
  /** Lost since the last snapshot. */
  private missed = 0
  private readonly counts = { offered: 0, delivered: 0, conflated: 0, dropped: 0, snapshots: 0 }

  constructor(private readonly parts: ClientParts) {}

  get id(): string {
    return this.parts.id
  }

  get isListening(): boolean {
    return this.filter !== null && !this.isClosed
  }

  get isBlocked(): boolean {
    return this.parts.outlet.buffered > BUFFER_LIMIT
  }

  /** True where events wait that have not been looked at. */
  get isBehind(): boolean {
    return this.cursor < this.parts.ring.head
  }

  /** Wants these topics from now on: after event `from`, or from a snapshot where that event is no longer kept or was not named. */
  listen(filter: TopicFilter, policy: Policy, from: number | null): void {
    const { ring, outlet } = this.parts
    const resumes = from !== null && from <= ring.head && from + 1 >= ring.oldest
    this.filter = filter
    this.policy = policy
    this.missed = 0
    this.cursor = resumes ? from : ring.head
    const topics = filter.patterns.map(pattern => pattern.text)
    outlet.send(JSON.stringify({ type: 'subscribed', topics, policy, resumed: resumes, sequence: this.cursor }))
    if (!resumes) this.sendSnapshot(filter)
  }

  /** Sends some of what has come since the last time. @returns false where the client cannot take it now. */
  flush(): boolean {
    const { filter } = this
    if (filter === null || this.isClosed) return true
    this.noticeLoss()
    if (this.missed > 0 && this.policy === 'lossless') {
      this.close(SLOW_CONSUMER, `slow consumer: ${this.missed} events behind what is kept`)
      return true
    }
    if (this.isBlocked) return false
    if (this.missed > 0) this.beginAnew(filter)
    else if (this.isBehind) this.send(filter)
    return true
  }

  /** One batch, if any waits and the client can take it. @returns `more` where another batch may follow at once. */
  serve(): 'more' | 'done' {
    if (!this.isListening || !this.isBehind) return 'done'
    return this.flush() && this.canTake() ? 'more' : 'done'
  }

  private canTake(): boolean {
    return this.isListening && this.isBehind && !this.isBlocked
  }

  /** Tells once a second where the stream stands, so that a quiet client resumes from there. */
  beat(nowMs: number): void {
    if (nowMs < this.beatDueMs || !this.isListening || this.isBehind || this.isBlocked) return
    this.beatDueMs = nowMs + BEAT_EVERY_MS
    this.parts.outlet.send(`{"type":"at","sequence":${this.cursor}}`)
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.parts.outlet.close(code, reason)
  }

  /** The socket has gone by itself. */
  closed(): void {
    this.isClosed = true
  }

  report(): ClientReport {
    const { id, ring, outlet } = this.parts
    const topics = this.filter?.patterns.map(pattern => pattern.text) ?? []
    const waiting = this.countWaiting(ring.head)
    const { offered, ...counts } = this.counts
    return {
      id,
      policy: this.policy,
      topics,
      offered: offered + waiting,
      ...counts,
      waiting,
      buffered: outlet.buffered,
    }
  }

  private send(filter: TopicFilter): void {
    const { to, bytes, delivered, conflated } = this.parts.batches.get(this.policy, filter, this.cursor)
    this.cursor = to
    this.counts.offered += delivered + conflated
    this.counts.delivered += delivered
    this.counts.conflated += conflated
    if (bytes !== null) this.parts.outlet.send(bytes)
  }

  /** Events were let go before the client took them; which of them it would have wanted is no longer known, so all count. */
  private noticeLoss(): void {
    const lost = this.parts.ring.oldest - 1 - this.cursor
    if (lost <= 0) return
    this.counts.offered += lost
    this.counts.dropped += lost
    this.missed += lost
    this.cursor += lost
  }

  /** The state as it stands in place of everything that was missed, and of what still waits. */
  private beginAnew(filter: TopicFilter): void {
    const { ring, outlet } = this.parts
    const waiting = this.countWaiting(ring.head)
    this.counts.offered += waiting
    this.counts.conflated += waiting
    this.cursor = ring.head
    outlet.send(`{"type":"skipped","events":${this.missed}}`)
    this.missed = 0
    this.sendSnapshot(filter)
  }

  private sendSnapshot(filter: TopicFilter): void {
    this.counts.snapshots++
    const { ring, outlet, snapshot } = this.parts
    outlet.send(`{"type":"snapshot","sequence":${ring.head},"events":${eventLine(snapshot(filter))}}`)
  }

  private countWaiting(head: number): number {
    const { filter } = this
    if (filter === null) return 0
    let count = 0
    for (let sequence = Math.max(this.cursor + 1, this.parts.ring.oldest); sequence <= head; sequence++) {
      const entry = this.parts.ring.get(sequence)
      if (entry !== undefined && filter.passes(entry.topic)) count++
    }
    return count
  }
}
