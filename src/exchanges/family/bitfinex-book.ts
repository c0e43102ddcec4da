/** Bitfinex' order book: aggregated levels, placed by the number of messages on the connection, proved by a checksum. */
import { DecodeError } from '../../model/errors.js'
import type { BookUpdate, Level } from '../../model/event.js'
import { exactNumberWithExponent, exactPrice, sequenceNumber } from '../../model/number.js'
import { asArray, asString, type Json } from '../../wire/json.js'
import type { BookRule, BookText, Place } from '../exchange.js'
import { signedCrc32 } from './crc32.js'

/**
 * docs.bitfinex.com, "WS Checksum": signed CRC-32 of the 25 best levels, bid and ask in turn, `price:amount` joined by
 * colons in the digits as sent; the amount of an ask is negative.
 */
export const bitfinexBook: BookRule = { snapshot: 'stream', depth: null, bridge: place, follow: place, checksum }

function place(previous: BookUpdate, delta: BookUpdate): Place {
  if (delta.last === null || delta.previous === null || previous.last === null) return 'next'
  if (delta.last === previous.last) return 'old'
  return delta.previous === previous.last ? 'next' : 'gap'
}

function checksum(book: BookText): number {
  const parts: string[] = []
  for (let index = 0; index < 25; index++) {
    const bid = book.bids[index]
    const ask = book.asks[index]
    if (bid) parts.push(bid[0], bid[1])
    if (ask) parts.push(ask[0], `-${ask[1]}`)
  }
  return signedCrc32(parts.join(':'))
}

/** Levels of both sides with their digits. */
export interface BitfinexLevels {
  readonly bids: Level[]
  readonly asks: Level[]
  readonly texts: { readonly bids: [string, string][]; readonly asks: [string, string][] }
}

/** Entries `[price, count, amount]`: count 0 removes, a positive amount is a bid. @throws DecodeError. */
export function bitfinexLevels(entries: readonly Json[]): BitfinexLevels {
  const levels: BitfinexLevels = { bids: [], asks: [], texts: { bids: [], asks: [] } }
  for (const value of entries) {
    const entry = asArray(value, 'level')
    const price = asString(entry[0], 'price')
    const amount = asString(entry[2], 'amount')
    const size = exactNumberWithExponent(amount, 'amount')
    if (size === 0) throw new DecodeError('number', 'amount: 0 is on neither side')
    const count = sequenceNumber(entry[1], 'count')
    const side = size > 0 ? 'bids' : 'asks'
    levels[side].push([exactPrice(exactNumberWithExponent(price, 'price'), 'price'), count === 0 ? 0 : Math.abs(size)])
    levels.texts[side].push([price, count === 0 ? '0' : amount.replace('-', '')])
  }
  return levels
}

/**
 * The number that every message of a connection carries, heartbeats too (flag SEQ_ALL). A book follows its own last message
 * as long as none was missed on the whole connection since: the missing one may have been the book's.
 */
export class ConnectionSequence {
  private last: number | null = null
  private unbrokenFrom = 0

  see(sequence: number): void {
    if (this.last !== null && sequence > this.last + 1) this.unbrokenFrom = sequence
    if (this.last === null || sequence > this.last) this.last = sequence
  }

  /** Which message an update follows, given the last one of its channel. */
  before(sequence: number, channelLast: number | undefined): number | null {
    if (channelLast === undefined) return null
    return channelLast >= this.unbrokenFrom || sequence <= channelLast ? channelLast : this.unbrokenFrom - 1
  }
}
