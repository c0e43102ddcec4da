/** Gate's order books: two styles of deltas, pictures of the best levels, and the answer by REST. */
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, sequenceNumber } from '../../model/number.js'
import { asArray, asString, own, type Json, type JsonObject } from '../../wire/json.js'
import type { Place, SnapshotRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { epochMicros } from './epoch.js'
import { gateHead, type GateEntry } from './gate-events.js'
import { gateMarketOf } from './gate-names.js'
import { unexpected } from './unexpected.js'
import { ignored } from './wire-fields.js'

const REST = 'https://api.gateio.ws/api/v4'

/** The answer does not name its symbol, so the frame does: `{"result":…,"channel":"spot.order_book_update","event":"snapshot","generated":true,"symbol":"BTC_USDT"}`. */
export const gateSnapshotRequest: SnapshotRequest = {
  /** A pair of a future (`BTC/USDT:USDT`) is answered from the futures side; a bare symbol is a spot one. */
  url(symbol, base, pair = symbol) {
    const origin = base === null ? REST : `${restOrigin(base, REST)}/api/v4`
    const [, name = '', settle] = /^([^:]+)(?::([A-Z0-9]+))?/.exec(pair) ?? []
    const id = encodeURIComponent(name.replace('/', '_'))
    return gateMarketOf(pair) === 'spot' || settle === undefined
      ? `${origin}/spot/order_book?currency_pair=${id}&limit=100&with_id=true`
      : `${origin}/futures/${settle.toLowerCase()}/order_book?contract=${id}&limit=100&with_id=true`
  },
  wrap(symbol, body) {
    // Levels of spot are lists, of futures objects.
    const market = /"(?:asks|bids)"\s*:\s*\[\s*\{/.test(body) ? 'futures' : 'spot'
    const [name = ''] = symbol.split(':')
    const id = JSON.stringify(name.replace('/', '_'))
    return `{"result":${body.trim()},"channel":"${market}.order_book_update","event":"snapshot","generated":true,"symbol":${id}}`
  },
}

/**
 * `U <= applied + 1 <= u`. Where a message has no number (the legacy channel of futures, version 3) it is taken as it comes.
 * Spot and futures share names, not numbers: an answer for the one never fits the other.
 */
export function gatePlace(applied: BookUpdate, delta: BookUpdate): Place {
  if (applied.pair !== delta.pair) return 'gap'
  if (delta.first === null || delta.last === null) return 'next'
  if (applied.last === null) return 'gap'
  if (delta.last <= applied.last) return 'old'
  return delta.first <= applied.last + 1 ? 'next' : 'gap'
}

/** `order_book_update`: deltas to a book by REST; a full one (`full`) replaces it. */
export function decodeUpdate(entry: GateEntry): BookUpdate {
  return changesOf(own(entry.data, 's'), entry)
}

function changesOf(symbol: Json | undefined, { data, market, received }: GateEntry): BookUpdate {
  const last = sequenceNumber(own(data, 'u'), 'u')
  const first = own(data, 'U')
  return {
    ...unchained(gateHead(symbol, market)),
    kind: own(data, 'full') === true ? 'snapshot' : 'delta',
    first: first === undefined ? last : sequenceNumber(first, 'U'),
    last,
    bids: levelsOf(own(data, 'b')),
    asks: levelsOf(own(data, 'a')),
    time: epochMicros(own(data, 't'), 'ms', 't'),
    received,
  }
}

/** `obu`: the same fields, but the name is that of the stream, `ob.BTC_USDT.400`, and a full book comes first. */
export function decodeOrderBook(entry: GateEntry): BookUpdate {
  const stream = asString(own(entry.data, 's'), 's')
  const symbol = /^ob\.(.+)\.\d+$/.exec(stream)?.[1]
  if (symbol === undefined) throw unexpected('s', stream, 'symbol')
  return changesOf(symbol, entry)
}

/** The best levels of spot: a whole picture with the number of its last update. */
export function decodeLevels({ data, market, received }: GateEntry): BookUpdate {
  const last = sequenceNumber(own(data, 'lastUpdateId'), 'lastUpdateId')
  const head = gateHead(own(data, 's'), market)
  const time = epochMicros(own(data, 't'), 'ms', 't')
  return { ...unchained(head), kind: 'partial', first: last, last, ...sidesOf(data), time, received }
}

/** The best levels of futures, whole (`all`). Until 2021 it had neither time nor number and deltas (`update`) followed it. */
export function decodeAll({ data, market, sent, received }: GateEntry): Decoded {
  const [id, time] = [own(data, 'id'), own(data, 't')]
  if (time === 0) return ignored('empty book')
  const last = id === undefined ? null : sequenceNumber(id, 'id')
  return {
    ...unchained(gateHead(own(data, 'contract'), market)),
    kind: time === undefined ? 'snapshot' : 'partial',
    first: last,
    last,
    ...sidesOf(data),
    time: time === undefined ? sent : epochMicros(time, 'ms', 't'),
    received,
  }
}

/** Legacy changes: the sign of a size is its side; a size of 0 does not say which side it leaves, so it leaves both. */
export function decodeLegacyChanges(entries: readonly GateEntry[]): Decoded {
  const [entry] = entries
  if (entry === undefined) return ignored('no changes')
  const { market, sent, received } = entry
  const bids: Level[] = []
  const asks: Level[] = []
  for (const { data } of entries) {
    if (own(data, 'c') !== own(entry.data, 'c')) throw unexpected('c', own(data, 'c'))
    const price = exactPrice(own(data, 'p'), 'p')
    const signed = exactNumber(own(data, 's'), 's')
    if (signed >= 0) bids.push([price, signed])
    if (signed <= 0) asks.push([price, signed === 0 ? 0 : -signed])
  }
  const head = gateHead(own(entry.data, 'c'), market)
  return { ...unchained(head), kind: 'delta', first: null, last: null, bids, asks, time: sent, received }
}

/** The book by REST, of spot with times in milliseconds, of futures in seconds. */
export function decodeSnapshot(symbol: Json | undefined, { data, market, received }: GateEntry): BookUpdate {
  const head = gateHead(symbol, market)
  if (own(data, 'id') === undefined) throw unexpected('result', own(data, 'message') ?? data, 'shape')
  const last = sequenceNumber(own(data, 'id'), 'id')
  const update = own(data, 'update')
  const time = update === undefined ? received : epochMicros(update, market === 'spot' ? 'ms' : 's', 'update')
  return { ...unchained(head), kind: 'snapshot', first: last, last, ...sidesOf(data), time, received }
}

function unchained(head: ReturnType<typeof gateHead>) {
  return { type: 'bookUpdate', ...head, previous: null, checksum: null, texts: null } as const
}

function sidesOf(data: JsonObject): { bids: Level[]; asks: Level[] } {
  return { bids: levelsOf(own(data, 'bids')), asks: levelsOf(own(data, 'asks')) }
}

/** `[price, size]` or `{p, s}`; a side that did not change may be left out. */
function levelsOf(side: Json | undefined): Level[] {
  return asArray(side ?? [], 'levels').map(entry => {
    const [price, size] = Array.isArray(entry) ? entry : pairOf(entry)
    return [exactPrice(price, 'p'), exactSize(size, 's')]
  })
}

function pairOf(entry: Json): [Json | undefined, Json | undefined] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw unexpected('level', entry, 'shape')
  return [own(entry, 'p'), own(entry, 's')]
}
