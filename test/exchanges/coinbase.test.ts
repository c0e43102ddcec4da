/** Coinbase Exchange against the table test, what other projects expect, and an independent replay of its books. */
import { describe, expect, it } from 'vitest'
import { coinbase } from '../../src/exchanges/coinbase.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { hasShared, readShared } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { recordedFrames } from './recordings.js'
import { cryptoMsgParserAssertions, tardisSteps } from './third-party.js'

const head = { exchange: 'coinbase', symbol: 'BTC-USD', pair: 'BTC/USD' } as const
const times = { time: 1_732_353_600_123_456, received: RECEIVED } as const
const ISO = '2024-11-23T09:20:00.123456Z'
const book: Omit<BookUpdate, 'kind' | 'bids' | 'asks'> = {
  type: 'bookUpdate',
  ...head,
  first: null,
  last: null,
  previous: null,
  checksum: null,
  texts: null,
  ...times,
}

const MATCH = `{"type":"match","trade_id":216544,"maker_order_id":"4c2aa376-4bda-4947-84ee-4dc5a6337cba","taker_order_id":"247a6eb2-b5c1-42db-b0ac-cb74b85bcac8","side":"buy","size":"0.01250000","price":"97123.45","product_id":"BTC-USD","sequence":253395153,"time":"${ISO}"}`

