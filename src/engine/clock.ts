/** QuantumTimeV4 · virtual time: a clock that only frames move, with timers that fire in due order. */
import type { Micros } from '../model/time.js'

/** What the core may know of time. */
export interface Clock {
  now(): Micros
}
