/** Run to completion: one event at a time in one order for all, and what an event causes waits behind it. */
import { EventQueue } from './event-queue.js'
import type { Runner } from './runner.js'
import type { Topic } from './topic.js'
import { TopicTable, type TopicBounds } from './topic-table.js'

/** `running`: an event is under way and has had no consequences yet; `busy`: others wait behind it, or promises are open. */
const IDLE = 0
const RUNNING = 1
const BUSY = 2
const HELD = 3
const STOPPED = 4

export interface OrderBounds extends TopicBounds {
  readonly maxQueued: number
  readonly maxDepth: number
}

/** The part of the bus through which every event goes. */
export abstract class EventOrder {
  protected readonly table: TopicTable
  /** Events that were not taken in, or given up at the end. */
  protected refused = 0
  private phase: number = HELD
  private readonly queue: EventQueue
  /** Market data comes in runs of one kind, so the runner of the last event is most often that of the next. */
  private lastType = ''
  private lastRunner: Runner
  /** Stands in where there is no last event; its name, the empty one, nobody can subscribe to. */
  private readonly nameless: Topic
  /** How many events led to the one under way. */
  private depth = 0
  /** Promises of handlers that the emitter may wait for. */
  private joined: Promise<void>[] = []

  constructor(bounds: OrderBounds) {
    this.table = new TopicTable(bounds, () => this.forgetLast())
    this.queue = new EventQueue(bounds.maxQueued, bounds.maxDepth)
    this.nameless = this.table.of('')
    this.lastRunner = this.nameless.runner
  }

  /** Called whenever nothing is under way any more. */
  protected abstract atRest(): void

  protected get state(): 'held' | 'running' | 'stopped' {
    return this.phase === HELD ? 'held' : this.phase === STOPPED ? 'stopped' : 'running'
  }

  protected get isUnderWay(): boolean {
    return this.phase === RUNNING || this.phase === BUSY
  }

  protected get waiting(): number {
    return this.queue.size
  }

  /** The hot path: nothing is allocated on it, and nothing but what it calls can make it wait. */
  protected deliver(eventType: string, data: unknown, source: string): void | Promise<void> {
    if (this.phase !== IDLE) {
      this.deliverLater(eventType, data, source)
      return
    }
    if (eventType !== this.lastType) this.turnTo(eventType)
    this.phase = RUNNING
    this.lastRunner.run(data, source)
    if (this.phase !== RUNNING) return this.finish()
    this.phase = IDLE
  }

  /** Lets events through, those that waited first. */
  protected open(): void {
    this.phase = BUSY
    void this.finish()
  }

  /** Lets nothing through any more. @returns how many events were still waiting. */
  protected close(): number {
    const waiting = this.queue.clear()
    this.refused += waiting
    this.phase = STOPPED
    return waiting
  }

  /** Adds to what the emitter of the event under way may wait for. */
  protected join(promise: Promise<void>): void {
    this.joined.push(promise)
    if (this.phase === RUNNING) this.phase = BUSY
  }

  /** Around a lane's handler, so that what it emits waits for its return as everywhere. */
  protected enter(): boolean {
    if (this.phase !== IDLE) return false
    this.phase = RUNNING
    return true
  }

  protected leave(): void {
    if (this.phase === RUNNING) this.phase = IDLE
    else void this.finish()
  }

  private deliverLater(eventType: string, data: unknown, source: string): void {
    if (this.phase === STOPPED) {
      this.refused++
      return
    }
    try {
      const depth = this.phase === HELD ? 0 : this.depth + 1
      this.queue.push({ topic: this.table.of(eventType), data, source, depth })
    } catch (error) {
      this.refused++
      throw error
    }
    if (this.phase === RUNNING) this.phase = BUSY
  }

  /** Delivers what the event under way has caused, and what that has caused. */
  private finish(): void | Promise<void> {
    if (this.phase === STOPPED) return
    for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift()) {
      this.depth = event.depth
      event.topic.runner.run(event.data, event.source)
    }
    this.depth = 0
    this.phase = IDLE
    const { joined } = this
    if (joined.length > 0) this.joined = []
    this.atRest()
    if (joined.length > 0) return Promise.all(joined).then(() => undefined)
  }

  private turnTo(eventType: string): void {
    this.lastRunner = this.table.of(eventType).runner
    this.lastType = eventType
  }

  private forgetLast(): void {
    this.lastType = ''
    this.lastRunner = this.nameless.runner
  }
}
