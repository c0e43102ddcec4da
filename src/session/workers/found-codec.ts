/** What a decoder found in a frame, into a pack and out again: numbers for what comes by the thousand, objects for the rest. */
import type { DecodeCode } from '../../model/errors.js'
import type { BookUpdate, Decoded, Level, Quote, Side, Trade } from '../../model/event.js'
import type { PackReader, PackWriter } from './pack.js'

/** The decoder refused the frame, and why. */
export interface Refusal {
  readonly code: DecodeCode
  readonly message: string
}

/** null where nobody looked into the frame, for it is too large. */
export type Finding = readonly Decoded[] | Refusal | null

const REFUSED = -1
const UNREAD = -2

const TRADE = 0
const QUOTE = 1
const BOOK = 2
const OTHER = 3

const SIDES: readonly Side[] = ['buy', 'sell', 'unknown']
const KINDS: readonly BookUpdate['kind'][] = ['snapshot', 'delta', 'partial']

export function writeFinding(finding: Finding, pack: PackWriter): void {
  if (finding === null) pack.number(UNREAD)
  else if ('code' in finding) {
    pack.number(REFUSED)
    pack.text(finding.code)
    pack.text(finding.message)
  } else {
    pack.number(finding.length)
    for (const item of finding) write(item, pack)
  }
}

export function readFinding(pack: PackReader): Finding {
  const count = pack.number()
  if (count === UNREAD) return null
  if (count === REFUSED) return { code: pack.text() as DecodeCode, message: pack.text() }
  const found: Decoded[] = []
  for (let index = 0; index < count; index++) found.push(read(pack))
  return found
}

function write(item: Decoded, pack: PackWriter): void {
  switch (item.type) {
    case 'trade':
      // Exchanges that count their trades beside the ids are few.
      if ('ordinal' in item) writeWhole(item, pack)
      else {
        pack.number(TRADE)
        writeTrade(item, pack)
      }
      break
    case 'quote':
      pack.number(QUOTE)
      writeQuote(item, pack)
      break
    case 'bookUpdate':
      // Books whose checksum needs their digits as sent travel whole.
      if (item.texts !== null) writeWhole(item, pack)
      else {
        pack.number(BOOK)
        writeBook(item, pack)
      }
      break
    default:
      writeWhole(item, pack)
  }
}

function writeWhole(item: Decoded, pack: PackWriter): void {
  pack.number(OTHER)
  pack.object(item)
}

function read(pack: PackReader): Decoded {
  switch (pack.number()) {
    case TRADE:
      return readTrade(pack)
    case QUOTE:
      return readQuote(pack)
    case BOOK:
      return readBook(pack)
    default:
      return pack.object() as Decoded
  }
}

function writeHead(item: Trade | Quote | BookUpdate, pack: PackWriter): void {
  pack.name(item.exchange)
  pack.name(item.symbol)
  pack.name(item.pair)
  pack.number(item.time)
  pack.number(item.received)
}

const AGGREGATED = 1
const FETCHED = 2
const COUNTED = 4

function writeTrade(trade: Trade, pack: PackWriter): void {
  writeHead(trade, pack)
  pack.text(trade.id)
  pack.number(trade.price)
  pack.number(trade.size)
  pack.number(SIDES.indexOf(trade.side))
  const { aggregated, fetched, ordinal } = trade
  pack.number(
    (aggregated === true ? AGGREGATED : 0) | (fetched === true ? FETCHED : 0) | (ordinal === undefined ? 0 : COUNTED),
  )
  if (ordinal !== undefined) pack.number(ordinal)
}

function readTrade(pack: PackReader): Trade {
  const [exchange, symbol, pair, time, received] = [pack.text(), pack.text(), pack.text(), pack.number(), pack.number()]
  const [id, price, size] = [pack.text(), pack.number(), pack.number()]
  const side = SIDES[pack.number()] ?? 'unknown'
  const notes = pack.number()
  const trade: Trade = { type: 'trade', exchange, symbol, pair, id, price, size, side, time, received }
  if (notes === 0) return trade
  return {
    ...trade,
    ...((notes & AGGREGATED) === 0 ? {} : { aggregated: true }),
    ...((notes & FETCHED) === 0 ? {} : { fetched: true }),
    ...((notes & COUNTED) === 0 ? {} : { ordinal: pack.number() }),
  }
}

function writeQuote(quote: Quote, pack: PackWriter): void {
  writeHead(quote, pack)
  pack.number(quote.bid)
  pack.number(quote.bidSize)
  pack.number(quote.ask)
  pack.number(quote.askSize)
}

function readQuote(pack: PackReader): Quote {
  const [exchange, symbol, pair, time, received] = [pack.text(), pack.text(), pack.text(), pack.number(), pack.number()]
  const [bid, bidSize, ask, askSize] = [pack.number(), pack.number(), pack.number(), pack.number()]
  return { type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received }
}

function writeBook(update: BookUpdate, pack: PackWriter): void {
  writeHead(update, pack)
  pack.number(KINDS.indexOf(update.kind))
  for (const value of [update.first, update.last, update.previous, update.checksum]) pack.number(value ?? NaN)
  for (const levels of [update.bids, update.asks]) {
    pack.number(levels.length)
    for (const [price, size] of levels) {
      pack.number(price)
      pack.number(size)
    }
  }
}

function readBook(pack: PackReader): BookUpdate {
  const [exchange, symbol, pair, time, received] = [pack.text(), pack.text(), pack.text(), pack.number(), pack.number()]
  const kind = KINDS[pack.number()] ?? 'delta'
  const [first, last, previous, checksum] = [orNull(pack), orNull(pack), orNull(pack), orNull(pack)]
  const [bids, asks] = [readLevels(pack), readLevels(pack)]
  return {
    type: 'bookUpdate',
    exchange,
    symbol,
    pair,
    kind,
    first,
    last,
    previous,
    checksum,
    bids,
    asks,
    texts: null,
    time,
    received,
  }
}

/** An id or a checksum is never NaN. */
function orNull(pack: PackReader): number | null {
  const value = pack.number()
  return Number.isNaN(value) ? null : value
}

function readLevels(pack: PackReader): Level[] {
  const count = pack.number()
  const levels: Level[] = []
  for (let index = 0; index < count; index++) levels.push([pack.number(), pack.number()])
  return levels
}
