/** A market that brings twice what all consumers together can take, and then less: lag stays bounded, and in the end everybody is served again. */
import { TranscendentalEventBus } from '../../../engine/bus.js'
import { Backpressure } from '../../../feed/backpressure.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

/** What an event costs each consumer, in microseconds. */
const ESSENTIAL_COST = 50
const SHEDDABLE_COST = 150
/** Microseconds between events: under overload, and afterwards. */
const OVERLOAD_EVERY = 100
const CALM_EVERY = 1_000
const OVERLOAD_MICROS = 4_000_000
const CALM_MICROS = 8_000_000
const LOOK_EVERY_MICROS = 50_000
const MOST_LAG_MS = 500

export const backpressureProbe: Probe = {
  mechanism: 'backpressure',
  promise: 'lag stays bounded under overload and recovers, and only what was declared sheddable is shed',
  run,
}

function run(use: Use): Findings {
  const bus = new TranscendentalEventBus<{ event: number }>()
  const controller = use === 'with' ? new Backpressure() : null
  let work = 0
  const essential = bus.subscribe('event', () => void (work += ESSENTIAL_COST), { essential: true })
  const table = bus.subscribe('event', () => void (work += SHEDDABLE_COST), { sheddable: true, priority: 'low' })
  bus.start()
  const found = { worstLagMs: 0, lastLagMs: 0, decisions: 0 }
  let freeAt = 0
  let lookAt = 0
  for (let now = 0; now < OVERLOAD_MICROS + CALM_MICROS; now += now < OVERLOAD_MICROS ? OVERLOAD_EVERY : CALM_EVERY) {
    const begins = Math.max(now, freeAt)
    found.lastLagMs = (begins - now) / 1_000
    found.worstLagMs = Math.max(found.worstLagMs, found.lastLagMs)
    if (begins >= lookAt) {
      lookAt = begins + LOOK_EVERY_MICROS
      const decision = controller?.observe(found.lastLagMs, begins / 1_000) ?? null
      if (decision !== null) {
        found.decisions++
        bus.setLoad(decision.state)
      }
    }
    work = 0
    void bus.emit('event', now)
    freeAt = begins + work
  }
  return {
    measured: { ...found, essentialMissed: essential.stats().emitted - essential.stats().delivered, shed: table.stats().shed, load: bus.load },
    required: { worstLagMs: { atMost: MOST_LAG_MS }, lastLagMs: { atMost: 1 }, essentialMissed: { equal: 0 }, load: { equal: 'normal' } },
  } // prettier-ignore
}
