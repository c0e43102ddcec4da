/** Tables without a header, told by what their first rows hold. */
import { UsageError } from '../../model/errors.js'
import { MICROS_PER_MS, parseIsoMicros } from '../../model/time.js'
import type { JournalItem } from '../item.js'
import { type CandleColumns, candleTable } from './candle-table.js'
import { readTime } from './cell.js'
import { quoteTable } from './quote-table.js'
import type { RowLayout, TableContext } from './row.js'
import { HeadFinder } from './table-head.js'
import { type TradeColumns, tradeTable } from './trade-table.js'

type Rows = readonly (readonly string[])[]

/** What a column holds in every one of the first rows: `t` time, `i` integer, `n` number, `b` true/false, `s` buy/sell, `w` word, `-` nothing. */
export function columnKinds(rows: Rows): string {
  const width = rows[0]?.length ?? 0
  let kinds = ''
  for (let column = 0; column < width; column++) kinds += columnKind(rows.map(row => (row[column] ?? '').trim()))
  return kinds
}

function columnKind(cells: readonly string[]): string {
  const all = (test: (cell: string) => boolean): boolean => cells.every(test)
  if (all(cell => cell === '')) return '-'
  if (all(cell => /^(?:true|false)$/i.test(cell))) return 'b'
  if (all(cell => /^(?:buy|sell)$/i.test(cell))) return 's'
  // Ten digits and more, or written out: a count of that size in every row is a time.
  if (all(cell => /^\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?$/.test(cell) && recent(cell))) return 't'
  if (all(cell => !/^[\d.]+$/.test(cell) && readTime(cell) !== undefined)) return 't'
  if (all(cell => /^\d+$/.test(cell))) return 'i'
  if (all(cell => /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell))) return 'n'
  return 'w'
}

const EARLIEST = parseIsoMicros('2009-01-01T00:00:00') ?? 0
const LATEST = parseIsoMicros('2100-01-01T00:00:00') ?? 0

function recent(cell: string): boolean {
  const time = readTime(cell)
  return time !== undefined && time >= EARLIEST && time < LATEST
}

const NO: TradeColumns = { time: -1, received: -1, id: -1, price: -1, size: -1, side: -1, maker: -1 }

