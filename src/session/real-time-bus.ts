/** The event bus for programs that live in real time: deadlines run on the wall clock, call chains survive an await. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { TranscendentalEventBus as EngineBus } from '../engine/bus.js'
import type { BusOptions } from '../engine/bus-options.js'
import type { LooseEvents } from '../engine/event-map.js'

/**
 * `new TranscendentalEventBus()` as the library exports it. Inside genesis the engine's own bus runs on the virtual clock, so that
 * a replay repeats it; a program of its own has no frames to move a clock.
 */
export class TranscendentalEventBus<Events extends object = LooseEvents> extends EngineBus<Events> {
  constructor(options: BusOptions = {}) {
    super({
      timers: {
        now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
        schedule: (afterMs, fire) => {
          const timer = setTimeout(fire, Math.min(afterMs, LONGEST_MS))
          return () => clearTimeout(timer)
        },
      },
      scope: new AsyncLocalStorage(),
      defer: run => void setImmediate(run),
      ...options,
    })
  }
}

/** Longest delay that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1
