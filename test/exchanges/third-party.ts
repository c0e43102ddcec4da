/** Compares a decoder with what two other projects' tests expect of the same messages, and replays recorded books by an adapter's rule. */
import { join } from 'node:path'
import type { Exchange } from '../../src/exchanges/exchange.js'
import { BookSync, type BookSyncResult, type BookSyncStats } from '../../src/market/book-sync.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { parseIsoMicros } from '../../src/model/time.js'
import { readShared, sharedLines } from '../support/shared.js'

const RECEIVED = 1_732_353_600_125_871

type Row = Readonly<Record<string, unknown>>

export interface TardisStep {
  readonly test: string
  readonly index: number
  /** What tardis-node's mappers make of it, only trades, liquidations and book changes, in one spelling. */
  readonly expected: readonly Row[]
  /** The same of genesis. */
  readonly actual: readonly Row[]
  readonly decoded: readonly Decoded[]
  readonly raw: Row
  /** All that tardis-node expects, as stored. */
  readonly rows: readonly Row[]
}

/** Every step of tardis-node's tests for an exchange, each test on one decoder. */
export function tardisSteps(exchange: Exchange, folder: string): TardisStep[] {
  const cases = JSON.parse(readShared('recorded/_expected/tardis-mappers.public.json').toString()) as {
    exchange: string
    test: string
    index: number
    message: Row
    localTimestamp: string
    expected: Row[]
  }[]
  const decoders = new Map<string, ReturnType<Exchange['decoder']>>()
  return cases
    .filter(step => step.exchange === folder)
    .map(step => {
      const decoder = decoders.get(step.test) ?? exchange.decoder()
      decoders.set(step.test, decoder)
      const decoded: Decoded[] = []
      decoder.decode(Buffer.from(JSON.stringify(step.message)), parseIsoMicros(step.localTimestamp) ?? 0, decoded)
      const { test, index, message: raw, expected: rows } = step
      const expected = rows.flatMap(ofTardis)
      return { test, index, expected, actual: decoded.flatMap(ofGenesis), decoded, raw, rows }
    })
}

function ofTardis(row: Row): Row[] {
  const { type, symbol, timestamp } = row
  const time = parseIsoMicros(String(timestamp))
  if (type === 'trade') return [{ type, symbol, id: row['id'], price: row['price'], size: row['amount'], side: row['side'], time }]
  if (type === 'liquidation') return [{ type, symbol, price: row['price'], size: row['amount'], side: row['side'], time }]
  if (type !== 'book_change') return []
  const levels = (side: unknown): unknown => (side as { price: number; amount: number }[]).map(l => [l.price, l.amount])
  return [{ type, symbol, snapshot: row['isSnapshot'], bids: levels(row['bids']), asks: levels(row['asks']), time }]
} // prettier-ignore

function ofGenesis(decoded: Decoded): Row[] {
  switch (decoded.type) {
    case 'trade': {
      const { type, symbol, id, price, size, side, time } = decoded
      return [{ type, symbol, id, price, size, side, time }]
    }
    case 'liquidation': {
      const { type, symbol, price, size, side, time } = decoded
      return [{ type, symbol, price, size, side, time }]
    }
    case 'bookUpdate': {
      const { symbol, kind, bids, asks, time } = decoded
      return [{ type: 'book_change', symbol, snapshot: kind !== 'delta', bids, asks, time }]
    }
    default:
      return []
  }
}

export interface Assertion {
  readonly test: string
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
}

/** The assertions of crypto-msg-parser's tests that speak of values as sent (not of converted quantities). */
export function cryptoMsgParserAssertions(exchange: Exchange, folder: string): Assertion[] {
  const cases = JSON.parse(readShared('recorded/_expected/crypto-msg-parser.public.json').toString()) as {
    exchange: string
    test: string
    raw: string
    asserted: string[]
  }[]
  return cases
    .filter(entry => entry.exchange === folder)
    .flatMap(({ test, raw, asserted }) => {
      const decoded: Decoded[] = []
      exchange.decoder().decode(Buffer.from(raw), RECEIVED, decoded)
      return asserted.flatMap(line => assertion(test, line, decoded))
    })
}

