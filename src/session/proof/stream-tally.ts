/** What each stream of a recording holds: events, first and last id, and how much of it is there. */
import { EXCHANGES } from '../../exchanges/registry.js'
import { placeOf, type MarketEvent } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import type { StreamNames } from '../stream-names.js'
import type { LossRow } from './loss-rows.js'

/** Keys in the order in which they are printed. */
export interface StreamCoverage {
  readonly type: 'stream'
  readonly exchange: string
  readonly stream: string
  readonly pair: string
  readonly events: number
  readonly first: Micros
  readonly last: Micros
  readonly firstId: string | null
  readonly lastId: string | null
  readonly gaps: number
  /** Ids known to be missing, less those that came later. */
  readonly missing: number
  /** Share of the stream that is there, from 0 to 1; null where nothing could prove it. */
  readonly coverage: number | null
  /** By what: the exchange's ids, or the time that the gaps took. */
  readonly by: 'ids' | 'time' | null
}

interface Tally {
  readonly exchange: string
  readonly stream: string
  readonly pair: string
  readonly isTrade: boolean
  /** Trades carry a count, which is not their id. */
  readonly hasOrdinals: boolean
  events: number
  readonly first: Micros
  last: Micros
  readonly firstId: string | null
  lastId: string | null
  /** Trades; copies are not published, so each id counts once. */
  ids: number
  lowest: number
  highest: number
}

const MOST = 100_000

export class StreamTally {
  readonly #tallies = new Map<string, Tally>()

  constructor(private readonly names: StreamNames) {}

  add(event: MarketEvent): void {
    const stream = event.type === 'trade' ? this.names.ofTrade(event) : this.names.of(event)
    const key = `${event.exchange}\n${stream}\n${event.pair}`
    const id = idOf(event)
    const tally = this.#tallies.get(key)
    if (tally !== undefined) {
      tally.events++
      tally.last = Math.max(tally.last, event.received)
      tally.lastId = id ?? tally.lastId
      if (id !== null) count(tally, event)
      return
    }
    if (this.#tallies.size >= MOST) return
    const { exchange, pair, received } = event
    const fresh: Tally = {
      exchange, stream, pair, isTrade: event.type === 'trade',
      hasOrdinals: event.type === 'trade' && event.ordinal !== undefined, events: 1, first: received, last: received, firstId: id, lastId: id,
      ids: 0, lowest: Infinity, highest: -Infinity,
    } // prettier-ignore
    if (id !== null) count(fresh, event)
    this.#tallies.set(key, fresh)
  }

  /**
   * @param losses all rows that are known of the recording.
   * @param isImported events that were read as such have passed no check of their ids; the ids themselves must tell.
   */
  coverage(losses: readonly LossRow[], isImported: boolean): StreamCoverage[] {
    return [...this.#tallies.values()].map(tally => {
      const { exchange, stream, pair, events, first, last, firstId, lastId } = tally
      const own = losses.filter(row => row.exchange === exchange && row.stream === stream)
      const told = own.reduce((sum, row) => sum + Math.max(0, (row.missing ?? 0) - row.backfilled), 0)
      const missing = isImported && isContiguous(tally) ? skipped(tally) : told
      const share = shareOf(tally, own, missing)
      return { type: 'stream', exchange, stream, pair, events, first, last, firstId, lastId, gaps: own.length, missing, ...share } // prettier-ignore
    })
  }
}

function idOf(event: MarketEvent): string | null {
  if (event.type === 'trade') return event.id
  return event.type === 'book' && event.sequence !== '' ? event.sequence : null
}

function shareOf(
  tally: Tally,
  losses: readonly LossRow[],
  missing: number,
): { readonly coverage: number | null; readonly by: 'ids' | 'time' | null } {
  if (isContiguous(tally)) return { coverage: tally.ids / (tally.ids + missing), by: 'ids' }
  // Nothing numbers this stream: that no hole was noticed proves nothing.
  if (losses.length === 0 && !isProvable(tally)) return { coverage: null, by: null }
  const span = tally.last - tally.first
  const away = losses.reduce((sum, row) => sum + ((row.end ?? tally.last) - (row.start ?? tally.last)), 0)
  return { coverage: span <= 0 ? 1 : Math.max(0, 1 - away / span), by: 'time' }
}

function count(tally: Tally, event: MarketEvent): void {
  tally.ids++
  const number = event.type === 'trade' ? placeOf(event) : Number(idOf(event))
  if (number < tally.lowest) tally.lowest = number
  if (number > tally.highest) tally.highest = number
}

/** Numbers between the lowest and the highest id that no trade has. */
function skipped({ ids, lowest, highest }: Tally): number {
  return Number.isSafeInteger(highest - lowest) ? Math.max(0, highest - lowest + 1 - ids) : 0
}

function isContiguous({ exchange, isTrade, hasOrdinals, ids }: Tally): boolean {
  const known = EXCHANGES.get(exchange)
  if (!isTrade || ids === 0 || known === undefined) return false
  return known.ordinals === undefined ? known.tradeIds === 'contiguous' : hasOrdinals
}

function isProvable({ exchange, stream, isTrade }: Tally): boolean {
  const known = EXCHANGES.get(exchange)
  if (known === undefined) return false
  const { channels, book } = known
  if (isTrade) return channels.trade?.loss === 'detectable'
  return book !== null && /@(?:book|depth)(?:@\d+ms|@1s)?$/i.test(stream) && channels.book?.loss === 'detectable'
}
