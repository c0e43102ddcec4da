/** How a subscriber can ask to be called, and how it is told that it fares. */

export const PRIORITIES = ['critical', 'high', 'normal', 'low', 'background'] as const
export type Priority = (typeof PRIORITIES)[number]

/** `direct`: called while the event is emitted; `queue`: own lane, every event; `latest`: own lane, newest of each state. */
export type Delivery = 'direct' | 'queue' | 'latest'

export interface SubscribeOptions<Data = unknown> {
  /** Who hears first; `normal` unless told. Equal priorities hear in the order of subscription. */
  readonly priority?: Priority
  /** Names the subscriber in statistics, failures and call chains. */
  readonly componentId?: string
  readonly delivery?: Delivery
  /** Never suspended and never shed. */
  readonly essential?: boolean
  /** May miss events under load, the sooner the lower its priority; each one is counted. */
  readonly sheddable?: boolean
  /** How long a returned promise is waited for; 5,000 ms unless told, Infinity for ever. */
  readonly deadlineMs?: number
  /** Promises of a direct subscriber that may be open at once; 65,536 unless told. */
  readonly maxInFlight?: number
  /** Events a lane holds; 65,536 unless told. */
  readonly capacity?: number
  /** `latest` only: the state that an event updates, undefined where it must arrive by itself. The product's rule unless told. */
  readonly key?: (data: Data) => string | undefined
  /** `latest` only: what remains of two updates of one state; the newer one unless told, of books the sum of both. */
  readonly merge?: (older: Data, newer: Data) => Data
  /** Lanes only: at least this long between two batches, so that a table draws ten times a second and not ten thousand. */
  readonly paceMs?: number
}

export interface SubscriptionStats {
  readonly eventType: string
  readonly componentId: string
  readonly priority: Priority
  readonly delivery: Delivery
  readonly state: SubscriptionState
  /** Events it was owed. While one is under way it counts as in flight. */
  readonly emitted: number
  readonly delivered: number
  readonly conflated: number
  readonly shed: number
  readonly failed: number
  readonly queued: number
  readonly inFlight: number
  /** Promises that settled after they had been given up. */
  readonly late: number
  /** Events it was not owed, for it was suspended or had left. */
  readonly missed: number
  readonly lastFailure: string | null
}

export type SubscriptionState = 'active' | 'suspended' | 'removed'

/** The same for data of any kind, as the bus keeps them. */
export type KeptOptions = Omit<SubscribeOptions, 'key' | 'merge'> & {
  readonly key?: (data: never) => string | undefined
  readonly merge?: (older: never, newer: never) => unknown
  readonly once?: true
}
