/** What a bus can be told when it is made, and the bounds it keeps when it is not. */
import { VirtualClock } from './clock.js'
import type { Pressure } from './lane-desk.js'
import type { LoadOptions } from './load.js'
import type { CallScope } from './call.js'
import { virtualTimers, type Timers } from './timers.js'

/** A handler threw, was rejected or missed its deadline. */
export interface HandlerFailure {
  readonly eventType: string
  readonly componentId: string
  readonly error: unknown
}

export interface BusOptions {
  /** What deadlines run on; the edge gives real ones. Without them `clock` fires them as frames move it. */
  readonly timers?: Timers
  /** Used where no timers are given; a clock that stands at 0 unless told. */
  readonly clock?: VirtualClock
  /** Runs work soon, but not now; lanes deliver in it. A microtask unless told. */
  readonly defer?: (work: () => void) => void
  /** Carries the current call through `await`; `AsyncLocalStorage` fits. */
  readonly scope?: CallScope
  readonly load?: LoadOptions
  readonly onFailure?: (failure: HandlerFailure) => void
  /** Pauses and resumes whoever feeds the bus. */
  readonly onPressure?: (pressure: Pressure) => void
  /** Events that may wait for the one under way; 100,000 unless told. */
  readonly maxQueued?: number
  /** How long a chain of events may grow out of one; 1,000 unless told. */
  readonly maxDepth?: number
  /** 65,536 unless told. */
  readonly maxTopics?: number
  /** 10,000 unless told. */
  readonly maxSubscriptions?: number
  /** Open requests; 10,000 unless told. */
  readonly maxPending?: number
}

type Optional = 'clock' | 'scope' | 'onFailure' | 'onPressure'
export type BusSettings = Required<Omit<BusOptions, Optional>> & Omit<Pick<BusOptions, Optional>, 'clock'>

export function resolveBusOptions(options: BusOptions): BusSettings {
  const { clock = new VirtualClock(), ...given } = options
  return {
    timers: virtualTimers(clock),
    defer: deferMicrotask,
    load: {},
    maxQueued: 100_000,
    maxDepth: 1_000,
    maxTopics: 65_536,
    maxSubscriptions: 10_000,
    maxPending: 10_000,
    ...given,
  }
}

function deferMicrotask(work: () => void): void {
  void Promise.resolve().then(work)
}
