/** What a client gets at one go, made once for all clients that stand at the same place and want the same. */
import { lineOf, type Entry, type EventRing } from './event-ring.js'
import type { TopicFilter } from './topic.js'

/** `lossless`: every event, or the connection ends; `latest`: of each state the newest, at the pace the client can take. */
export type Policy = 'lossless' | 'latest'

export interface Batch {
  /** Number of the last event that was looked at. */
  readonly to: number
  /** Lines as UTF-8; null where nothing in it was wanted. */
  readonly bytes: Buffer | null
  readonly delivered: number
  readonly conflated: number
}

export interface BatchesParts {
  readonly ring: EventRing
  /** The state that an event updates; undefined where it is a fact that stands by itself. */
  readonly stateKey: (event: object) => string | undefined
  /** The whole book in place of deltas that were passed over. */
  readonly wholeBook: (event: object) => object | undefined
}

/** Characters of one batch, beyond which the rest goes into the next. */
const SIZE = 256 * 1024
const REMEMBERED = 64

export class Batches {
  private readonly made = new Map<string, Batch>()
  private head = 0

  constructor(private readonly parts: BatchesParts) {}

  /** The events after `from`, for a client with this filter and policy. */
  get(policy: Policy, filter: TopicFilter, from: number): Batch {
    const { ring } = this.parts
    if (ring.head !== this.head || this.made.size >= REMEMBERED) this.made.clear()
    this.head = ring.head
    const key = `${policy} ${from} ${filter.key}`
    let batch = this.made.get(key)
    if (batch === undefined) {
      batch = policy === 'lossless' ? this.everything(filter, from) : this.newest(filter, from)
      this.made.set(key, batch)
    }
    return batch
  }

  private everything(filter: TopicFilter, from: number): Batch {
    const { ring } = this.parts
    const lines: string[] = []
    let size = 0
    let to = from
    while (to < ring.head && size < SIZE) {
      const entry = ring.get(++to)
      if (entry === undefined || !filter.passes(entry.topic)) continue
      const line = lineOf(entry)
      size += line.length
      lines.push(line)
    }
    return { to, bytes: bytesOf(lines), delivered: lines.length, conflated: 0 }
  }

  /** Of each state the newest, in the place of the newest; facts all. */
  private newest(filter: TopicFilter, from: number): Batch {
    const { ring, stateKey } = this.parts
    const waiting = new Map<string | number, { entry: Entry; merged: boolean }>()
    let offered = 0
    for (let sequence = from + 1; sequence <= ring.head; sequence++) {
      const entry = ring.get(sequence)
      if (entry === undefined || !filter.passes(entry.topic)) continue
      offered++
      const key = stateKey(entry.event) ?? sequence
      const merged = waiting.delete(key)
      waiting.set(key, { entry, merged })
    }
    const lines = [...waiting.values()].map(({ entry, merged }) => (merged ? this.whole(entry) : lineOf(entry)))
    return { to: ring.head, bytes: bytesOf(lines), delivered: waiting.size, conflated: offered - waiting.size }
  }

  /** Deltas of a book that were passed over are in the whole book as it stands. */
  private whole(entry: Entry): string {
    const event = this.parts.wholeBook(entry.event)
    return event === undefined ? lineOf(entry) : lineOf({ ...entry, event, line: null })
  }
}

function bytesOf(lines: readonly string[]): Buffer | null {
  return lines.length === 0 ? null : Buffer.from(lines.join('\n'))
}
