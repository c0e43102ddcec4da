/** Fields that the layouts of several exchanges declare alike. */
import type { Level } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { list, price, size, text, type Field } from '../../wire/field.js'

/** What every event of an instrument begins with. */
export interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** The head behind a symbol; texts that `headOf` throws at are left to the general way. */
export function head(path: string, headOf: (symbol: string) => Head): Field<Head> {
  return text(path, known(headOf))
}

/** Undefined where the function throws. */
export function known<T>(read: (text: string) => T): (text: string) => T | undefined {
  return text => {
    try {
      return read(text)
    } catch {
      return undefined
    }
  }
}

/** `[price, size]` or `{p, s}`: the entries that hold the two are named. */
export function levels(path: string, priceAt = '0', sizeAt = '1'): Field<Level[]> {
  return list(
    path,
    () => [] as Level[],
    [price(priceAt), size(sizeAt)],
    (levels, price, size) => levels.push([price, size]),
  )
}

/** Events of a list that stand for one row each. */
export interface Gathered<Event> {
  readonly received: Micros
  readonly events: Event[]
  /** False where a row needs the general way. */
  sound: boolean
}

export function gather<Event>(received: Micros): Gathered<Event> {
  return { received, events: [], sound: true }
}

/** Appends the events if there are any and all rows were sound. */
export function pushGathered<Event>({ events, sound }: Gathered<Event>, out: Event[]): boolean {
  if (!sound || events.length === 0) return false
  for (const event of events) out.push(event)
  return true
}

/** 2009-01-01, as in `epochMicros`. */
const EARLIEST: Micros = 1_230_768_000_000_000

/** Milliseconds as `epochMicros` reads them; NaN where it would refuse. */
export function millis(count: number): Micros {
  return micros(count * 1000)
}

export function micros(time: number): Micros {
  return time >= EARLIEST && time <= Number.MAX_SAFE_INTEGER ? time : NaN
}
