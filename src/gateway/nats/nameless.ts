/** What a collector says of the states that have neither number nor time: at which place it heard them, and how often at one moment. */
import { randomUUID } from 'node:crypto'
import { eventLine } from '../../model/event-line.js'
import type { MarketEvent } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { hearingText } from './aligned-copies.js'

interface Heard {
  place: number
  received: Micros
  /** The same thing said twice at one moment is said twice. */
  readonly times: Map<string, number>
}

const MOST_SUBJECTS = 10_000

export class NamelessEvents {
  private readonly collector = randomUUID()
  private readonly subjects = new Map<string, Heard>()

  /** @returns the header, and what to add to the id; null past the bound on subjects. */
  hear(event: MarketEvent, subject: string): { readonly hearing: string; readonly suffix: string } | null {
    let heard = this.subjects.get(subject)
    if (heard === undefined) {
      if (this.subjects.size >= MOST_SUBJECTS) return null
      this.subjects.set(subject, (heard = { place: 0, received: event.received, times: new Map() }))
    }
    if (heard.received !== event.received) {
      heard.received = event.received
      heard.times.clear()
    }
    const text = eventLine(event)
    const times = (heard.times.get(text) ?? 0) + 1
    heard.times.set(text, times)
    const hearing = hearingText({ collector: this.collector, place: ++heard.place })
    return { hearing, suffix: times === 1 ? '' : `#${times}` }
  }
}
