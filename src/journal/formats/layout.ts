/** Tells what a table holds from the names of its columns or, where it has none, from its first rows. */
import { derivativeTable, joinedQuoteTable, quoteTable } from './quote-table.js'
import { levelTable, snapshotTable } from './book-table.js'
import { type CandleColumns, candleTable } from './candle-table.js'
import { bareLayout } from './layout-bare.js'
import { type RowLayout, type TableContext, plainName } from './row.js'
import { HeadFinder } from './table-head.js'
import { tradeTable } from './trade-table.js'

/**
 * @param names the header, where the table has one.
 * @param rows the first rows, for what only values tell.
 * @returns undefined where it is no table that genesis knows.
 */
export function layoutFor(
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  context: TableContext,
): RowLayout | undefined {
  return names === undefined ? bareLayout(rows, context) : namedLayout(names, rows, context)
}

const TIME = [
  'timestamp', 'time', 'transacttime', 'transactiontime', 'datetime', 'unix', 'unixtime', 'timeseconds', 'timems', 'opentime',
  'opentimeinmillis', 'starttime', 'start', 'ts', 'date', '',
] // prettier-ignore
const RECEIVED = ['localtimestamp', 'receivedtimestamp', 'received']

type Find = (...candidates: readonly string[]) => number

function namedLayout(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  context: TableContext,
): RowLayout | undefined {
  const plain = names.map(plainName)
  const find: Find = (...candidates) => {
    for (const candidate of candidates) {
      const at = plain.indexOf(candidate)
      if (at >= 0) return at
    }
    return -1
  }
  const base = find('base')
  const symbol = find('symbol', 'instrument', 'pair', 'product', 'productid', 'market')
  const heads = new HeadFinder(
    context,
    find('exchange'),
    symbol >= 0 ? symbol : base,
    symbol >= 0 ? -1 : find('counter'),
  )
  const times = { time: find(...TIME), received: find(...RECEIVED) }
  if (times.time < 0) return undefined
  return (
    bookLayout(names, find, times, heads) ??
    quoteLayout(plain, find, times, heads) ??
    candleLayout(plain, find, heads, rows, context) ??
    tradeLayout(find, times, heads)
  )
}

interface Times {
  readonly time: number
  readonly received: number
}

function bookLayout(names: readonly string[], find: Find, times: Times, heads: HeadFinder): RowLayout | undefined {
  if (names.includes('asks[0].price')) return snapshotTable(names, times.time, times.received, heads)
  const level = { ...times, side: find('side'), price: find('price'), size: find('amount', 'qty', 'size') }
  if (find('issnapshot') >= 0 && level.side >= 0) {
    return levelTable('tardis incremental book', { ...level, snapshot: find('issnapshot'), sequence: -1 }, heads)
  }
  if (find('updatetype') < 0 || find('lastupdateid') < 0) return undefined
  return levelTable('Binance depth', { ...level, snapshot: find('updatetype'), sequence: find('lastupdateid') }, heads)
}

function quoteLayout(plain: readonly string[], find: Find, times: Times, heads: HeadFinder): RowLayout | undefined {
  if (find('fundingrate') >= 0) {
    return derivativeTable(
      {
        ...times,
        fundingRate: find('fundingrate'),
        nextFunding: find('fundingtimestamp'),
        markPrice: find('markprice'),
        openInterest: find('openinterest'),
      },
      heads,
    )
  }
  const joined = find('bidpricebidsize')
  if (joined >= 0) return joinedQuoteTable({ time: times.time, bid: joined, ask: find('askpriceasksize') }, heads)
  const columns = {
    // Binance Vision has both; the event time is when the message was made.
    time: find('eventtime', plain[times.time] ?? ''),
    received: times.received,
    bid: find('bidprice', 'bestbidprice', 'bid'),
    bidSize: find('bidamount', 'bestbidqty', 'bidsize', 'bidqty'),
    ask: find('askprice', 'bestaskprice', 'ask'),
    askSize: find('askamount', 'bestaskqty', 'asksize', 'askqty'),
  }
  const complete = columns.bid >= 0 && columns.ask >= 0 && columns.bidSize >= 0 && columns.askSize >= 0
  return complete ? quoteTable('quotes', columns, heads) : undefined
}

function candleLayout(
  plain: readonly string[],
  find: Find,
  heads: HeadFinder,
  rows: readonly (readonly string[])[],
  context: TableContext,
): RowLayout | undefined {
  const columns: CandleColumns = {
    start: find('opentime', 'opentimeinmillis', ...TIME),
    open: find('open', 'o'),
    high: find('high', 'h'),
    low: find('low', 'l'),
    close: find('close', 'c'),
    volume: plain.findIndex(name => name.startsWith('vol') || name === 'v'),
    length: find('sizeinmillis'),
  }
  if ([columns.open, columns.high, columns.low, columns.close].some(column => column < 0)) return undefined
  return candleTable('candles', columns, heads, rows, context)
}

function tradeLayout(find: Find, times: Times, heads: HeadFinder): RowLayout | undefined {
  const aggregateId = find('aggtradeid', 'aggregatetradeid')
  const columns = {
    ...times,
    id: find('id', 'tradeid', 'aggtradeid', 'aggregatetradeid', 'trdmatchid'),
    price: find('price', 'p'),
    size: find('size', 'qty', 'quantity', 'amount', 'volume', 'q'),
    side: find('side', 'takerside'),
    maker: find('isbuyermaker', 'buyermaker', 'm'),
    ...(aggregateId < 0 ? {} : { aggregated: true as const }),
  }
  return columns.price >= 0 && columns.size >= 0 ? tradeTable('trades', columns, heads) : undefined
}
