/** The wall clock of the command line. */
import type { Micros } from '../model/time.js'

export function nowMicros(): Micros {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}
