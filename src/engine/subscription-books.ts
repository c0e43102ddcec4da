/** The subscribers of a bus, and the accounts of those that have left. */
import type { SubscriptionStats } from './subscribe-options.js'
import type { Subscription } from './subscription.js'

/** Accounts added up. `emitted = delivered + conflated + shed + failed` of subscribers that have left. */
export interface SubscriptionTotals {
  readonly subscriptions: number
  readonly emitted: number
  readonly delivered: number
  readonly conflated: number
  readonly shed: number
  readonly failed: number
}

const NOTHING: SubscriptionTotals = { subscriptions: 0, emitted: 0, delivered: 0, conflated: 0, shed: 0, failed: 0 }
const MOST_LEAVING = 1_024

export class SubscriptionBooks {
  readonly live = new Set<Subscription>()
  /** They left with an event under way or a call open, and their account may still change. */
  private readonly leaving = new Set<Subscription>()
  private totals = NOTHING

  open(subscription: Subscription): void {
    this.live.add(subscription)
  }

  close(subscription: Subscription): void {
    this.live.delete(subscription)
    this.leaving.add(subscription)
    if (this.leaving.size > MOST_LEAVING) this.settle()
  }

  /** Every account that is not yet part of {@link left}. */
  all(): Subscription[] {
    return [...this.live, ...this.leaving]
  }

  left(): SubscriptionTotals {
    this.settle()
    return this.totals
  }

  private settle(): void {
    for (const subscription of this.leaving) {
      if (subscription.isBusy) continue
      this.leaving.delete(subscription)
      this.totals = add(this.totals, subscription.stats())
    }
  }
}

function add(totals: SubscriptionTotals, stats: SubscriptionStats): SubscriptionTotals {
  return {
    subscriptions: totals.subscriptions + 1,
    emitted: totals.emitted + stats.emitted,
    delivered: totals.delivered + stats.delivered,
    conflated: totals.conflated + stats.conflated,
    shed: totals.shed + stats.shed,
    failed: totals.failed + stats.failed,
  }
}
