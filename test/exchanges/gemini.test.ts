/** Gemini against the table test, another project's expectations and its recorded books. */
import { describe, expect, it } from 'vitest'
import { gemini } from '../../src/exchanges/gemini.js'
import { BookSync } from '../../src/market/book-sync.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { replayBooks, tardisSteps } from './third-party.js'

const head = { exchange: 'gemini', symbol: 'BTCUSD', pair: 'BTC/USD' } as const
const now = { time: RECEIVED, received: RECEIVED }
const book = {
  type: 'bookUpdate', ...head, first: null, last: null, previous: null, checksum: null, texts: null, ...now,
} as const // prettier-ignore
const trade = (side = '"buy"'): string =>
  `{"type":"trade","symbol":"BTCUSD","event_id":45465818387,"timestamp":1732353600101,"price":"97123.50","quantity":"1.25","side":${side}}`
const bought = { type: 'trade', ...head, id: '45465818387', price: 97123.5, size: 1.25, side: 'buy', time: 1_732_353_600_101_000, received: RECEIVED } as const // prettier-ignore
const candles = (...rows: readonly (readonly [number, number])[]): string =>
  `{"type":"candles_1m_updates","symbol":"BTCUSD","changes":[${rows.map(([start, close]) => `[${start},97000.5,97200,96950,${close},0.00009]`).join(',')}]}`
const running = {
  type: 'candle', ...head, interval: '1m', start: 1_732_353_540_000_000,
  open: 97000.5, high: 97200, low: 96950, close: 97100, volume: 0.00009, closed: false, ...now,
} as const // prettier-ignore
const numbered = (first: number, last: number): string =>
  `{"e":"depthUpdate","E":1732353600101914990,"s":"btcusd","U":${first},"u":${last},"b":[["97123.00","1.5"]],"a":[["97124.00","0"]]}`
const small: Omit<BookUpdate, 'kind' | 'first' | 'last'> = {
  ...book,
  symbol: 'btcusd',
  time: 1_732_353_600_101_914,
  bids: [[97123, 1.5]],
  asks: [[97124, 0]],
}