conformance({
  exchange: coinbase,
  golden: [
    {
      name: 'a match whose maker bought, so that the taker sold',
      stream: 'BTC-USD@trade',
      frame: MATCH,
      events: [{ type: 'trade', ...head, id: '216544', price: 97123.45, size: 0.0125, side: 'sell', ...times }],
    },
    {
      name: 'a match whose maker sold',
      stream: 'BTC-USD@trade',
      frame: MATCH.replace('"buy"', '"sell"'),
      events: [{ type: 'trade', ...head, id: '216544', price: 97123.45, size: 0.0125, side: 'buy', ...times }],
    },
    {
      name: 'an old ticker without sizes',
      stream: 'BTC-USD@ticker',
      frame: `{"type":"ticker","sequence":108779525,"product_id":"BTC-USD","price":"97123.45","open_24h":"96000","volume_24h":"2610.78538576","low_24h":"95000.10","high_24h":"98000","volume_30d":"70067.30304764","best_bid":"97123.44","best_ask":"97123.45","side":"buy","time":"${ISO}","trade_id":563678,"last_size":"70"}`,
      events: [
        {
          type: 'ticker',
          ...head,
          last: 97123.45,
          open: 96000,
          high: 98000,
          low: 95000.1,
          volume: 2610.78538576,
          ...times,
        },
      ],
    },
    {
      name: 'a ticker with sizes, which is also a quote',
      stream: 'BTC-USD@quote',
      frame: `{"type":"ticker","sequence":1,"product_id":"BTC-USD","price":"97123.45","open_24h":"96000","volume_24h":"2610.7","low_24h":"95000.10","high_24h":"98000","volume_30d":"1","best_bid":"97123.44","best_bid_size":"0.5","best_ask":"97123.45","best_ask_size":"1.25","side":"buy","time":"${ISO}","trade_id":563678,"last_size":"70"}`,
      events: [
        { type: 'ticker', ...head, last: 97123.45, open: 96000, high: 98000, low: 95000.1, volume: 2610.7, ...times },
        { type: 'quote', ...head, bid: 97123.44, bidSize: 0.5, ask: 97123.45, askSize: 1.25, ...times },
      ],
    },
    {
      name: 'a level 2 snapshot, which has no time',
      stream: 'BTC-USD@book',
      frame:
        '{"type":"snapshot","product_id":"BTC-USD","asks":[["97123.45","0.50000000"]],"bids":[["97123.44","2"],["97000.00","0.1"]]}',
      events: [
        {
          ...book,
          kind: 'snapshot',
          time: RECEIVED,
          bids: [
            [97123.44, 2],
            [97000, 0.1],
          ],
          asks: [[97123.45, 0.5]],
        },
      ],
    },
    {
      name: 'a level 2 update',
      stream: 'BTC-USD@book',
      frame: `{"type":"l2update","product_id":"BTC-USD","changes":[["buy","97123.44","0.00000000"],["sell","97123.45","0.75"]],"time":"${ISO}"}`,
      events: [{ ...book, kind: 'delta', bids: [[97123.44, 0]], asks: [[97123.45, 0.75]] }],
    },
    {
      name: 'a level 2 update of the year 1',
      frame:
        '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","97123.44","1"]],"time":"0001-01-01T00:00:00.000000Z"}',
      events: [{ ...book, kind: 'delta', time: RECEIVED, bids: [[97123.44, 1]], asks: [] }],
    },
  ],
  control: [
    { name: 'the last match, which is not new', frame: MATCH.replace('"match"', '"last_match"'), type: 'ignored' },
    {
      name: 'an acknowledgement',
      frame: '{"type":"subscriptions","channels":[{"name":"level2","product_ids":["BTC-USD"]}]}',
      type: 'ack',
    },
    {
      name: 'a heartbeat',
      frame: `{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"${ISO}"}`,
      type: 'heartbeat',
    },
    {
      name: 'an error',
      frame: '{"type":"error","message":"Failed to subscribe","reason":"FOO-USD is not a valid product"}',
      type: 'refused',
    },
    { name: 'the cut of a slow consumer', frame: '{"type":"error","message":"ErrSlowConsume"}', type: 'renew' },
    {
      name: 'an order of the full channel',
      frame: `{"type":"done","time":"${ISO}","product_id":"BTC-USD","sequence":10,"order_id":"d50ec984","reason":"filled","side":"sell"}`,
      type: 'ignored',
    },
    { name: 'a level 3 array', frame: '["open","3","d50ec984"]', type: 'ignored' },
  ],
  broken: [
    { name: 'a type nobody knows', frame: '{"type":"surprise"}', code: 'unknown' },
    { name: 'a message without a type', frame: '{"product_id":"BTC-USD"}', code: 'field' },
    { name: 'a side nobody knows', frame: MATCH.replace('"buy"', '"both"'), code: 'field' },
    { name: 'a product with a control character', frame: MATCH.replace('BTC-USD', 'BTC-\\u001bUSD'), code: 'symbol' },
    { name: 'a time that is none', frame: MATCH.replace(ISO, 'yesterday'), code: 'time' },
    { name: 'a time too far to be counted', frame: MATCH.replace('2024-11', '4024-11'), code: 'time' },
    { name: 'a size below zero', frame: MATCH.replace('0.01250000', '-0.01250000'), code: 'number' },
    {
      name: 'a size that a double cannot hold',
      frame: MATCH.replace('0.01250000', '0.12345678901234567890'),
      code: 'inexact',
    },
    { name: 'a trade without id', frame: MATCH.replace('216544', 'null'), code: 'field' },
    {
      name: 'levels that are no list',
      frame: '{"type":"snapshot","product_id":"BTC-USD","asks":{},"bids":[]}',
      code: 'shape',
    },
  ],
  instruments: [
    ['btc-usd', 'BTC-USD', 'BTC/USD'],
    ['btcusd', 'BTC-USD', 'BTC/USD'],
    ['dot/usd', 'DOT-USD', 'DOT/USD'],
    ['dotusd', 'DOT-USD', 'DOT/USD'],
    ['USDTUSD', 'USDT-USD', 'USDT/USD'],
  ],
  strangers: ['BTC', 'BTC/USD:USD', 'BTC-PERP-INTX'],
  streams: [
    {
      typed: 'btc-usd@trade',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'matches', product_ids: ['BTC-USD'] },
            { name: 'heartbeat', product_ids: ['BTC-USD'] },
          ],
        },
      ],
      unsubscribe: [{ type: 'unsubscribe', channels: [{ name: 'matches', product_ids: ['BTC-USD'] }] }],
      address: 'wss://ws-feed.exchange.coinbase.com/',
    },
    {
      typed: 'eth-eur@book',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'level2_batch', product_ids: ['ETH-EUR'] },
            { name: 'heartbeat', product_ids: ['ETH-EUR'] },
          ],
        },
      ],
    },
    {
      typed: 'btc-usd@quote',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'ticker', product_ids: ['BTC-USD'] },
            { name: 'heartbeat', product_ids: ['BTC-USD'] },
          ],
        },
      ],
    },
  ],
  recordings: ['coinbase'],
})

