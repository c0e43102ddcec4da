/** Several sources into one order: by time, at one time by the source's place, and in each source as it came. */
import type { Micros } from '../../model/time.js'

interface Lane<Item> {
  items: { readonly item: Item; readonly time: Micros }[]
  next: number
  /** Nothing earlier than this will come. */
  mark: Micros
}

/** Items that were given out and still lie in memory. */
const KEPT = 1_024

/**
 * The order depends on what came, never on when it came: an item passes only once every other source has something later or has
 * said that it will bring nothing earlier. A source whose clock runs back does not overtake itself.
 */
export class TimeMerge<Item> {
  readonly #lanes: Lane<Item>[]

  constructor(sources: number) {
    this.#lanes = Array.from({ length: sources }, () => ({ items: [], next: 0, mark: Number.NEGATIVE_INFINITY }))
  }

  add(source: number, item: Item, time: Micros): void {
    const lane = this.#lane(source)
    lane.mark = Math.max(lane.mark, time)
    lane.items.push({ item, time: lane.mark })
  }

  /** The source will bring nothing earlier than this. */
  mark(source: number, time: Micros): void {
    const lane = this.#lane(source)
    lane.mark = Math.max(lane.mark, time)
  }

  /** The source will bring nothing any more; what it brought is still given out. */
  close(source: number): void {
    this.#lane(source).mark = Number.POSITIVE_INFINITY
  }

  /** The source goes on after all, from this time on. */
  reopen(source: number, time: Micros): void {
    this.#lane(source).mark = time
  }

  /** @returns undefined where nothing is there, or where a source might still bring something earlier. */
  next(): Item | undefined {
    const first = this.#first()
    if (first === -1) return undefined
    for (let source = 0; source < this.#lanes.length; source++) if (this.#holdsUp(source, first)) return undefined
    return this.#take(this.#lane(first))
  }

  /** Sources that hold up what waits: empty ones that might still bring something earlier than the first of it. */
  behind(): number[] {
    const first = this.#first()
    return first === -1 ? [] : [...this.#lanes.keys()].filter(source => this.#holdsUp(source, first))
  }

  #holdsUp(source: number, first: number): boolean {
    const { items, next, mark } = this.#lane(source)
    if (source === first || next < items.length) return false
    const time = this.#timeOf(this.#lane(first))
    return mark < time || (mark === time && source < first)
  }

  #first(): number {
    let first = -1
    let earliest = Number.POSITIVE_INFINITY
    for (let source = 0; source < this.#lanes.length; source++) {
      const lane = this.#lane(source)
      if (lane.next === lane.items.length) continue
      const time = this.#timeOf(lane)
      if (first !== -1 && time >= earliest) continue
      first = source
      earliest = time
    }
    return first
  }

  #timeOf({ items, next }: Lane<Item>): Micros {
    return items[next]?.time ?? Number.POSITIVE_INFINITY
  }

  #take(lane: Lane<Item>): Item | undefined {
    const item = lane.items[lane.next++]?.item
    if (lane.next === lane.items.length || lane.next === KEPT) {
      lane.items = lane.items.slice(lane.next)
      lane.next = 0
    }
    return item
  }

  #lane(source: number): Lane<Item> {
    const lane = this.#lanes[source]
    if (lane === undefined) throw new RangeError(`no source ${source}`)
    return lane
  }
}
