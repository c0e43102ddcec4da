/** Bybit's order books: a snapshot on the stream, then changes whose `u` steps by one within a topic. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import { sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asObject, own, type JsonObject } from '../../wire/json.js'
import type { BookRule, Place } from '../exchange.js'
import { bybitHead, type BybitCategory } from './bybit-symbol.js'
import { epochMicros } from './epoch.js'
import { ignored, orNull, readLevels } from './wire-fields.js'

/**
 * bybit-exchange.github.io/docs/v5/websocket/public/orderbook: a snapshot may come at any time and replaces the book;
 * `u` = 1 is the snapshot after a restart of the service. That `u` steps by one holds in every recording.
 */
export const bybitBook: BookRule = { snapshot: 'stream', depth: null, bridge: place, follow: place }

function place(previous: BookUpdate, delta: BookUpdate): Place {
  if (delta.last === null || previous.last === null || delta.last === previous.last + 1) return 'next'
  if (delta.last === 1) return 'reset'
  return delta.last === previous.last ? 'old' : 'gap'
}

/** The best levels of one connection's `orderbook.1` topics, of which some senders tell changes only. */
export class BybitBooks {
  private readonly best = new Map<string, { bid: Level | undefined; ask: Level | undefined }>()

  /** `orderbook.<depth>.<symbol>`. @throws DecodeError where a field is not as documented. */
  push(depth: string, message: JsonObject, category: BybitCategory | null, received: Micros, out: Decoded[]): void {
    const data = asObject(own(message, 'data'), 'data')
    if (depth === 'rpi' || depth === 'full') {
      out.push(ignored(`orderbook.${depth}`))
      return
    }
    if (!/^\d{1,4}$/.test(depth)) throw new DecodeError('unknown', `orderbook.${depth.slice(0, 20)}`)
    const update = bookUpdate(message, data, category, received)
    out.push(depth === '1' ? this.quote(update) : update)
  }

  private quote(update: BookUpdate): Decoded {
    const { exchange, symbol, pair, time, received } = update
    const before = update.kind === 'delta' ? this.best.get(symbol) : undefined
    const bid = bestOf(update.bids, before?.bid)
    const ask = bestOf(update.asks, before?.ask)
    if (this.best.size >= 10_000) this.best.clear()
    this.best.set(symbol, { bid, ask })
    if (!bid || !ask) return ignored('a quote with an empty side')
    return { type: 'quote', exchange, symbol, pair, bid: bid[0], bidSize: bid[1], ask: ask[0], askSize: ask[1], time, received } // prettier-ignore
  }
}

function bestOf(levels: readonly Level[], before: Level | undefined): Level | undefined {
  if (levels.length === 0) return before
  const standing = levels.find(([, size]) => size > 0)
  if (standing) return standing
  return levels.some(([price]) => price === before?.[0]) ? undefined : before
}

export function bookUpdate(
  message: JsonObject,
  data: JsonObject,
  category: BybitCategory | null,
  received: Micros,
): BookUpdate {
  const type = own(message, 'type')
  if (type !== 'snapshot' && type !== 'delta') throw new DecodeError('field', 'type: neither snapshot nor delta')
  const last = orNull(own(data, 'u'), value => sequenceNumber(value, 'u'))
  return {
    type: 'bookUpdate',
    ...bybitHead(own(data, 's'), category),
    kind: type === 'snapshot' || last === 1 ? 'snapshot' : 'delta',
    first: last,
    last,
    previous: null,
    checksum: null,
    bids: readLevels(own(data, 'b'), 'b'),
    asks: readLevels(own(data, 'a'), 'a'),
    texts: null,
    time: epochMicros(own(message, 'ts'), 'ms', 'ts'),
    received,
  }
}