describe('coinbase', () => {
  it('says of which streams a refusal is', () => {
    const frame = '{"type":"error","message":"Failed to subscribe","reason":"FOO-USD is not a valid product"}'
    expect(decodeLast(coinbase, [frame])).toEqual([
      {
        type: 'refused',
        request: null,
        streams: ['matches:FOO-USD', 'ticker:FOO-USD', 'level2_batch:FOO-USD'],
        reason: 'Failed to subscribe: FOO-USD is not a valid product',
      },
    ])
  })

  it('acknowledges level 2 under one name', () => {
    const frame =
      '{"type":"subscriptions","channels":[{"name":"level2_50","product_ids":["BTC-USD"]},{"name":"matches","product_ids":["BTC-USD","ETH-USD"],"account_ids":null}]}'
    expect(decodeLast(coinbase, [frame])).toEqual([
      { type: 'ack', request: null, streams: ['level2_batch:BTC-USD', 'matches:BTC-USD', 'matches:ETH-USD'] },
    ])
  })

  it('reads both ways of naming channels', () => {
    const text =
      '{"type":"subscribe","product_ids":["BTC-USD"],"channels":["matches",{"name":"level2","product_ids":["ETH-USD"]}]}'
    const topics = ['matches:BTC-USD', 'level2_batch:ETH-USD']
    expect(coinbase.dialect.read(text)).toEqual({ kind: 'subscribe', topics, id: null })
  })

  it('sends one ticker subscription for ticker and quote', () => {
    const streams = ['btc-usd@ticker', 'btc-usd@quote', 'eth-usd@trade'].map(typed => streamOf(coinbase, typed))
    expect(coinbase.subscribe(streams, 1).map(({ text }) => JSON.parse(text) as unknown)).toEqual([
      {
        type: 'subscribe',
        channels: [
          { name: 'ticker', product_ids: ['BTC-USD'] },
          { name: 'matches', product_ids: ['ETH-USD'] },
          { name: 'heartbeat', product_ids: ['BTC-USD'] },
        ],
      },
    ])
  })
})

if (hasShared('recorded/coinbase') && hasShared('recorded/_expected')) {
  describe('beside other projects', () => {
    it.each(tardisSteps(coinbase, 'coinbase'))('compares with tardis-node: $test, message $index', step => {
      // Where the exchange sends the year 1, tardis repeats the last time it saw; here it is the time of receipt.
      const time = step.index === 4 ? { time: expect.any(Number) as number } : {}
      expect(step.actual).toEqual(step.expected.map(row => ({ ...row, ...time })))
    })

    // Their parser takes the last match before the subscription for a trade, by the maker's side; here it is no news.
    const asserted = cryptoMsgParserAssertions(coinbase, 'coinbase')
    it('finds assertions to compare', () => expect(asserted.length).toBeGreaterThan(8))
    it.each(asserted)('agrees with crypto-msg-parser: $test $path', ({ path, actual, expected }) => {
      // Their times are cut to the millisecond.
      expect(path.endsWith('timestamp') ? Math.floor(Number(actual)) : actual).toEqual(expected)
    })
  })

  describe('a recorded session', () => {
    const frames = recordedFrames(coinbase, 'recorded/coinbase', '_session.cf-20210417-A.jsonl.gz')
    const decoder = coinbase.decoder()
    const decoded: Decoded[] = []
    for (const frame of frames) decoder.decode(Buffer.from(frame), RECEIVED, decoded)

    it('gives each trade the side that the ticker, which names the taker, gives it', () => {
      const takers = new Map<string, string>()
      for (const frame of frames) {
        const ticker = JSON.parse(frame) as { type: string; product_id: string; trade_id: number; side: string }
        if (ticker.type === 'ticker') takers.set(`${ticker.product_id} ${String(ticker.trade_id)}`, ticker.side)
      }
      const trades = decoded
        .filter(event => event.type === 'trade')
        .filter(({ symbol, id }) => takers.has(`${symbol} ${id}`))
      expect(trades.length).toBeGreaterThan(50)
      for (const { symbol, id, side } of trades) expect(takers.get(`${symbol} ${id}`)).toBe(side)
    })

    it('ends in the books of an independent replay', () => {
      const derived = JSON.parse(readShared('recorded/_expected/derived-books.public.json').toString()) as {
        coinbase: Record<
          string,
          Record<string, { updates: number; best_bid: string[]; best_ask: string[]; levels: number[] }>
        >
      }
      for (const [symbol, expected] of Object.entries(derived.coinbase['cf-20210417-A'] ?? {})) {
        const updates = decoded.filter(
          (event): event is BookUpdate => event.type === 'bookUpdate' && event.symbol === symbol,
        )
        const book = { bids: new Map<number, number>(), asks: new Map<number, number>() }
        for (const { bids, asks } of updates) {
          for (const [price, size] of bids) book.bids.set(price, size)
          for (const [price, size] of asks) book.asks.set(price, size)
        }
        const prices = (side: Map<number, number>): number[] =>
          [...side].filter(([, size]) => size > 0).map(([price]) => price)
        const [bids, asks] = [prices(book.bids), prices(book.asks)]
        expect([bids.length, asks.length], symbol).toEqual(expected.levels)
        expect(Math.max(...bids)).toBe(Number(expected.best_bid[0]))
        expect(Math.min(...asks)).toBe(Number(expected.best_ask[0]))
        expect(book.bids.get(Math.max(...bids))).toBe(Number(expected.best_bid[1]))
      }
    })
  })
}
