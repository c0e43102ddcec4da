/** Which data belongs to which event name, for the compiler. */
import type { Micros } from '../model/time.js'
import type { LoadState } from './load.js'

/** Any event name with any data: what a bus carries unless it is told more. */
export type LooseEvents = Record<string, unknown>

/** `*` hears everything; `order.*` hears every name that begins with `order.`. */
export type Pattern = '*' | `${string}.*`

/** What the bus says about itself; sent to subscribers like any other event, with the source `bus`. */
export interface BusEvents {
  suspended: Suspended
  load: LoadChange
}

/** A subscriber failed so often in a row that it is no longer called. */
export interface Suspended {
  readonly type: 'suspended'
  readonly eventType: string
  readonly componentId: string
  readonly failures: number
  /** The text of the last failure. */
  readonly reason: string
  readonly time: Micros
}

/** The bus began or ceased to spare the subscribers that may be shed. */
export interface LoadChange {
  readonly type: 'load'
  readonly state: LoadState
  readonly previous: LoadState
  readonly time: Micros
}

export type EventName<Events> = Extract<keyof Events | keyof BusEvents, string>

/** The data that arrives under a name or a pattern. */
export type DataOf<Events, Name extends string> = Name extends keyof Events
  ? Events[Name]
  : Name extends keyof BusEvents
    ? BusEvents[Name]
    : Name extends Pattern
      ? Events[keyof Events] | BusEvents[keyof BusEvents]
      : never

/** Called with the data, the event's name and whoever emitted it. A returned promise is awaited up to the deadline. */
export type Handler<Data = unknown> = (data: Data, eventType: string, source: string) => unknown

/** True where `pattern` (a name or a {@link Pattern}) covers `eventType`. */
export function matches(pattern: string, eventType: string): boolean {
  if (pattern === '*' || pattern === eventType) return true
  return pattern.endsWith('.*') && eventType.startsWith(pattern.slice(0, -1))
}
