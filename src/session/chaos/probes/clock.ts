/** A day of timers, passed in one go: each fires at its own time and in its turn. */
import { VirtualClock, type Timer } from '../../../engine/clock.js'
import { Random } from '../../../engine/random.js'
import { MICROS_PER_DAY, MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../../model/time.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

const TIMERS = 10_000
const STEP: Micros = 10 * MICROS_PER_SECOND
const MOST_ELAPSED_MS = 5_000

export const clockProbe: Probe = {
  mechanism: 'clock',
  promise: 'timers fire in due order, time never runs back, and a day passes in seconds with the same result',
  run,
}

async function run(use: Use): Promise<Findings> {
  const begun = performance.now()
  const first = await passDay(use)
  const again = await passDay(use)
  return {
    measured: {
      timers: TIMERS,
      fired: first.fired,
      outOfOrder: first.outOfOrder,
      late: first.late,
      sameAgain: first.trace === again.trace,
      elapsedMs: Math.round(performance.now() - begun),
    },
    required: {
      fired: { equal: TIMERS },
      outOfOrder: { equal: 0 },
      late: { equal: 0 },
      sameAgain: { equal: true },
      elapsedMs: { atMost: MOST_ELAPSED_MS },
    },
  }
}

interface Day {
  readonly fired: number
  readonly outOfOrder: number
  readonly late: number
  readonly trace: string
}

async function passDay(use: Use): Promise<Day> {
  const clock = use === 'with' ? new VirtualClock() : new WallClock()
  const random = new Random('timers')
  const day = { fired: 0, outOfOrder: 0, late: 0, trace: '' }
  let last = 0
  for (let index = 0; index < TIMERS; index++) {
    const due = random.int(0, MICROS_PER_DAY)
    clock.schedule(due, () => {
      day.fired++
      if (due < last) day.outOfOrder++
      if (clock.now() !== due) day.late++
      if (day.fired % 97 === 0) day.trace += `${clock.now()} `
      last = due
    })
  }
  for (let time = 0; time <= MICROS_PER_DAY; time += STEP) {
    clock.advanceTo(time)
    // A step back, as a clock that was set gives it.
    clock.advanceTo(time - STEP / 2)
  }
  await new Promise(resolve => setTimeout(resolve, 10))
  if (clock instanceof WallClock) clock.stop()
  return day
}

/** Timers as the system has them: they wait for their share of the real day, whatever time it is in the run. */
class WallClock extends VirtualClock {
  private readonly handles: NodeJS.Timeout[] = []

  override schedule(due: Micros, fire: () => void): Timer {
    const delayMs = (due - this.now()) / MICROS_PER_MS
    this.handles.push(setTimeout(fire, delayMs))
    return super.schedule(due, () => undefined)
  }

  stop(): void {
    for (const handle of this.handles) clearTimeout(handle)
  }
}
