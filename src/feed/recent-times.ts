/** When the newest trades of each stream happened, by the exchange's clock: from there an archive that pages by time is asked. */
import { placeOf, type Trade } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'

/** Trades remembered of each stream: more than wait behind a hole until it is believed. */
const REMEMBERED = 256
const MOST_STREAMS = 10_000

interface Ring {
  readonly places: number[]
  readonly times: Micros[]
  next: number
}

export class RecentTimes {
  private readonly rings = new Map<string, Ring>()

  add(trade: Trade): void {
    const key = keyOf(trade.exchange, trade.pair, trade.aggregated === true)
    let ring = this.rings.get(key)
    if (ring === undefined) {
      if (this.rings.size >= MOST_STREAMS) return
      this.rings.set(key, (ring = { places: [], times: [], next: 0 }))
    }
    ring.places[ring.next] = placeOf(trade)
    ring.times[ring.next] = trade.time
    ring.next = (ring.next + 1) % REMEMBERED
  }

  /** When the last of the remembered trades before this place happened; null where there is none. */
  before(stream: Stream, place: number): Micros | null {
    return this.nearest(stream, known => place - known)
  }

  /** The same of the first one after it. */
  after(stream: Stream, place: number): Micros | null {
    return this.nearest(stream, known => known - place)
  }

  /** @param distance of a place from the one that is meant; only those above 0 count. */
  private nearest({ exchange, pair, channel }: Stream, distance: (known: number) => number): Micros | null {
    const ring = this.rings.get(keyOf(exchange, pair, channel === 'aggTrade'))
    let least = Number.POSITIVE_INFINITY
    let time: Micros | null = null
    for (const [index, known] of ring?.places.entries() ?? []) {
      const far = distance(known)
      if (far <= 0 || far >= least) continue
      least = far
      time = ring?.times[index] ?? null
    }
    return time
  }
}

function keyOf(exchange: string, pair: string, isAggregated: boolean): string {
  return `${exchange}\n${pair}\n${isAggregated ? 'aggTrade' : 'trade'}`
}
