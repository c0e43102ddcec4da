/** Events emitted while another is under way, in order, each with the number of events that led to it. */
import { GenesisError } from '../model/errors.js'
import type { Topic } from './topic.js'

export interface QueuedEvent {
  readonly topic: Topic
  readonly data: unknown
  readonly source: string
  /** 0 for an event from outside, 1 for what its handlers emit, and so on. */
  readonly depth: number
}

/** Bounded both ways: in length, and in how long a chain of events may grow out of one. */
export class EventQueue {
  private items: QueuedEvent[] = []
  private head = 0

  constructor(
    private readonly maxLength: number,
    private readonly maxDepth: number,
  ) {}

  get size(): number {
    return this.items.length - this.head
  }

  /** @throws GenesisError `bus_depth` or `bus_full`, to whoever emits. */
  push(event: QueuedEvent): void {
    if (event.depth > this.maxDepth) {
      throw new GenesisError(
        'bus_depth',
        `${event.topic.type}: more than ${this.maxDepth} events in one chain of causes`,
      )
    }
    if (this.size >= this.maxLength) {
      throw new GenesisError(
        'bus_full',
        `${event.topic.type}: more than ${this.maxLength} events wait for the one under way`,
      )
    }
    this.items.push(event)
  }

  shift(): QueuedEvent | undefined {
    const event = this.items[this.head++]
    if (event === undefined || this.head === this.items.length) this.reset()
    else if (this.head >= 1_024 && this.head * 2 >= this.items.length) this.compact()
    return event
  }

  /** Empties the queue. @returns how many events were waiting. */
  clear(): number {
    const { size } = this
    this.reset()
    return size
  }

  private reset(): void {
    this.items = []
    this.head = 0
  }

  private compact(): void {
    this.items = this.items.slice(this.head)
    this.head = 0
  }
}
