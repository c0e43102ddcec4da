/** The components of a trial: one that must hear everything, and around it those that throw, reject, hang, give up and dawdle. */
import type { SubscriptionStats } from '../../engine/subscribe-options.js'
import type { Trade } from '../../model/event.js'
import type { Session } from '../session.js'

/** What the one that must hear everything has heard. */
export interface Witness {
  /** Trades by symbol: how many, and how many of them were not the direct successor of the one before. */
  readonly trades: ReadonlyMap<string, { readonly count: number; readonly jumps: number }>
  readonly quotes: number
}

const THROWS_EVERY = 10
const REJECTS_EVERY = 100
const HANGS_EVERY = 1_000
const HANG_DEADLINE_MS = 200
const DAWDLE_MS = 25

/** Subscribes them all. @returns what the witness hears, as it hears it. */
export function admitCrowd(session: Session): Witness {
  admitTroublemakers(session)
  const trades = new Map<string, { count: number; jumps: number; last: number }>()
  const witness = { trades, quotes: 0 }
  const hear = ({ symbol, id }: Trade): void => {
    const number = Number(id)
    const known = trades.get(symbol)
    if (known === undefined) {
      trades.set(symbol, { count: 1, jumps: 0, last: number })
      return
    }
    known.count++
    if (number !== known.last + 1) known.jumps++
    known.last = number
  }
  session.bus.subscribe('trade', hear, { componentId: 'witness', priority: 'low', essential: true })
  session.bus.subscribe('quote', () => witness.quotes++, { componentId: 'witness', priority: 'low', essential: true })
  return witness
}

function admitTroublemakers({ bus }: Session): void {
  let heard = 0
  bus.subscribe(
    'trade',
    () => {
      if (++heard % THROWS_EVERY === 0) throw new Error('this component fails every tenth time')
    },
    { componentId: 'failing', priority: 'high' },
  )
  bus.subscribe('trade', () => refuse(), { componentId: 'hopeless', priority: 'high' })
  bus.subscribe(
    'trade',
    ({ id }) => (Number(id) % REJECTS_EVERY === 0 ? Promise.reject(new Error('rejected')) : undefined),
    { componentId: 'rejecting', priority: 'high' },
  )
  bus.subscribe('trade', ({ id }) => (Number(id) % HANGS_EVERY === 0 ? new Promise(() => undefined) : undefined), {
    componentId: 'hanging',
    priority: 'high',
    deadlineMs: HANG_DEADLINE_MS,
  })
  bus.subscribe('quote', () => new Promise(resolve => setTimeout(resolve, DAWDLE_MS)), {
    componentId: 'dawdling',
    delivery: 'latest',
  })
}

function refuse(): never {
  throw new Error('this component always fails')
}

export interface CrowdAccount {
  /** Failures of those that were meant to fail. */
  readonly failures: number
  readonly suspended: number
  /** Updates that the slow one did not need to see one by one. */
  readonly conflated: number
  /** Events that the witness was owed and did not get. */
  readonly witnessMissed: number
  /** Failures of components that were not meant to fail. */
  readonly bystanderFailures: number
}

const TROUBLEMAKERS = new Set(['failing', 'hopeless', 'rejecting', 'hanging', 'dawdling'])

export function crowdAccount(session: Session): CrowdAccount {
  const { subscriptions } = session.bus.stats()
  const isTroublemaker = ({ componentId }: SubscriptionStats): boolean => TROUBLEMAKERS.has(componentId)
  const others = subscriptions.filter(subscription => !isTroublemaker(subscription))
  const witness = subscriptions.filter(({ componentId }) => componentId === 'witness')
  return {
    failures: sum(subscriptions.filter(isTroublemaker), 'failed'),
    suspended: subscriptions.filter(({ state }) => state === 'suspended').length,
    conflated: sum(subscriptions, 'conflated'),
    witnessMissed: sum(witness, 'emitted') - sum(witness, 'delivered'),
    bystanderFailures: sum(others, 'failed'),
  }
}

function sum(
  subscriptions: readonly SubscriptionStats[],
  key: 'emitted' | 'delivered' | 'failed' | 'conflated',
): number {
  return subscriptions.reduce((total, subscription) => total + subscription[key], 0)
}
