/** Real files of other programs, read as events, against an independent reading of the same files. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FeedEvent } from '../../src/model/event.js'
import { hasShared, readShared, sharedDirectory, sharedLines } from '../support/shared.js'
import { readAll } from './support.js'

const folder = 'recorded/_csv'

async function eventsOf(name: string): Promise<FeedEvent[]> {
  const { items, reader } = await readAll(join(sharedDirectory, folder, name), { symbol: 'BTC/USDT' })
  const { bytes, bytesOf, corruptions, torn, items: count } = reader.report()
  expect(corruptions).toEqual([])
  expect(torn).toBeUndefined()
  expect(Object.values({ ...bytesOf }).reduce((a, b) => a + b, 0)).toBe(bytes)
  expect(count).toBe(items.length)
  return items.flatMap(item => (item.kind === 'event' ? [item.event] : []))
}

/** The first entry of an archive, by its local header (APPNOTE 4.3.7), sizes from the central directory. */
function unzip(bytes: Buffer): Buffer {
  const central = bytes.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'))
  const data = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)
  return inflateRawSync(bytes.subarray(data, data + bytes.readUInt32LE(central + 20)), { maxOutputLength: 1 << 24 })
}

/** Rows of a plain CSV, split in the most naive way. */
function rowsOf(name: string, headerLines: number): string[][] {
  const text = name.endsWith('.zip')
    ? unzip(readFileSync(join(sharedDirectory, folder, name))).toString()
    : readShared(join(folder, name)).toString()
  return text
    .split(/\r?\n/)
    .filter(line => line !== '')
    .slice(headerLines)
    .map(line => line.split(','))
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const column = (rows: readonly string[][], index: number): number[] => rows.map(row => Number(row[index]))
const field = (events: readonly FeedEvent[], name: string): number[] =>
  events.map(event => Reflect.get(event, name) as number)

interface Case {
  readonly name: string
  readonly type: FeedEvent['type']
  readonly header?: number
  /** Event fields and the columns they must have come from. */
  readonly columns: Readonly<Record<string, number>>
  /** Of the first row. */
  readonly time: string
}

const tables: Case[] = [
  { name: 'backtestingpy_BTCUSD_monthly.csv', type: 'candle', header: 1, columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2012-01-31T00:00:00Z' },
  { name: 'basana_binance_btcusdt_1d_2020.csv', type: 'candle', header: 1, columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2020-01-01T00:00:00Z' },
  { name: 'basana_bitstamp_btcusd_1m_20200101.csv', type: 'candle', header: 1, columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2020-01-01T00:00:00Z' },
  { name: 'nautilus_btc-perp_1m_20211231-20220201.csv.gz', type: 'candle', header: 1, columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2021-12-31T23:01:00Z' },
  { name: 'binance_vision_ADABTC-1m-2021-11-27.head.csv', type: 'candle', columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2021-11-27T00:00:00Z' },
  { name: 'gct_binance_BTCUSDT_1d_2019.csv', type: 'candle', columns: { volume: 1, open: 2, high: 3, low: 4, close: 5 }, time: '2019-01-01T00:00:00Z' },
  { name: 'lean_coinbase_btcusd_1m_20180404_trade.zip', type: 'candle', columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2018-04-04T00:00:00Z' },
  { name: 'lean_coinbase_btcusd_1s_20161007_trade.zip', type: 'candle', columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2016-10-07T00:00:04Z' },
  { name: 'lean_binance_btcusdt_1h_trade.zip', type: 'candle', columns: { open: 1, high: 2, low: 3, close: 4, volume: 5 }, time: '2018-05-01T00:00:00Z' },
  { name: 'lean_coinbase_btcusd_1m_20180404_quote.zip', type: 'quote', columns: { bid: 4, bidSize: 5, ask: 9, askSize: 10 }, time: '2018-04-04T00:01:00Z' },
  { name: 'tardis_huobi-dm-swap_quotes_BTC-USD.csv', type: 'quote', header: 1, columns: { askSize: 4, ask: 5, bid: 6, bidSize: 7 }, time: '2020-05-01T00:00:01.099Z' },
  { name: 'tardis_trades_1.csv', type: 'trade', header: 1, columns: { price: 6, size: 7 }, time: '2020-03-01T00:00:03.145Z' },
  { name: 'ccapi_gemini_eth-usd_trade_20210701.csv', type: 'trade', header: 1, columns: { price: 1, size: 2 }, time: '2021-07-01T00:00:21.647Z' },
  { name: 'freqtrade_orderflow_public_trades_list.csv', type: 'trade', header: 1, columns: { id: 2, price: 5, size: 6 }, time: '2023-02-02T09:20:00.138Z' },
  { name: 'gct_binance_BTCUSDT_trades_20201116.csv', type: 'trade', columns: { price: 1, size: 2 }, time: '2020-11-16T04:10:46Z' },
  { name: 'kraken_history_BCHEUR_trades.csv', type: 'trade', columns: { price: 1, size: 2 }, time: '2023-01-01T00:03:56Z' },
] // prettier-ignore

if (hasShared(folder)) {
  describe('tables of other programs', () => {
    it.each(tables)('$name', async ({ name, type, header = 0, columns, time }) => {
      const rows = rowsOf(name, header)
      const events = await eventsOf(name)
      expect(events).toHaveLength(rows.length)
      expect(new Set(events.map(event => event.type))).toEqual(new Set([type]))
      for (const [key, index] of Object.entries(columns)) {
        expect(sum(field(events, key).map(Number)), key).toBe(sum(column(rows, index)))
      }
      const first = field(events, type === 'candle' ? 'start' : 'time')[0]!
      expect(new Date(first / 1000).toISOString()).toBe(new Date(time).toISOString())
    })

    it('candles become known when they close', async () => {
      for (const event of await eventsOf('basana_bitstamp_btcusd_1m_20200101.csv')) {
        expect(event).toMatchObject({ interval: '1m', closed: true, received: event.time })
        expect(event.time - Number(Reflect.get(event, 'start'))).toBe(60_000_000)
      }
    })

    it('sides are the taker’s', async () => {
      const rows = rowsOf('ccapi_gemini_eth-usd_trade_20210701.csv', 1)
      const events = await eventsOf('ccapi_gemini_eth-usd_trade_20210701.csv')
      const buys = events.filter(event => event.type === 'trade' && event.side === 'buy')
      expect(buys).toHaveLength(rows.filter(row => row[3] === '0').length)
      const listed = await eventsOf('freqtrade_orderflow_public_trades_list.csv')
      const sides = rowsOf('freqtrade_orderflow_public_trades_list.csv', 1).map(row => row[4])
      expect(listed.map(event => Reflect.get(event, 'side') as string)).toEqual(sides)
    })

    it('a cell may hold price and size', async () => {
      const rows = rowsOf('ccapi_gemini_eth-usd_depth_20210701.csv', 1)
      const events = await eventsOf('ccapi_gemini_eth-usd_depth_20210701.csv')
      expect(events).toHaveLength(rows.length)
      expect(sum(field(events, 'bid'))).toBe(sum(rows.map(row => Number(row[1]!.split('_')[0]))))
      expect(sum(field(events, 'askSize'))).toBe(sum(rows.map(row => Number(row[2]!.split('_')[1]))))
    })
  })

  describe('books', () => {
    it.each([
      ['binance_vision_btcusdt-depth-snap.csv', 1, 'b', 4, 6],
      ['binance_vision_btcusdt-depth-update.csv', 1, 'b', 4, 6],
      ['tardis_deribit_incremental_book_L2_BTC-PERPETUAL.csv', 1, 'bid', 5, 6],
      ['tardis_deltas_1.csv', 1, 'bid', 5, 6],
      ['tardis_deltas_with_snapshot.csv', 7, 'bid', 5, 6],
    ])('%s: every level is in one of %i books', async (name, books, bidWord, sideColumn, priceColumn) => {
      const rows = rowsOf(name, 1)
      const events = await eventsOf(name)
      expect(events).toHaveLength(books)
      const levels = (side: 'bids' | 'asks'): number[] =>
        events.flatMap(event => (event.type === 'book' ? event[side].map(([price]) => price) : []))
      const isBid = (row: string[]): boolean => row[sideColumn] === bidWord
      expect(levels('bids')).toEqual(column(rows.filter(isBid), priceColumn))
      expect(levels('asks')).toEqual(
        column(
          rows.filter(row => !isBid(row)),
          priceColumn,
        ),
      )
    })

    it('a row may hold a whole top of the book', async () => {
      const name = 'tardis_binance-futures_book_snapshot_25_BTCUSDT.csv'
      const rows = rowsOf(name, 1)
      const events = await eventsOf(name)
      expect(events).toHaveLength(rows.length)
      for (const [index, event] of events.entries()) {
        if (event.type !== 'book') throw new Error('no book')
        expect(event.snapshot).toBe(true)
        const cells = rows[index]!.slice(4).map(Number)
        expect(event.asks.flat()).toEqual(cells.filter((_, at) => at % 4 < 2))
        expect(event.bids.flat()).toEqual(cells.filter((_, at) => at % 4 >= 2))
      }
    })

    it('a derivative ticker is funding and open interest', async () => {
      const events = await eventsOf('tardis_derivative_ticker_1.csv')
      expect(events.map(event => event.type)).toEqual(['funding', 'openInterest', 'funding', 'openInterest'])
      expect(events[0]).toMatchObject({ rate: 0.0001, markPrice: 9500.25, nextFunding: 1583020800000000 })
      expect(events[3]).toMatchObject({ openInterest: 1000500, pair: 'XBT/USD' })
    })
  })

  describe('documents', () => {
    it.each(['binance_BNB-USDT_1m_20210219_1w.json.gz', 'coinbase_BTC-USD_1m_20200210.json.gz'])('%s', async name => {
      const rows = JSON.parse(readShared(join(folder, name)).toString()) as Record<string, string>[]
      const events = await eventsOf(name)
      expect(events).toHaveLength(rows.length)
      for (const key of ['open', 'high', 'low', 'close', 'volume']) {
        expect(sum(field(events, key))).toBe(sum(rows.map(row => Number(row[key]))))
      }
      expect(events[0]).toMatchObject({ pair: `${rows[0]!['base']!}/${rows[0]!['counter']!}`, interval: '1m' })
    })

    it('ccxt candles', async () => {
      const rows = JSON.parse(readShared(join(folder, 'freqtrade_UNITTEST_BTC-1m.json.gz')).toString()) as number[][]
      const events = await eventsOf('freqtrade_UNITTEST_BTC-1m.json.gz')
      expect(field(events, 'start')).toEqual(rows.map(row => row[0]! * 1000))
      expect(field(events, 'close')).toEqual(rows.map(row => row[4]))
      expect(field(events, 'volume')).toEqual(rows.map(row => row[5]))
    })

    it('ccxt trades', async () => {
      const name = 'freqtrade_binance_XRP_ETH-trades.json.gz'
      const rows = JSON.parse(readShared(join(folder, name)).toString()) as [
        number,
        string,
        null,
        string,
        number,
        number,
      ][]
      const events = await eventsOf(name)
      const seen = events.map(event =>
        event.type === 'trade' ? [event.time / 1000, event.id, event.side, event.price, event.size] : [],
      )
      expect(seen).toEqual(rows.map(([time, id, , side, price, size]) => [time, id, side, price, size]))
    })

    it('a frame over several lines stays as it is', async () => {
      const { items } = await readAll(join(sharedDirectory, folder, 'basana_binance_depth_update.json'))
      expect(items).toHaveLength(1)
      const [only] = items
      const whole = readShared(join(folder, 'basana_binance_depth_update.json')).toString()
      expect(only?.kind === 'data' && only.data.toString()).toBe(whole.trim())
    })
  })

  it('leaves none of them out', () => {
    const tests = readFileSync(new URL(import.meta.url), 'utf8')
    expect(readdirSync(join(sharedDirectory, folder)).filter(name => !tests.includes(`'${name}'`))).toEqual([])
  })

  describe('raw sessions', () => {
    const exchanges = readdirSync(join(sharedDirectory, 'recorded')).filter(name => !/^_|README/.test(name))
    it.each(exchanges)(
      'every frame of %s is read as it stands',
      async exchange => {
        const files = readdirSync(join(sharedDirectory, 'recorded', exchange)).filter(name => !name.includes('.meta.'))
        for (const name of files) {
          const path = join('recorded', exchange, name)
          const { items } = await readAll(join(sharedDirectory, path))
          const seen = items.map(item => (item.kind === 'data' ? item.data.toString() : item.kind))
          const lines = sharedLines(path)
          expect(seen.length, name).toBe(lines.length)
          // Some hold a hundred thousand: one comparison, and the first difference where there is one.
          const different = lines.findIndex((line, index) => line !== seen[index])
          expect([name, seen[different]]).toEqual([name, lines[different]])
        }
      },
      120_000,
    )
  })
}