conformance({
  exchange: gemini,
  golden: [
    { name: 'a trade', stream: 'BTCUSD@trade', frame: trade(), events: [bought] },
    { name: 'a trade of an auction, which no side took', frame: trade('"auction"'), events: [{ ...bought, side: 'unknown' }] },
    {
      name: 'the whole book, without the trades from before',
      stream: 'BTCUSD@book',
      frame: `{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","97123.00","1.5"],["sell","97124.00","2"]],"trades":[${trade()}],"auction_events":[]}`,
      events: [
        { type: 'ack', request: null, streams: ['l2 BTCUSD'] },
        { ...book, kind: 'snapshot', bids: [[97123, 1.5]], asks: [[97124, 2]] },
      ],
    },
    {
      name: 'changes of the book',
      stream: 'BTCUSD@book',
      frame: '{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","97123.00","0"],["sell","97124.00","3"]]}',
      events: [{ ...book, kind: 'delta', bids: [[97123, 0]], asks: [[97124, 3]] }],
    },
    {
      name: 'the newest candle of a day of them, in any order',
      stream: 'BTCUSD@candle_1m',
      frame: candles([1732353540000, 97100], [1732353420000, 1], [1732353480000, 2]),
      events: [{ type: 'ack', request: null, streams: ['candles_1m BTCUSD'] }, running],
    },
    {
      name: 'a new candle, which closes the one before',
      before: [candles([1732353540000, 97100])],
      frame: candles([1732353600000, 97101.5]),
      events: [{ ...running, closed: true }, { ...running, start: 1_732_353_600_000_000, close: 97101.5 }],
    },
    {
      name: 'small numbers with exponents in a candle',
      frame: '{"type":"candles_1hr_updates","symbol":"SHIBUSD","changes":[[1732352400000,8.1e-06,8.2e-06,8.1E-6,8.15e-06,12.5]]}',
      events: [
        { type: 'ack', request: null, streams: ['candles_1h SHIBUSD'] },
        { ...running, symbol: 'SHIBUSD', pair: 'SHIB/USD', interval: '1h', start: 1_732_352_400_000_000, open: 0.0000081, high: 0.0000082, low: 0.0000081, close: 0.00000815, volume: 12.5 },
      ],
    },
    { name: 'the first book of the newer feed', frame: numbered(1, 9), events: [{ ...small, kind: 'snapshot', first: 1, last: 9 }] },
    {
      name: 'a numbered change of the newer feed',
      before: [numbered(1, 9)],
      frame: numbered(10, 12),
      events: [{ ...small, kind: 'delta', first: 10, last: 12 }],
    },
    {
      name: 'a trade of the newer feed that a seller took',
      frame: '{"E":1732353600101914990,"s":"btcusd","t":2840141014190422,"p":"97123.50000","q":"0.0162522200","m":true}',
      events: [{ ...bought, symbol: 'btcusd', id: '2840141014190422', size: 0.01625222, side: 'sell', time: 1_732_353_600_101_914 }],
    },
    {
      name: 'a quote of the newer feed',
      frame: '{"u":7,"E":1732353600101914990,"s":"btcusd","b":"97123.00","B":"1.5","a":"97124.00","A":"2"}',
      events: [{ type: 'quote', ...head, symbol: 'btcusd', bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, time: 1_732_353_600_101_914, received: RECEIVED }],
    },
  ], // prettier-ignore
  control: [
    { name: 'a heartbeat', frame: '{"type":"heartbeat","timestamp":1732353600101}', type: 'heartbeat' },
    { name: 'a heartbeat with a number', frame: '{"type":"heartbeat","timestamp":1732353600101,"sequence":7,"socket_sequence":8}', type: 'heartbeat' },
    { name: 'the answer to a book', frame: '{"type":"l2_updates","symbol":"BTCUSD","changes":[],"trades":[]}', type: 'ack' },
    { name: 'an error', frame: '{"result":"error","reason":"InvalidJson"}', type: 'refused' },
    { name: 'an auction', frame: '{"type":"auction_indicative","symbol":"BTCUSD"}', type: 'ignored' },
    { name: 'an acknowledgement of the newer feed', frame: '{"id":"1","status":200}', type: 'ack' },
    { name: 'an error of the newer feed', frame: '{"id":"1","status":400,"error":{"code":-1,"msg":"bad"}}', type: 'refused' },
    { name: 'a mark price of the newer feed', frame: '{"e":"markPrice","E":1732353600101914990,"s":"btcgusdperp","p":"1"}', type: 'ignored' },
    { name: 'a quote without a bid', frame: '{"u":7,"E":1732353600101914990,"s":"btcusd","b":"","B":"","a":"1","A":"2"}', type: 'ignored' },
    { name: 'candles from before', before: [candles([1732353540000, 97100])], frame: candles([1732353480000, 1]), type: 'ignored' },
  ], // prettier-ignore
  broken: [
    { name: 'an unknown type', frame: '{"type":"surprise"}', code: 'unknown' },
    { name: 'a message without any known field', frame: '{"hello":1}', code: 'unknown' },
    { name: 'a side that is none', frame: trade('"BUY"'), code: 'field' },
    { name: 'a change with a side that is none', frame: '{"type":"l2_updates","symbol":"BTCUSD","changes":[["bid","1","1"]]}', code: 'field' },
    { name: 'a size below zero', frame: '{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","1","-1"]]}', code: 'number' },
    { name: 'a symbol that is none', frame: trade().replace('BTCUSD', 'BTCXYZ'), code: 'symbol' },
    { name: 'a time in seconds', frame: trade().replace('1732353600101', '1732353600'), code: 'time' },
    { name: 'a size that no double holds', frame: trade().replace('1.25', '1.250000000000000000001'), code: 'inexact' },
    { name: 'a candle length that is none', frame: '{"type":"candles_7m_updates","symbol":"BTCUSD","changes":[]}', code: 'unknown' },
    { name: 'a maker flag that is none', frame: '{"E":1732353600101914990,"s":"btcusd","t":1,"p":"1","q":"1","m":1}', code: 'field' },
  ], // prettier-ignore
  instruments: [
    ['btcusd', 'BTCUSD', 'BTC/USD'],
    ['BTC-USD', 'BTCUSD', 'BTC/USD'],
    ['fetusd', 'FETUSD', 'FET/USD'],
    ['btcrlusd', 'BTCRLUSD', 'BTC/RLUSD'],
    ['BTCGUSD', 'BTCGUSD', 'BTC/GUSD'],
    ['mogusd', 'MOGUSD', 'MOG/USD'],
    ['zecltc', 'ZECLTC', 'ZEC/LTC'],
    ['btcgusdperp', 'BTCGUSDPERP', 'BTC/GUSD:GUSD'],
  ],
  strangers: ['BTC', 'BTCXYZ', 'BTC/USD:USD'],
  streams: [
    {
      typed: 'btcusd@trade',
      subscribe: [{ type: 'subscribe', subscriptions: [{ name: 'l2', symbols: ['BTCUSD'] }] }],
      unsubscribe: [{ type: 'unsubscribe', subscriptions: [{ name: 'l2', symbols: ['BTCUSD'] }] }],
      address: 'wss://api.gemini.com/v2/marketdata',
    },
    { typed: 'ETH/USD@book', subscribe: [{ type: 'subscribe', subscriptions: [{ name: 'l2', symbols: ['ETHUSD'] }] }] },
    {
      typed: 'BTC/USD@candle_1h',
      subscribe: [{ type: 'subscribe', subscriptions: [{ name: 'candles_1h', symbols: ['BTCUSD'] }] }],
    },
  ],
  recordings: ['gemini'],
})