function assertion(test: string, line: string, decoded: readonly Decoded[]): Assertion[] {
  const comma = line.lastIndexOf(', ')
  const [left, right] = [line.slice(0, comma), line.slice(comma + 2)]
  const [path, literal] = /^[a-z_]+[.[]/.test(left) ? [left, right] : [right, left]
  const expected = valueOf(literal)
  const actual = lookUp(path, test.includes('spot'), decoded)
  return expected === undefined || actual === undefined ? [] : [{ test, path, expected, actual }]
}

function valueOf(literal: string): unknown {
  const inner = /^(?:Some\()?"?(-?[\d.]+)"?\)?$/.exec(literal)?.[1]
  if (inner !== undefined) return Number(inner)
  if (literal.startsWith('TradeSide::')) return literal.slice(11).toLowerCase()
  return undefined
}

/** What genesis says at a path of their structures; undefined for paths that convert or that genesis does not have. */
function lookUp(path: string, spot: boolean, decoded: readonly Decoded[]): unknown {
  const of = <T extends Decoded['type']>(type: T): Extract<Decoded, { type: T }>[] =>
    decoded.filter((entry): entry is Extract<Decoded, { type: T }> => entry.type === type)
  const size = spot ? 'quantity_base' : 'quantity_contract'
  const [, list, index = '0', field] = /^(trades?|orderbook\.(?:asks|bids))(?:\[(\d+)\])?\.([a-z_]+)/.exec(path) ?? []
  const book = of('bookUpdate')[0]
  if (list?.startsWith('trade')) {
    if (path === 'trades.len()') return of('trade').length
    const trade = of('trade')[Number(index)]
    return field === 'price' ? trade?.price : field === 'side' ? trade?.side : field === size ? trade?.size : undefined
  }
  if (list !== undefined && book) {
    const levels = list.endsWith('asks') ? book.asks : book.bids
    if (field === 'len') return levels.length
    return field === 'price' ? levels[Number(index)]?.[0] : field === size ? levels[Number(index)]?.[1] : undefined
  }
  const quote = of('quote')[0]
  const candle = of('candle').at(-1)
  const known: Readonly<Record<string, unknown>> = {
    'orderbook.timestamp': book && book.time / 1000,
    'orderbook.seq_id': book?.last,
    'bbo_msg.ask_price': quote?.ask,
    'bbo_msg.bid_price': quote?.bid,
    'bbo_msg.timestamp': quote && quote.time / 1000,
    [`bbo_msg.ask_${size}`]: quote?.askSize,
    [`bbo_msg.bid_${size}`]: quote?.bidSize,
    'candlestick_msg.open': candle?.open,
    'candlestick_msg.high': candle?.high,
    'candlestick_msg.low': candle?.low,
    'candlestick_msg.close': candle?.close,
  }
  return Object.hasOwn(known, path) ? known[path] : undefined
}

export interface ReplayedBook {
  readonly stats: BookSyncStats
  readonly statuses: readonly string[]
  /** Best levels at the end. */
  readonly bid: number | undefined
  readonly ask: number | undefined
}

/** Runs a recorded session, with its REST answers in the place where they came, through the synchroniser; by symbol. */
export function replayBooks(exchange: Exchange, folder: string, session: string): Map<string, ReplayedBook> {
  const { book: rule } = exchange
  if (!rule) throw new Error(`${exchange.name} has no book rule`)
  const syncs = new Map<string, { sync: BookSync; statuses: string[] }>()
  const decoder = exchange.decoder()
  for (const frame of sessionFrames(exchange, folder, session)) {
    const decoded: Decoded[] = []
    decoder.decode(Buffer.from(frame.text), frame.at, decoded)
    for (const update of decoded.filter((entry): entry is BookUpdate => entry.type === 'bookUpdate')) {
      const { symbol, pair } = update
      const entry = syncs.get(symbol) ?? {
        sync: new BookSync({ exchange: exchange.name, symbol, pair, stream: `${symbol}@book` }, rule),
        statuses: [],
      }
      syncs.set(symbol, entry)
      const out: BookSyncResult[] = []
      entry.sync.apply(update, out)
      for (const result of out) if (result.type === 'status') entry.statuses.push(`${result.state}: ${result.detail}`)
    }
  }
  return new Map(
    [...syncs].map(([symbol, { sync, statuses }]) => {
      const { bids, asks } = sync.book
      return [symbol, { stats: sync.stats(), statuses, bid: bids.top()[0]?.[0], ask: asks.top()[0]?.[0] }]
    }),
  )
}

/** The frames of a session in order of arrival, REST answers wrapped by the adapter. */
function sessionFrames(exchange: Exchange, folder: string, session: string): { at: number; text: string }[] {
  const file = (kind: string): string => join('recorded', folder, `${kind}.${session}.jsonl.gz`)
  const times = sharedLines(file('_session').replace('.jsonl', '.meta.jsonl'))
  const frames = sharedLines(file('_session')).map((text, index) => ({ at: microsOf(times[index] ?? '{}'), text }))
  const { request } = exchange.book ?? {}
  if (!request) return frames
  const answers = sharedLines(file('_rest')).map(line => {
    const { url, body_text: body } = JSON.parse(line) as { url: string; body_text: string }
    const symbol = /[?&](?:symbol|currency_pair|contract)=([^&]+)/.exec(url)?.[1] ?? ''
    return { at: microsOf(line), text: request.wrap(symbol, body) }
  })
  return [...frames, ...answers].sort((left, right) => left.at - right.at)
}

function microsOf(line: string): number {
  const { ts = '0' } = JSON.parse(line) as { ts?: string }
  return Math.round(Number(ts) * 1e6)
}
