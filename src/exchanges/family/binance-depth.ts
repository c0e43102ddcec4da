/** Order books as Binance sends them: deltas, whole pictures of the top, and REST snapshots. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Level } from '../../model/event.js'
import { exactPrice, exactSize, sequenceNumber } from '../../model/number.js'
import { asArray, asString, type Json, type JsonObject } from '../../wire/json.js'
import { binanceTime, ignored, type FrameContext, type Reader } from './binance-fields.js'

/** `depthUpdate`: a delta, or the whole top of the book where the stream is a partial one (futures give both one shape). */
export const readDepth: Reader = (message, context) => {
  if (context.stream.includes('@rpiDepth')) return ignored('depth with retail price improvement orders')
  const previous = message['pu']
  return {
    ...bookHead(asString(message['s'], 's'), context),
    kind: /@depth\d/.test(context.stream) ? 'partial' : 'delta',
    first: sequenceNumber(message['U'], 'U'),
    last: sequenceNumber(message['u'], 'u'),
    previous: previous === undefined ? null : sequenceNumber(previous, 'pu'),
    checksum: null,
    bids: readLevels(message['b'], 'b'),
    asks: readLevels(message['a'], 'a'),
    texts: null,
    time: binanceTime(message['E'], 'E'),
    received: context.received,
  } satisfies BookUpdate
}

/** A picture of the book that names its last update: partial depth on spot, and REST snapshots everywhere. */
export const readPicture: Reader = (message, context) => {
  const last = sequenceNumber(message['lastUpdateId'], 'lastUpdateId')
  const time = message['E'] ?? message['T']
  return {
    ...bookHead(pictureSymbol(message, context), context),
    kind: /@depth\d/.test(context.stream) ? 'partial' : 'snapshot',
    first: last,
    last,
    previous: null,
    checksum: null,
    bids: readLevels(message['bids'], 'bids'),
    asks: readLevels(message['asks'], 'asks'),
    texts: null,
    time: time === undefined ? context.received : binanceTime(time, 'E'),
    received: context.received,
  } satisfies BookUpdate
}

function pictureSymbol(message: JsonObject, context: FrameContext): string {
  const named = message['symbol']
  if (named !== undefined) return asString(named, 'symbol')
  const at = context.stream.indexOf('@')
  if (at > 0) return context.stream.slice(0, at).toUpperCase()
  throw new DecodeError(
    'symbol',
    'a book without a stream name does not say of which symbol it is; use a combined stream',
  )
}

function bookHead(symbol: string, context: FrameContext): Pick<BookUpdate, 'type' | 'exchange' | 'symbol' | 'pair'> {
  return { type: 'bookUpdate', exchange: context.exchange, symbol, pair: context.pair(symbol) }
}

function readLevels(value: Json | undefined, field: string): Level[] {
  const rows = asArray(value, field)
  const levels: Level[] = []
  for (const row of rows) {
    if (!Array.isArray(row) || row.length < 2) throw new DecodeError('shape', `${field}: expected [price, size]`)
    levels.push([exactPrice(row[0], field), exactSize(row[1], field)])
  }
  return levels
}