/** Kinds of columns, in order, with `#` for any number; what the table is; where its columns are. */
const TRADES: readonly (readonly [RegExp, string, Partial<TradeColumns>])[] = [
  [/^[it][#][#][#]tbb?$/, 'Binance Vision trades', { id: 0, price: 1, size: 2, time: 4, maker: 5 }],
  [
    /^[it][#][#][it][it]tbb?$/,
    'Binance Vision aggTrades',
    { id: 0, price: 1, size: 2, time: 5, maker: 6, aggregated: true },
  ],
  [/^t[itw#][-w]s[#][#][#]$/, 'ccxt trades', { time: 0, id: 1, side: 3, price: 4, size: 5 }],
  [/^t[#][#][sw]$/, 'trades', { time: 0, price: 1, size: 2, side: 3 }],
  [/^t[#][#]$/, 'trades', { time: 0, price: 1, size: 2 }],
]

export function bareLayout(rows: Rows, context: TableContext): RowLayout | undefined {
  const kinds = columnKinds(rows)
  const shape = kinds.replace(/n/g, '#')
  const heads = new HeadFinder(context, -1, -1)
  for (const [pattern, name, columns] of TRADES) {
    if (matchesLoosely(pattern, shape)) return tradeTable(name, { ...NO, ...columns }, heads)
  }
  if (/^[it]#{4}tt$/.test(loose(shape, 1, 5))) {
    return quoteTable(
      'Binance Vision bookTicker',
      { time: 6, received: -1, bid: 1, bidSize: 2, ask: 3, askSize: 4 },
      heads,
    )
  }
  if (/^[ti]#{10}$/.test(loose(shape, 1, 11))) return leanQuotes(rows, context, heads)
  return candles(rows, shape, context, heads)
}

/** An integer may stand wherever the table's kind asks for a number. */
function matchesLoosely(pattern: RegExp, shape: string): boolean {
  return pattern.test(shape) || pattern.test(shape.replace(/(?<=.)i/g, '#')) || pattern.test(numbersAt(shape))
}

/** Prices and sizes in second and third place count as numbers even where all of them happen to be whole. */
function numbersAt(shape: string): string {
  return loose(shape, 1, 3)
}

function loose(shape: string, from: number, to: number): string {
  return shape.slice(0, from) + shape.slice(from, to).replace(/[it]/g, '#') + shape.slice(to)
}

/** Where open, high, low, close and volume stand after the time. */
const ORDERS: readonly (readonly [string, Omit<CandleColumns, 'start' | 'length'>])[] = [
  ['candles', { open: 1, high: 2, low: 3, close: 4, volume: 5 }],
  ['Coinbase candles', { low: 1, high: 2, open: 3, close: 4, volume: 5 }],
  ['candles, volume first', { volume: 1, open: 2, high: 3, low: 4, close: 5 }],
  ['candles, open and close first', { open: 1, close: 2, high: 3, low: 4, volume: 5 }],
]

function candles(rows: Rows, shape: string, context: TableContext, heads: HeadFinder): RowLayout | undefined {
  const isKlines = /^t#{5}t/.test(loose(shape, 1, 6))
  if (!isKlines && !/^[ti]#{4,5}$/.test(loose(shape, 1, 6))) return undefined
  const [name, order] = bestOrder(rows) ?? []
  if (name === undefined || order === undefined) return undefined
  const volume = order.volume < (rows[0]?.length ?? 0) ? order.volume : -1
  const columns = { start: 0, length: -1, ...order, volume }
  const table = (of: Rows): RowLayout =>
    candleTable(isKlines ? 'Binance Vision klines' : name, columns, heads, of, context)
  return shape.startsWith('t') ? table(rows) : sinceMidnight(table, rows, context)
}

/** The order that most of the first rows bear out, if a good part do: some archives hold rows that are no candle in any order. */
function bestOrder(rows: Rows): (typeof ORDERS)[number] | undefined {
  let best: (typeof ORDERS)[number] | undefined
  let most = rows.length * 0.4
  for (const candidate of ORDERS) {
    const borneOut = rows.filter(row => isCandle(row, candidate[1])).length
    if (borneOut > most) [best, most] = [candidate, borneOut]
  }
  return best
}

function isCandle(row: readonly string[], order: Omit<CandleColumns, 'start' | 'length'>): boolean {
  const open = Number(row[order.open])
  const high = Number(row[order.high])
  const low = Number(row[order.low])
  const close = Number(row[order.close])
  return high >= Math.max(open, close) && low <= Math.min(open, close)
}

/** LEAN: milliseconds since midnight, the day in the file's name. */
function sinceMidnight(table: (rows: Rows) => RowLayout, rows: Rows, context: TableContext): RowLayout {
  const day = dayOf(context)
  const dated = (row: readonly string[]): string[] => [
    String((day + Number(row[0]) * MICROS_PER_MS) / 1000),
    ...row.slice(1),
  ]
  const inner = table(rows.map(dated))
  return { ...inner, row: (cells: readonly string[], out: JournalItem[]) => inner.row(dated(cells), out) }
}

function leanQuotes(rows: Rows, context: TableContext, heads: HeadFinder): RowLayout {
  // A bar of the bid and one of the ask; at its end stood the two closes with their last sizes.
  const columns = { time: 0, received: -1, bid: 4, bidSize: 5, ask: 9, askSize: 10 }
  const steps = rows.slice(1).map((row, at) => Number(row[0]) - Number(rows[at]?.[0]))
  const step = Math.min(...steps.filter(length => length > 0), 86_400_000)
  const table = (): RowLayout => quoteTable('LEAN quote bars', columns, heads)
  const ended = (row: readonly string[]): string[] => [String(Number(row[0]) + step), ...row.slice(1)]
  const inner = sinceMidnight(table, rows, context)
  return { ...inner, row: (cells: readonly string[], out: JournalItem[]) => inner.row(ended(cells), out) }
}

function dayOf(context: TableContext): number {
  const [, year = '', month = '', day = ''] = /(?:^|\D)(20\d\d)-?(\d\d)-?(\d\d)(?:\D|$)/.exec(context.name) ?? []
  const time = parseIsoMicros(`${year}-${month}-${day}T00:00:00`)
  if (time !== undefined) return time
  throw new UsageError('day_unknown', `${context.path}: counts from midnight, but its name says no day`, {
    hint: 'give it a name with its day: 20240131_trade.csv',
  })
}
