/** The latest events of a run with their numbers: what slow and returning clients are served from, in bounded memory. */
import { eventLine } from '../model/event-line.js'

/** An event with its number in the run and its topic. */
export interface Entry {
  readonly sequence: number
  readonly topic: readonly [type: string, exchange: string, symbol: string]
  readonly event: object
  /** `{"sequence":…,"event":…}` once somebody needed it. */
  line: string | null
}

export interface RingOptions {
  /** Events kept; 65,536 unless told. */
  readonly capacity?: number
  /** Estimated bytes kept; 64 MiB unless told. */
  readonly bytes?: number
  /** Called before an event is let go. */
  readonly beforeEvict?: (sequence: number) => void
}

/** Numbers begin at 1 and step by 1. One ring serves all clients; each only keeps its place in it. */
export class EventRing {
  private readonly entries: (Entry | undefined)[]
  private readonly capacity: number
  private readonly bytes: number
  private held = 0
  /** Number of the oldest event kept; `head + 1` while there is none. */
  oldest = 1
  /** Number of the latest event. */
  head = 0

  constructor(private readonly options: RingOptions = {}) {
    this.capacity = options.capacity ?? 65_536
    this.bytes = options.bytes ?? 64 * 1024 * 1024
    this.entries = new Array<Entry | undefined>(this.capacity)
  }

  append(topic: Entry['topic'], event: object): void {
    if (this.size >= this.capacity) this.evict()
    const sequence = ++this.head
    this.entries[sequence % this.capacity] = { sequence, topic, event, line: null }
    this.held += weightOf(event)
    while (this.held > this.bytes && this.oldest < sequence) this.evict()
  }

  /** Undefined where the event is no longer kept, or has not happened yet. */
  get(sequence: number): Entry | undefined {
    return sequence < this.oldest || sequence > this.head ? undefined : this.entries[sequence % this.capacity]
  }

  get size(): number {
    return this.head - this.oldest + 1
  }

  /** Estimated memory of what is kept. */
  get weight(): number {
    return this.held
  }

  private evict(): void {
    this.options.beforeEvict?.(this.oldest)
    const place = this.oldest++ % this.capacity
    const entry = this.entries[place]
    if (entry === undefined) return
    this.held -= weightOf(entry.event)
    this.entries[place] = undefined
  }
}

/** The event as clients get it; written once for all of them. */
export function lineOf(entry: Entry): string {
  return (entry.line ??= `{"sequence":${entry.sequence},"event":${eventLine(entry.event)}}`)
}

/** Object and line of an event of the usual size; a level of a book adds about as much as its digits. */
const BASE_WEIGHT = 768
const LEVEL_WEIGHT = 96

function weightOf(event: object): number {
  if (!('bids' in event && 'asks' in event)) return BASE_WEIGHT
  const { bids, asks } = event as { bids: { length: number }; asks: { length: number } }
  return BASE_WEIGHT + LEVEL_WEIGHT * (bids.length + asks.length)
}
