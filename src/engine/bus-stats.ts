/** What a bus tells of itself. */
import type { Pressure } from './lane-desk.js'
import type { LoadState } from './load.js'
import type { RequestStats } from './request.js'
import type { SubscriptionStats } from './subscribe-options.js'
import type { SubscriptionTotals } from './subscription-books.js'

export interface BusStats {
  readonly state: 'held' | 'running' | 'stopped'
  readonly emitted: number
  /** Behind the event under way. */
  readonly waiting: number
  /** Emitted after the stop, or beyond the bounds of the queue, or given up at the stop. */
  readonly refused: number
  readonly suspensions: number
  /** Times that `onFailure` or `onPressure` threw. */
  readonly observerFailures: number
  readonly topics: number
  readonly load: LoadState
  readonly pressure: Pressure
  readonly subscriptions: readonly SubscriptionStats[]
  /** The accounts of subscribers that have left, added up. */
  readonly left: SubscriptionTotals
  readonly requests: RequestStats
}
