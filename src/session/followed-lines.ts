/** Of events that carry no number, copies cannot be told: where several lines bring the same stream one of them is followed. */
import type { BookUpdate, MarketEvent } from '../model/event.js'
import { MICROS_PER_MS, type Micros } from '../model/time.js'

export interface FollowedLane {
  readonly exchange: string
  readonly type: (MarketEvent | BookUpdate)['type']
  /** Length of a candle, depth of a picture of the book: what tells apart streams of one type; null where there is one. */
  readonly interval: string | null
  line: number
  /** When the followed line brought its last event. */
  heard: Micros
}

/** A followed line that is silent for this long while another brings events is followed no more. */
const SILENT_AFTER: Micros = 500 * MICROS_PER_MS

export class FollowedLines {
  /** Events of lines that were not followed. */
  copies = 0
  readonly #lanes = new Map<string, FollowedLane[]>()

  /** Whether this event goes on; a copy that another line has brought, or will bring, does not. */
  follows(event: MarketEvent | BookUpdate, line: number): boolean {
    const lane = this.#lane(event, line)
    if (lane.line !== line && event.received - lane.heard < SILENT_AFTER) {
      this.copies++
      return false
    }
    lane.line = line
    lane.heard = event.received
    return true
  }

  /** The line is gone: whichever line brings the next event is followed. */
  release(exchange: string, line: number): void {
    for (const lanes of this.#lanes.values()) {
      for (const lane of lanes) {
        if (lane.line === line && lane.exchange === exchange) lane.heard = Number.NEGATIVE_INFINITY
      }
    }
  }

  /** Which lines are followed, as data. */
  remember(): readonly [pair: string, lanes: readonly FollowedLane[]][] {
    return [...this.#lanes].map(([pair, lanes]) => [pair, lanes.map(lane => ({ ...lane }))])
  }

  /** Goes on where another session stood. */
  takeOver(lanes: readonly [pair: string, lanes: readonly FollowedLane[]][]): void {
    for (const [pair, followed] of lanes) this.#lanes.set(pair, [...followed])
  }

  #lane(event: MarketEvent | BookUpdate, line: number): FollowedLane {
    let lanes = this.#lanes.get(event.pair)
    if (lanes === undefined) this.#lanes.set(event.pair, (lanes = []))
    const { exchange, type } = event
    const interval = intervalOf(event)
    for (const lane of lanes) {
      if (lane.type === type && lane.exchange === exchange && lane.interval === interval) return lane
    }
    const lane: FollowedLane = { exchange, type, interval, line, heard: event.received }
    lanes.push(lane)
    return lane
  }
}

/** Depths in which complete pictures come. One of a market with fewer orders passes for a shallower one. */
const DEPTHS = [5, 10, 20]

function intervalOf(event: MarketEvent | BookUpdate): string | null {
  if (event.type === 'candle') return event.interval
  if (event.type !== 'bookUpdate') return null
  const levels = Math.max(event.bids.length, event.asks.length)
  return `book${String(DEPTHS.find(depth => levels <= depth) ?? '')}`
}
