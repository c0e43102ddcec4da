/** Every recorded book of the exchanges with independent results, through their adapters: no false gap, every checksum, the same end. */
import { describe, expect, it } from 'vitest'
import { findExchange } from '../../src/exchanges/registry.js'
import { BookSync, type BookSyncResult } from '../../src/market/book-sync.js'
import type { Decoded } from '../../src/model/event.js'
import { hasShared, readShared, sharedLines } from '../support/shared.js'

interface ExpectedBook {
  readonly applied?: number
  readonly discarded?: number
  readonly levels?: readonly [number, number]
  readonly final_best_bid?: readonly [string, string]
  readonly final_best_ask?: readonly [string, string]
  readonly best_bid?: readonly [string, string]
  readonly best_ask?: readonly [string, string]
}

const SESSIONS = [
  ['binance', 'binance', 'cf-20210404', ''],
  ['binance', 'binance', 'cf-20211012', ''],
  ['binance', 'binance', 'hft-btcusdt-20240808', 'BTCUSDT'],
  ['binance_us', 'binance-us', 'cf-20210405', ''],
  ['binance_usdm', 'binance-futures', 'cf-20210722', ''],
  ['binance_coinm', 'binance-futures', 'cf-20210722', ''],
  ['kraken', 'kraken', 'cf-20210417-book', ''],
  ['okx', 'okx', 'cf-20220513', ''],
  ['coinbase', 'coinbase', 'cf-20210417-A', ''],
] as const

/** Microseconds, from seconds with a fraction or from nanoseconds. */
const micros = (text: string): number => Math.floor(/^\d{16,}$/.test(text) ? Number(text) / 1e3 : Number(text) * 1e6)

function play(folder: string, exchangeName: string, session: string, onlySymbol: string): Map<string, BookSync> {
  const exchange = findExchange(exchangeName)
  const decoder = exchange.decoder()
  const syncs = new Map<string, BookSync>()
  const feed = (text: string, time: number): void => {
    const decoded: Decoded[] = []
    decoder.decode(Buffer.from(text), time, decoded)
    for (const update of decoded) {
      if (update.type !== 'bookUpdate') continue
      const { symbol, pair } = update
      let sync = syncs.get(symbol)
      if (sync === undefined) {
        sync = new BookSync({ exchange: exchangeName, symbol, pair, stream: symbol }, exchange.book!)
        syncs.set(symbol, sync)
      }
      const out: BookSyncResult[] = []
      sync.apply(update, out)
      expect(out.filter(result => result.type === 'status')).toEqual([])
    }
  }
  const path = `recorded/${folder}/_session.${session}`
  const times = sharedLines(`${path}.meta.jsonl.gz`).map(line => micros((JSON.parse(line) as { ts: string }).ts))
  const rests = restOf(folder, session)
  for (const [index, line] of sharedLines(`${path}.jsonl.gz`).entries()) {
    while (rests[0] !== undefined && isBefore(rests[0], index, times[index]!)) {
      const { url, body_text: body } = rests.shift()!
      const symbol = /symbol=([^&]+)/.exec(url)?.[1] ?? onlySymbol
      feed(exchange.book!.request!.wrap(symbol, body), times[index]!)
    }
    feed(line, times[index]!)
  }
  return syncs
}

interface RestAnswer {
  readonly url: string
  readonly ts: string
  readonly body_text: string
}

function restOf(folder: string, session: string): RestAnswer[] {
  const path = `recorded/${folder}/_rest.${session}.jsonl.gz`
  return hasShared(path) ? sharedLines(path).map(line => JSON.parse(line) as RestAnswer) : []
}

function isBefore({ url, ts }: RestAnswer, index: number, time: number): boolean {
  const position = /before message (\d+)/.exec(url)?.[1]
  return position === undefined ? micros(ts) <= time : Number(position) <= index
}

const EXPECTED = 'recorded/_expected/derived-books.public.json'
if (hasShared(EXPECTED)) {
  const results = JSON.parse(readShared(EXPECTED).toString()) as Record<
    string,
    Record<string, ReturnType<typeof JSON.parse>>
  >
  describe('recorded books', () => {
    for (const [folder, exchange, session, symbol] of SESSIONS) {
      it(`${folder} ${session}`, () => {
        const syncs = play(folder, exchange, session, symbol)
        const result = results[folder]![session]!
        const stats = [...syncs.values()].map(sync => sync.stats())
        expect(stats.length).toBeGreaterThan(0)
        for (const each of stats) expect(each).toMatchObject({ live: true, gaps: 0, failed: 0, ignored: 0 })
        if (result.checksum_ok !== undefined) {
          expect(stats.reduce((sum, { verified }) => sum + verified, 0)).toBe(result.checksum_ok)
          expect(result.checksum_bad).toBe(0)
        }
        const books = (result.final ?? (result.checksum_ok === undefined ? result : {})) as Record<string, ExpectedBook>
        for (const [name, expected] of Object.entries(books)) compare(syncs.get(name)!, expected)
      })
    }
  })
}

function compare(sync: BookSync, expected: ExpectedBook): void {
  const { book } = sync
  const stats = sync.stats()
  const level = (text: readonly [string, string]): number[] => text.map(Number)
  expect([book.bids.bestPrice, book.bids.bestSize]).toEqual(level((expected.final_best_bid ?? expected.best_bid)!))
  expect([book.asks.bestPrice, book.asks.bestSize]).toEqual(level((expected.final_best_ask ?? expected.best_ask)!))
  if (expected.levels !== undefined) expect(stats.levels).toEqual(expected.levels)
  if (expected.applied !== undefined) expect(stats.applied).toBe(expected.applied)
  if (expected.discarded !== undefined) expect(stats.discarded).toBe(expected.discarded)
}
