/** Copies of what carries neither a number nor a time of the exchange, told apart by their place in the order that each collector heard. */
import { eventLine } from '../../model/event-line.js'
import type { FeedEvent, MarketEvent } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { isNameless, withoutHearing } from './subject.js'

/** Who heard an event, and how many of its stream that one had heard up to it. */
export interface Hearing {
  readonly collector: string
  readonly place: number
}

/** As a header carries it. */
export function hearingText({ collector, place }: Hearing): string {
  return `${collector} ${place}`
}

/** @returns null where the text is no hearing. */
export function parseHearing(text: string): Hearing | null {
  const match = /^([0-9a-f-]{36}) (\d{1,15})$/.exec(text)
  return match === null ? null : { collector: match[1] ?? '', place: Number(match[2]) }
}

interface Told {
  /** What was said and when it was first heard, in order, the latest at the end. */
  said: { readonly text: string; readonly received: Micros }[]
  /** How many were said before the first of these. */
  before: number
  /** Up to where each collector has come: behind how many of all that was said, and with which place of its own. */
  readonly reached: Map<string, { readonly said: number; readonly place: number }>
}

/** States of one stream that are remembered: a collector that lags further behind is taken for a new one. */
const REMEMBERED = 512
const MOST_STREAMS = 10_000
/** Two collectors hear one message, by their own clocks, within this time of each other. */
const APART: Micros = 2_000_000

/**
 * All collectors hear an exchange say the same things in the same order. What one of them brings is a copy if it was said already
 * behind the place that this collector has reached, and not long ago; else it is new, though it may repeat something older.
 */
export class AlignedCopies {
  private readonly streams = new Map<string, Told>()

  /** @param hearing null where it is not known; such events all pass. */
  isCopy(event: FeedEvent, hearing: Hearing | null): boolean {
    if (hearing === null || !isNameless(event)) return false
    const told = this.told(event)
    if (told === undefined) return false
    const text = eventLine(withoutHearing(event))
    const found = placeOf(told, text, event.received, beginOf(told, hearing) - told.before)
    if (found < 0) {
      told.said.push({ text, received: event.received })
      if (told.said.length >= 2 * REMEMBERED) {
        told.before += told.said.length - REMEMBERED
        told.said = told.said.slice(-REMEMBERED)
      }
    }
    const said = told.before + (found < 0 ? told.said.length : found + 1)
    told.reached.set(hearing.collector, { said, place: hearing.place })
    return found >= 0
  }

  private told(event: MarketEvent): Told | undefined {
    const interval = event.type === 'candle' ? event.interval : ''
    const key = [event.type, event.exchange, event.symbol, event.pair, interval].join('\n')
    let told = this.streams.get(key)
    if (told === undefined && this.streams.size < MOST_STREAMS) {
      this.streams.set(key, (told = { said: [], before: 0, reached: new Map() }))
    }
    return told
  }
}

/** Behind what it has heard already. What of that never came was dropped by the broker as a copy, so it was said. */
function beginOf({ reached }: Told, { collector, place }: Hearing): number {
  const known = reached.get(collector) ?? { said: 0, place: 0 }
  return known.said + Math.max(0, place - known.place - 1)
}

/** @returns -1 where it was not said, or long ago. */
function placeOf({ said }: Told, text: string, received: Micros, from: number): number {
  for (let index = Math.max(0, from); index < said.length; index++) {
    const one = said[index]
    if (one !== undefined && one.text === text && Math.abs(one.received - received) <= APART) return index
  }
  return -1
}
