/** The bus beside eventemitter3 and a bare loop: one event with one argument past 1, 4 and 16 handlers. */
import { createHash } from 'node:crypto'
import { EventEmitter } from 'eventemitter3'
import { TranscendentalEventBus } from '../src/engine/bus.js'

export interface BusRow {
  readonly name: 'genesis' | 'eventemitter3' | 'bare loop'
  readonly handlers: number
  /** Events a second, the median of the rounds. */
  readonly opsPerSecond: number
  /** SHA-256 over what every handler summed up in every round; equal for equal work. */
  readonly digest: string
}

interface Tick {
  readonly price: number
  readonly size: number
}

interface Contender {
  readonly name: BusRow['name']
  readonly handlers: number
  readonly sums: Sum[]
  /** Emits `count` events. */
  readonly run: (count: number) => void
  readonly rates: number[]
}

interface Sum {
  events: number
  size: number
}

const HANDLERS = [1, 4, 16]
const EVENTS = 1_024
const WARM_UP = 5
const ROUNDS = 25

/** Rounds are interleaved, so that a disturbance of the machine meets all contenders. The bus isolates and counts throughout. */
// eslint-disable-next-line @typescript-eslint/require-await -- every bench of the harness is asynchronous
export async function benchBus(): Promise<BusRow[]> {
  const ticks = Array.from({ length: EVENTS }, (_, index) => ({ price: 97_000 + index, size: index % 17 }))
  const contenders = HANDLERS.flatMap(count => [
    openBus(count, ticks),
    openEmitter(count, ticks),
    openLoop(count, ticks),
  ])
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const contender of contenders) measure(contender, round >= WARM_UP)
  }
  return contenders.map(({ name, handlers, sums, rates }) => {
    const digest = createHash('sha256').update(JSON.stringify(sums)).digest('hex')
    return { name, handlers, opsPerSecond: Math.round(median(rates)), digest }
  })
}

function measure(contender: Contender, counts: boolean): void {
  const events = Math.ceil(1_200_000 / (contender.handlers + 3))
  const start = process.hrtime.bigint()
  contender.run(events)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  if (counts) contender.rates.push(events / seconds)
}

function openBus(count: number, ticks: readonly Tick[]): Contender {
  const bus = new TranscendentalEventBus<{ tick: Tick }>()
  const { sums, handlers } = consumers(count)
  for (const handler of handlers) bus.subscribe('tick', handler)
  bus.start()
  return { name: 'genesis', handlers: count, sums, run: loopOf("target.emit('tick', tick)", bus, ticks), rates: [] }
}

function openEmitter(count: number, ticks: readonly Tick[]): Contender {
  const emitter = new EventEmitter<{ tick: [Tick] }>()
  const { sums, handlers } = consumers(count)
  for (const handler of handlers) emitter.on('tick', handler)
  const run = loopOf("target.emit('tick', tick)", emitter, ticks)
  return { name: 'eventemitter3', handlers: count, sums, run, rates: [] }
}

function openLoop(count: number, ticks: readonly Tick[]): Contender {
  const { sums, handlers } = consumers(count)
  const run = loopOf('for (let at = 0; at < target.length; at++) target[at](tick)', handlers, ticks)
  return { name: 'bare loop', handlers: count, sums, run, rates: [] }
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
