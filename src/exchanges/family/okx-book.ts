/** OKX's order book: a snapshot on the stream, then updates that each name the one before. */
import type { BookUpdate } from '../../model/event.js'
import { sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { own, type Json, type JsonObject } from '../../wire/json.js'
import type { BookRule, BookText, Place } from '../exchange.js'
import { signedCrc32 } from './crc32.js'
import type { OkxHead } from './okx-symbol.js'
import { orNull, readLevels, readTexts } from './wire-fields.js'

/**
 * okx.com/docs-v5, "Order book channel": `prevSeqId` of an update is the `seqId` before it. A message that only keeps the
 * stream alive repeats it; after maintenance `seqId` may begin again, and that message still names the last one.
 * Older messages carry no numbers and are proved by their checksum alone.
 */
export const okxBook: BookRule = { snapshot: 'stream', depth: null, bridge: place, follow: place, checksum }

function place(previous: BookUpdate, delta: BookUpdate): Place {
  if (delta.previous === null || previous.last === null || delta.previous === previous.last) return 'next'
  // Only the same message again is old: a smaller number can also be the first that is seen after a restart.
  return delta.last === previous.last && delta.previous === previous.previous ? 'old' : 'gap'
}

/** Signed CRC-32 of the 25 best levels, bid and ask in turn, `price:size` joined by colons; the longer side goes on alone. */
function checksum(book: BookText): number {
  const parts: string[] = []
  for (let index = 0; index < 25; index++) {
    const bid = book.bids[index]
    const ask = book.asks[index]
    if (bid) parts.push(bid[0], bid[1])
    if (ask) parts.push(ask[0], ask[1])
  }
  return signedCrc32(parts.join(':'))
}

/** @param kind as the channel and the action of the message say. @throws DecodeError where a field is not as documented. */
export function okxBookUpdate(
  item: JsonObject,
  head: OkxHead,
  kind: BookUpdate['kind'],
  time: Micros,
  received: Micros,
): BookUpdate {
  const bids = own(item, 'bids')
  const asks = own(item, 'asks')
  const sum = checksumOf(own(item, 'checksum'))
  const last = orNull(own(item, 'seqId'), value => sequenceNumber(value, 'seqId'))
  const previous = orNull(own(item, 'prevSeqId'), value => sequenceNumber(value, 'prevSeqId'))
  return {
    type: 'bookUpdate',
    ...head,
    kind,
    first: last,
    last,
    previous: previous === -1 ? null : previous,
    checksum: sum,
    bids: readLevels(bids, 'bids'),
    asks: readLevels(asks, 'asks'),
    texts: sum === null ? null : readTexts(bids, asks),
    time,
    received,
  }
}

/** Since 2025 the field is always 0 and proves nothing. */
function checksumOf(value: Json | undefined): number | null {
  const sum = orNull(value, found => sequenceNumber(found, 'checksum'))
  return sum === 0 ? null : sum
}
