/** All topics of a bus and all its subscribers, each subscriber in every topic that its pattern covers. */
import { GenesisError, UsageError } from '../model/errors.js'
import { matches } from './event-map.js'
import { SubscriptionBooks } from './subscription-books.js'
import type { Subscription } from './subscription.js'
import { Topic } from './topic.js'

export interface TopicBounds {
  readonly maxTopics: number
  readonly maxSubscriptions: number
}

export class TopicTable {
  readonly books = new SubscriptionBooks()
  private readonly topics = new Map<string, Topic>()

  constructor(
    private readonly bounds: TopicBounds,
    private readonly changed: () => void,
  ) {}

  get size(): number {
    return this.topics.size
  }

  [Symbol.iterator](): IterableIterator<Topic> {
    return this.topics.values()
  }

  /** The topic of this name, made if need be. @throws GenesisError `bus_topics` past the bound. */
  of(eventType: string): Topic {
    const known = this.topics.get(eventType)
    if (known !== undefined) return known
    if (this.topics.size >= this.bounds.maxTopics) {
      throw new GenesisError('bus_topics', `more than ${this.bounds.maxTopics} event types`)
    }
    const topic = new Topic(eventType, this.changed)
    this.topics.set(eventType, topic)
    for (const subscription of this.books.live) if (matches(subscription.eventType, eventType)) topic.add(subscription)
    return topic
  }

  /** @throws UsageError for an empty name, GenesisError past the bounds. */
  makeRoom(eventType: string): void {
    if (eventType === '') throw new UsageError('bus_event_type', 'an event type cannot be empty')
    if (this.books.live.size >= this.bounds.maxSubscriptions) {
      throw new GenesisError('bus_subscribers', `more than ${this.bounds.maxSubscriptions} subscribers`)
    }
    if (!eventType.endsWith('*')) this.of(eventType)
  }

  add(subscription: Subscription): void {
    this.books.open(subscription)
    for (const topic of this.topics.values()) if (matches(subscription.eventType, topic.type)) topic.add(subscription)
  }

  remove(subscription: Subscription): void {
    this.books.close(subscription)
    for (const { topic } of subscription.entries) topic.remove(subscription)
  }

  find(eventType: string, handler: unknown): Subscription[] {
    return [...this.books.live].filter(each => each.eventType === eventType && each.handler === handler)
  }

  /** Asks the subscribers that may be shed anew how they want to be called. */
  refreshSheddable(): void {
    for (const topic of this.topics.values()) {
      if (topic.subscriptions.some(subscription => subscription.sheddable)) topic.refresh()
    }
  }

  /** Events emitted in all. */
  get emitted(): number {
    let emitted = 0
    for (const topic of this.topics.values()) emitted += topic.emitted
    return emitted
  }

  get isBusy(): boolean {
    for (const subscription of this.books.live) if (subscription.isBusy) return true
    return false
  }

  /** Counts what waits in lanes as failed. @returns how many events that were. */
  abandon(): number {
    let abandoned = 0
    for (const subscription of this.books.live) abandoned += subscription.abandon()
    return abandoned
  }
}
