/** The bus beside other emitters and a bare loop: one event with one argument past 1, 4 and 16 handlers. */
import { EventEmitter } from 'eventemitter3'
import { EventEmitter as TseepEmitter } from 'tseep'
import { TranscendentalEventBus } from '../src/engine/bus.js'
import type { Bench, Contender } from './bench.js'
import { Digest } from './harness.js'

interface Tick {
  readonly price: number
  readonly size: number
}

interface Sum {
  events: number
  size: number
}

const EVENTS = 1_024

export const busBench: Bench = {
  name: 'bus',
  about: 'Synchronous emit; the bus isolates errors, keeps priorities and counts throughout, which no other here does.',
  cases: () =>
    [1, 4, 16].map(count => ({
      name: `${count} ${count === 1 ? 'handler' : 'handlers'}`,
      unit: 'events',
      open: () => contenders(count),
      targets: { eventemitter3: 2 },
    })),
}

function contenders(count: number): Contender[] {
  const bus = new TranscendentalEventBus<{ tick: Tick }>()
  const emitter = new EventEmitter<{ tick: [Tick] }>()
  const tseep = new TseepEmitter<{ tick: (tick: Tick) => void }>()
  const handlers: ((tick: Tick) => void)[] = []
  const emit = "target.emit('tick', tick)"
  const made = [
    contender('genesis', count, emit, bus, handler => bus.subscribe('tick', handler)),
    contender('eventemitter3', count, emit, emitter, handler => emitter.on('tick', handler)),
    contender('tseep', count, emit, tseep, handler => tseep.on('tick', handler)),
    contender('bare loop', count, 'for (let at = 0; at < target.length; at++) target[at](tick)', handlers, handler =>
      handlers.push(handler),
    ),
  ]
  bus.start()
  return made
}

function contender(
  name: string,
  count: number,
  statement: string,
  target: unknown,
  subscribe: (handler: (tick: Tick) => void) => unknown,
): Contender {
  const { sums, handlers } = consumers(count)
  for (const handler of handlers) subscribe(handler)
  const ticks = Array.from({ length: EVENTS }, (_, index) => ({ price: 97_000 + index, size: index % 17 }))
  const run = loopOf(statement, target, ticks)
  const events = Math.ceil(1_200_000 / (count + 3))
  return {
    name,
    run: () => {
      run(events)
      return events
    },
    // All contenders run equally often, so that the sums of the handlers must agree.
    digest: () => {
      run(events)
      const digest = new Digest()
      digest.add(sums)
      return digest.hex()
    },
  }
}

let serial = 0

/** A loop of its own for each case: shared ones would share their type feedback, and each case would slow the next. */
function loopOf(statement: string, target: unknown, ticks: readonly Tick[]): (events: number) => void {
  const text = `return function loop${serial++}(events) {
  for (let index = 0; index < events; index++) { const tick = ticks[index & ${EVENTS - 1}]; ${statement} }
}`
  return written(text, { target, ticks }) as (events: number) => void
}

/** Sixteen different functions, as in a real program: closures of one text would be inlined as one. */
function consumers(count: number): { sums: Sum[]; handlers: ((tick: Tick) => void)[] } {
  const sums = Array.from({ length: count }, () => ({ events: 0, size: 0 }))
  const handlers = sums.map((sum, index) => {
    const text = `return function consumer${serial++}(tick) { sum.events += ${index + 1}; sum.size += tick.size }`
    return written(text, { sum }) as (tick: Tick) => void
  })
  return { sums, handlers }
}

function written(text: string, names: Readonly<Record<string, unknown>>): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- texts of this file only
  const make = new Function(...Object.keys(names), text) as (...values: unknown[]) => unknown
  return make(...Object.values(names))
}
