/** Kraken's order book: the snapshot comes first, deltas carry no number, a checksum of the ten best levels proves them. */
import type { BookUpdate } from '../../model/event.js'
import type { BookRule, BookText, Place } from '../exchange.js'
import { crc32 } from './crc32.js'

/** The greatest depth, which genesis subscribes to. */
export const KRAKEN_DEPTH = 1_000

/**
 * docs.kraken.com, guides "Spot WebSockets (v2) book checksum": asks low to high, then bids high to low, ten of each;
 * price and size without the point and without leading zeros, one after the other; CRC-32 unsigned. The same in v1.
 */
export const krakenBook: BookRule = {
  snapshot: 'stream',
  depth: KRAKEN_DEPTH,
  bridge: follow,
  follow,
  checksum: (book: BookText) => crc32(digitsOf(book.asks) + digitsOf(book.bids)),
}

/** Only the futures feed numbers its updates; the others arrive in order or, by the checksum, not at all. */
function follow(previous: BookUpdate, delta: BookUpdate): Place {
  if (delta.last === null || previous.last === null) return 'next'
  if (delta.last === previous.last) return 'old'
  return delta.last === previous.last + 1 ? 'next' : 'gap'
}

function digitsOf(levels: BookText['bids']): string {
  let text = ''
  for (let index = 0; index < levels.length && index < 10; index++) {
    const level = levels[index]
    if (level !== undefined) text += digits(level[0]) + digits(level[1])
  }
  return text
}

function digits(decimal: string): string {
  return decimal.replace('.', '').replace(/^0+/, '')
}