describe('gemini', () => {
  it('asks once for the feed that brings trades and book', () => {
    const streams = ['btcusd@trade', 'btcusd@book', 'ethusd@book'].map(typed => streamOf(gemini, typed))
    const [frame, ...others] = gemini.subscribe(streams, 1)
    expect(others).toEqual([])
    expect(JSON.parse(frame?.text ?? '')).toMatchObject({ subscriptions: [{ name: 'l2', symbols: ['BTCUSD', 'ETHUSD'] }] })
  }) // prettier-ignore

  it('sees a gap where the newer feed numbers its changes', () => {
    const [whole] = decodeLast(gemini, [numbered(1, 9)])
    const [next] = decodeLast(gemini, [numbered(1, 9), numbered(10, 12)])
    if (whole?.type !== 'bookUpdate' || next?.type !== 'bookUpdate') throw new Error('no book')
    expect(gemini.book?.bridge(whole, next)).toBe('next')
    expect(gemini.book?.bridge(whole, { ...next, first: 11 })).toBe('gap')
    expect(gemini.book?.follow(next, whole)).toBe('old')
  })
})

if (hasShared('recorded/_expected')) {
  describe('gemini, compared', () => {
    it('agrees with tardis-node on trades and books; the symbols of the newer feed stay as sent', () => {
      const steps = tardisSteps(gemini, 'gemini')
      expect(steps.length).toBeGreaterThan(0)
      for (const { test, index, actual, expected } of steps) {
        const upper = actual.map(row => ({ ...row, symbol: String(row['symbol']).toUpperCase() }))
        expect(upper, `${test} ${index}`).toEqual(expected)
      }
    })

    it('keeps every recorded book without a gap, a crossed market above all', () => {
      const books = replayBooks(gemini, 'gemini', 'cf-20210624')
      expect(books.size).toBe(10)
      for (const [symbol, { stats, statuses, bid, ask }] of books) {
        expect(statuses, symbol).toEqual([])
        expect(stats, symbol).toMatchObject({ live: true, gaps: 0, ignored: 0 })
        expect(bid, symbol).toBeLessThan(ask ?? 0)
      }
    })

    it('reads the side as the taker’s: trades lie at the ask of a buyer and at the bid of a seller', () => {
      const decoder = gemini.decoder()
      const syncs = new Map<string, BookSync>()
      let [agreed, checked] = [0, 0]
      for (const line of sharedLines('recorded/gemini/_session.cf-20210624.jsonl.gz')) {
        const out: Decoded[] = []
        decoder.decode(Buffer.from(line), RECEIVED, out)
        for (const entry of out) {
          if (entry.type !== 'bookUpdate' && entry.type !== 'trade') continue
          const { symbol, pair } = entry
          const target = { exchange: 'gemini', symbol, pair, stream: symbol }
          const sync = syncs.get(symbol) ?? (gemini.book ? new BookSync(target, gemini.book) : undefined)
          if (!sync) throw new Error('no rule')
          syncs.set(symbol, sync)
          if (entry.type === 'bookUpdate') sync.apply(entry, [])
          else {
            const middle = ((sync.book.bids.bestPrice ?? NaN) + (sync.book.asks.bestPrice ?? NaN)) / 2
            agreed += Number(entry.side === (entry.price > middle ? 'buy' : 'sell'))
            checked++
          }
        }
      }
      expect(checked).toBeGreaterThan(10)
      expect(agreed / checked).toBeGreaterThan(0.8)
    })
  })
}
