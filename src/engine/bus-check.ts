/** The bus's own audit: every identity that must hold, checked while it runs. */
import type { LaneDesk } from './lane-desk.js'
import type { RequestStats } from './request.js'
import type { SubscriptionStats } from './subscribe-options.js'
import type { Topic } from './topic.js'

/** An identity that does not hold. */
export interface Discrepancy {
  readonly where: string
  readonly what: string
}

export interface BusBooks {
  /** True where no event is under way. */
  readonly isAtRest: boolean
  readonly topics: Iterable<Topic>
  readonly subscriptions: readonly SubscriptionStats[]
  readonly lanes: LaneDesk
  readonly requests: RequestStats
}

/** @returns nothing where all is accounted for. */
export function checkBus(books: BusBooks): Discrepancy[] {
  return [
    ...[...books.topics].flatMap(topic => checkTopic(topic, books.isAtRest)),
    ...books.subscriptions.flatMap(checkSubscription),
    ...books.lanes.check().map(what => ({ where: 'lane', what })),
    ...checkRequests(books.requests),
  ]
}

/** Every event passed every slot; while one is under way its last slots are outstanding. */
function checkTopic(topic: Topic, isAtRest: boolean): Discrepancy[] {
  const outstanding = topic.owed - topic.reached
  if (outstanding === 0 || (outstanding > 0 && !isAtRest)) return []
  return [{ where: topic.type, what: `${topic.owed} deliveries were owed and ${topic.reached} were made` }]
}

function checkSubscription(stats: SubscriptionStats): Discrepancy[] {
  const { emitted, delivered, conflated, shed, failed, queued, inFlight } = stats
  const found = delivered + conflated + shed + failed + queued + inFlight
  const where = `${stats.componentId} on ${stats.eventType}`
  if (found !== emitted) return [{ where, what: `${emitted} events were owed and ${found} are accounted for` }]
  return delivered < 0 ? [{ where, what: `${delivered} deliveries` }] : []
}

function checkRequests(stats: RequestStats): Discrepancy[] {
  const { requests, replies, timeouts, rejected, cancelled, cycleRefused, pending } = stats
  const found = replies + timeouts + rejected + cancelled + cycleRefused + pending
  if (found === requests) return []
  return [{ where: 'requests', what: `${requests} were made and ${found} are accounted for` }]
}
