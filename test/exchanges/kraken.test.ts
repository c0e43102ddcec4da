/** Kraken: v2 live, v1, REST and futures frames out of recordings, and the checksums of every recorded book. */
import { describe, expect, it } from 'vitest'
import { kraken } from '../../src/exchanges/kraken.js'
import type { BookUpdate } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED } from './conformance.js'
import { replayBooks } from './replayed-book.js'
import { agreesWithMappers, agreesWithParser } from './tardis-expected.js'
import { replayBooks as replaySession } from './third-party.js'

const head = { exchange: 'kraken', symbol: 'BTC/USD', pair: 'BTC/USD' }
const received = RECEIVED
const TIME = 1_732_353_599_123_456
const ISO = '2024-11-23T09:19:59.123456Z'
const unnumbered = { first: null, last: null, previous: null }

const TRADE = `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":97001.10,"qty":0.00500000,"ord_type":"market","trade_id":77000001,"timestamp":"${ISO}"}]}`
const BOOK = `{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":97000.0,"qty":1.50000000}],"asks":[{"price":97010.5,"qty":0.00000000}],"checksum":3310070434,"timestamp":"${ISO}"}]}`
const TICKER = `{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":97000.0,"bid_qty":1.5,"ask":97010.5,"ask_qty":0.25,"last":97001.1,"volume":1200.5,"vwap":96800.2,"low":95000.0,"high":98000.0,"change":1200.1,"change_pct":1.25}]}`
const OHLC = `{"channel":"ohlc","type":"update","timestamp":"2024-11-23T09:19:59.123456789Z","data":[{"symbol":"BTC/USD","open":97000.0,"high":97020.0,"low":96990.0,"close":97001.1,"trades":12,"volume":3.5,"vwap":97003.2,"interval_begin":"2024-11-23T09:15:00.000000000Z","interval":5,"timestamp":"2024-11-23T09:20:00.000000Z"}]}`

const candle = {
  type: 'candle',
  ...head,
  interval: '5m',
  start: 1_732_353_300_000_000,
  open: 97_000,
  high: 97_020,
  low: 96_990,
  close: 97_001.1,
  volume: 3.5,
  closed: false,
  time: TIME,
  received,
} as const

conformance({
  exchange: kraken,
  golden: [
    {
      name: 'a trade',
      frame: TRADE,
      stream: 'BTC/USD@trade',
      events: [
        { type: 'trade', ...head, id: '77000001', price: 97_001.1, size: 0.005, side: 'sell', time: TIME, received },
      ],
    },
    {
      name: 'a book update with the digits as sent',
      frame: BOOK,
      stream: 'BTC/USD@book',
      events: [
        {
          type: 'bookUpdate',
          ...head,
          kind: 'delta',
          ...unnumbered,
          checksum: 3_310_070_434,
          bids: [[97_000, 1.5]],
          asks: [[97_010.5, 0]],
          texts: { bids: [['97000.0', '1.50000000']], asks: [['97010.5', '0.00000000']] },
          time: TIME,
          received,
        },
      ],
    },
    {
      name: 'a ticker as ticker and quote',
      frame: TICKER,
      stream: 'BTC/USD@quote',
      events: [
        {
          type: 'ticker',
          ...head,
          last: 97_001.1,
          open: null,
          high: 98_000,
          low: 95_000,
          volume: 1200.5,
          time: received,
          received,
        },
        { type: 'quote', ...head, bid: 97_000, bidSize: 1.5, ask: 97_010.5, askSize: 0.25, time: received, received },
      ],
    },
    { name: 'a candle', frame: OHLC, stream: 'BTC/USD@candle_5m', events: [candle] },
    {
      name: 'the end of a candle when the next begins',
      before: [OHLC],
      frame: OHLC.replace('09:15:00.000000000', '09:20:00.000000000'),
      events: [
        { ...candle, closed: true },
        { ...candle, start: 1_732_353_600_000_000 },
      ],
    },
    {
      name: 'a v1 book change in two parts',
      frame:
        '[320,{"a":[["97010.50000","0.25000000","1732353599.123456"]]},{"b":[["97000.00000","1.50000000","1732353599.100000"]],"c":"3310070434"},"book-1000","XBT/USD"]',
      stream: 'BTC/USD@book',
      events: [
        {
          type: 'bookUpdate',
          exchange: 'kraken',
          symbol: 'XBT/USD',
          pair: 'BTC/USD',
          kind: 'delta',
          ...unnumbered,
          checksum: 3_310_070_434,
          bids: [[97_000, 1.5]],
          asks: [[97_010.5, 0.25]],
          texts: { bids: [['97000.00000', '1.50000000']], asks: [['97010.50000', '0.25000000']] },
          time: TIME,
          received,
        },
      ],
    },
    {
      name: 'v1 trades, equal ones told apart',
      frame:
        '[321,[["97001.10000","0.00500000","1732353599.123456","s","m",""],["97001.10000","0.00500000","1732353599.123456","s","m",""]],"trade","XBT/USD"]',
      stream: 'BTC/USD@trade',
      events: ['', '#1'].map(suffix => ({
        type: 'trade' as const,
        exchange: 'kraken',
        symbol: 'XBT/USD',
        pair: 'BTC/USD',
        id: `1732353599.123456:97001.10000:0.00500000:s${suffix}`,
        price: 97_001.1,
        size: 0.005,
        side: 'sell' as const,
        time: TIME,
        received,
      })),
    },
    {
      name: 'a v1 spread',
      frame: '[333,["97000.00000","97010.50000","1732353599.123456","1.50000000","0.25000000"],"spread","XBT/USD"]',
      events: [
        {
          type: 'quote',
          exchange: 'kraken',
          symbol: 'XBT/USD',
          pair: 'BTC/USD',
          bid: 97_000,
          bidSize: 1.5,
          ask: 97_010.5,
          askSize: 0.25,
          time: TIME,
          received,
        },
      ],
    },
    {
      name: 'a futures trade',
      frame:
        '{"feed":"trade","product_id":"PI_XBTUSD","uid":"0f0e","side":"buy","type":"fill","seq":9,"time":1732353599123,"qty":100.0,"price":97001.5}',
      events: [
        {
          type: 'trade',
          exchange: 'kraken',
          symbol: 'PI_XBTUSD',
          pair: 'BTC/USD:BTC',
          id: '0f0e',
          price: 97_001.5,
          size: 100,
          side: 'buy',
          time: 1_732_353_599_123_000,
          received,
        },
      ],
    },
  ],
  control: [
    {
      name: 'own orders of v1',
      frame: '[[{"OGTT3Y":{"status":"open"}}],"openOrders",{"sequence":1}]',
      type: 'ignored',
    },
    {
      name: 'own executions',
      frame: '{"channel":"executions","type":"update","data":[{}],"sequence":8}',
      type: 'ignored',
    },
    { name: 'the heartbeat', frame: '{"channel":"heartbeat"}', type: 'heartbeat' },
    { name: 'the pong', frame: '{"method":"pong","req_id":4,"time_in":"a","time_out":"b"}', type: 'heartbeat' },
    { name: 'the v1 heartbeat', frame: '{"event":"heartbeat"}', type: 'heartbeat' },
    {
      name: 'the status',
      frame: '{"channel":"status","type":"update","data":[{"system":"online","connection_id":1}]}',
      type: 'ignored',
    },
    {
      name: 'trades before the subscription',
      frame: TRADE.replace('"update"', '"snapshot"'),
      type: 'ignored',
    },
    {
      name: 'an acknowledgement',
      frame:
        '{"method":"subscribe","result":{"channel":"trade","snapshot":false,"symbol":"BTC/USD"},"success":true,"req_id":3}',
      type: 'ack',
    },
    {
      name: 'a stream that was subscribed already',
      frame: '{"error":"Already subscribed","method":"subscribe","success":false,"symbol":"BTC/USD","req_id":3}',
      type: 'ack',
    },
    {
      name: 'a refusal',
      frame:
        '{"error":"Currency pair not supported XX/YY","method":"subscribe","success":false,"symbol":"XX/YY","req_id":3}',
      type: 'refused',
    },
    {
      name: 'a v1 acknowledgement',
      frame:
        '{"channelID":1,"channelName":"book-25","event":"subscriptionStatus","pair":"XBT/USD","status":"subscribed","subscription":{"depth":25,"name":"book"}}',
      type: 'ack',
    },
    {
      name: 'a v1 refusal',
      frame:
        '{"errorMessage":"Currency pair not supported","event":"subscriptionStatus","pair":"XX/YY","status":"error","subscription":{"name":"trade"}}',
      type: 'refused',
    },
  ],
  broken: [
    { name: 'an unknown channel', frame: '{"channel":"dice","type":"update","data":[{}]}', code: 'unknown' },
    { name: 'a message of no kind', frame: '{"hello":1}', code: 'unknown' },
    { name: 'a trade without a symbol', frame: TRADE.replace('"symbol":"BTC/USD",', ''), code: 'field' },
    { name: 'a symbol that is none', frame: TRADE.replace('BTC/USD', 'B@C'), code: 'symbol' },
    { name: 'a third side', frame: TRADE.replace('"sell"', '"both"'), code: 'field' },
    { name: 'a trade without a time', frame: TRADE.replace(ISO, 'noon'), code: 'time' },
    { name: 'a negative size', frame: TRADE.replace('0.00500000', '-0.00500000'), code: 'number' },
    { name: 'a price that no double holds', frame: TRADE.replace('97001.10', '97001.1000000000001'), code: 'inexact' },
    {
      name: 'levels that are no objects',
      frame: BOOK.replace('{"price":97000.0,"qty":1.50000000}', '[1,2]'),
      code: 'shape',
    },
    { name: 'a v1 array too short', frame: '[1,"book-10","XBT/USD"]', code: 'shape' },
    { name: 'a v1 channel that is none', frame: '[1,[],"dice","XBT/USD"]', code: 'unknown' },
  ],
  instruments: [
    ['BTC/USD', 'BTC/USD', 'BTC/USD'],
    ['XBT/USD', 'BTC/USD', 'BTC/USD'],
    ['xbtusd', 'BTC/USD', 'BTC/USD'],
    ['XXBTZUSD', 'BTC/USD', 'BTC/USD'],
    ['XETHXXBT', 'ETH/BTC', 'ETH/BTC'],
    ['btc-usd', 'BTC/USD', 'BTC/USD'],
    ['XDG/EUR', 'DOGE/EUR', 'DOGE/EUR'],
    ['XBTUSDT', 'BTC/USDT', 'BTC/USDT'],
    ['AAPLx/USD', 'AAPLx/USD', 'AAPLx/USD'],
  ],
  strangers: ['BTC/USD:USD', 'BTC', 'BTC//USD', 'PI_XBTUSD'],
  streams: [
    {
      typed: 'BTC/USD@trade',
      subscribe: [
        { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'], snapshot: false }, req_id: 1 },
      ],
      unsubscribe: [{ method: 'unsubscribe', params: { channel: 'trade', symbol: ['BTC/USD'] }, req_id: 7 }],
      address: 'wss://ws.kraken.com/v2',
    },
    {
      typed: 'XBT/USD@book',
      subscribe: [
        {
          method: 'subscribe',
          params: { channel: 'book', depth: 1000, symbol: ['BTC/USD'], snapshot: true },
          req_id: 1,
        },
      ],
    },
    {
      typed: 'BTC/USD@quote',
      subscribe: [
        {
          method: 'subscribe',
          params: { channel: 'ticker', event_trigger: 'bbo', symbol: ['BTC/USD'], snapshot: true },
          req_id: 1,
        },
      ],
    },
    {
      typed: 'BTC/USD@ticker',
      subscribe: [
        {
          method: 'subscribe',
          params: { channel: 'ticker', event_trigger: 'bbo', symbol: ['BTC/USD'], snapshot: true },
          req_id: 1,
        },
      ],
    },
    {
      typed: 'BTC/USD@candle_1h',
      subscribe: [
        {
          method: 'subscribe',
          params: { channel: 'ohlc', interval: 60, symbol: ['BTC/USD'], snapshot: true },
          req_id: 1,
        },
      ],
    },
  ],
  recordings: ['kraken', 'kraken_v2', 'kraken_futures'],
})

describe('kraken, shared subscriptions', () => {
  it('asks once for a ticker and a quote of one symbol', () => {
    const streams = ['ticker', 'quote'].map(channel => ({
      exchange: 'kraken',
      symbol: 'BTC/USD',
      pair: 'BTC/USD',
      channel: channel as 'ticker' | 'quote',
      interval: null,
      name: channel,
    }))
    const sent = kraken.subscribe(streams, 5)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.streams).toEqual(streams)
    expect(JSON.parse(sent[0]?.text ?? '')).toMatchObject({ params: { symbol: ['BTC/USD'] }, req_id: 5 })
  })
})

describe('kraken, candle snapshots', () => {
  it('tells only the newest candle of the history', () => {
    const older = OHLC.replace('"update"', '"snapshot"').replace(
      '"data":[',
      '"data":[{"symbol":"BTC/USD","open":1.0,"high":1.0,"low":1.0,"close":1.0,"trades":1,"volume":1.0,"vwap":1.0,"interval_begin":"2024-11-23T09:10:00Z","interval":5},',
    )
    expect(decodeLast(kraken, [older])).toEqual([candle])
  })
})

describe('kraken, depth', () => {
  const side = (sign: number, count: number) =>
    Array.from({ length: count }, (_, index) => `{"price":${(100 + sign * (index + 1)).toFixed(1)},"qty":1.00000000}`)
  const snapshot = (count: number): string =>
    `{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[${side(-1, count).join()}],"asks":[${side(1, count).join()}]}]}`
  const better =
    '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":99.5,"qty":2.0}],"asks":[]}]}'
  const ack = (depth: number): string =>
    `{"method":"subscribe","result":{"channel":"book","depth":${String(depth)},"symbol":"BTC/USD"},"success":true,"req_id":1}`
  const last = (frames: string[]): BookUpdate => decodeLast(kraken, frames)[0] as BookUpdate

  it('removes the level that an update pushes out of the acknowledged depth', () => {
    expect(last([ack(10), snapshot(10), better]).bids).toEqual([
      [99.5, 2],
      [90, 0],
    ])
    expect(last([ack(10), snapshot(10), better]).texts?.bids).toEqual([
      ['99.5', '2.0'],
      ['90', '0'],
    ])
  })
  it('takes the depth from a snapshot of exactly such a size, not from a thin book', () => {
    expect(last([snapshot(10), better]).bids).toHaveLength(2)
    expect(last([snapshot(7), better]).bids).toHaveLength(1)
    expect(last([ack(1000), snapshot(10), better]).bids).toHaveLength(1)
  })
})

describe('kraken, checksum', () => {
  it('agrees with the worked example of the documentation', () => {
    const asks = [
      '0.05005',
      '0.05010',
      '0.05015',
      '0.05020',
      '0.05025',
      '0.05030',
      '0.05035',
      '0.05040',
      '0.05045',
      '0.05050',
    ]
    const bids = [
      '0.05000',
      '0.04995',
      '0.04990',
      '0.04980',
      '0.04975',
      '0.04970',
      '0.04965',
      '0.04960',
      '0.04955',
      '0.04950',
    ]
    const level = (price: string): [string, string] => [price, '0.00000500']
    expect(kraken.book?.checksum?.({ asks: asks.map(level), bids: bids.map(level) })).toBe(974_947_235)
  })
})

interface Derived {
  readonly kraken: {
    readonly 'cf-20210417-book': {
      readonly final: Readonly<Record<string, { readonly best_bid: string[]; readonly best_ask: string[] }>>
    }
  }
}

const SESSION = 'recorded/kraken/_session.cf-20210417-book.jsonl.gz'
if (hasShared(SESSION)) {
  describe('kraken, recorded books', () => {
    it('agrees with every checksum of the v1 session and its final quotes', () => {
      const replay = replayBooks(kraken, sharedLines(SESSION))
      expect(replay).toMatchObject({ ok: 4269, bad: 0, gaps: 0 })
      const expected = JSON.parse(sharedLines('recorded/_expected/derived-books.public.json').join('')) as Derived
      for (const [symbol, final] of Object.entries(expected.kraken['cf-20210417-book'].final)) {
        const book = replay.books.get(kraken.instrument(symbol)?.pair ?? '')
        expect([book?.bids.bestPrice, book?.bids.bestSize], symbol).toEqual(final.best_bid.map(Number))
        expect([book?.asks.bestPrice, book?.asks.bestSize], symbol).toEqual(final.best_ask.map(Number))
      }
    })
    it('lets the synchroniser verify every update and see no gap', () => {
      const books = [...replaySession(kraken, 'kraken', 'cf-20210417-book').values()]
      expect(books.flatMap(({ statuses }) => statuses)).toEqual([])
      expect(books.every(({ stats }) => stats.live)).toBe(true)
      expect(books.reduce((sum, { stats }) => sum + stats.verified, 0)).toBe(4269)
    })
    it('follows the numbers of the futures session without a gap', () => {
      const frames = sharedLines('recorded/kraken_futures/_session.cf-20210722.jsonl.gz')
      const replay = replayBooks(kraken, frames)
      expect(replay.gaps).toBe(0)
      expect([...replay.books.values()].filter(book => book.crossed)).toEqual([])
    })
    it('agrees with every checksum of the v2 capture', () => {
      const frames = sharedLines('recorded/kraken_v2/book.cap-20260824.public.jsonl')
      expect(replayBooks(kraken, frames)).toMatchObject({ ok: 4, bad: 0 })
    })
  })
}

describe('kraken, third-party expectations', () => {
  // Trades before the subscription are history; the assertions of two messages in one of their spot tests are stored as one.
  agreesWithParser(
    kraken,
    'kraken',
    test => test === 'trade::inverse_future_snapshot' || test.startsWith('l2_event::spot'),
  )
  agreesWithMappers({ exchange: kraken, folder: 'kraken', compared: () => true })
  agreesWithMappers({ exchange: kraken, folder: 'kraken_v2', compared: () => true })
  agreesWithMappers({
    exchange: kraken,
    folder: 'kraken_futures',
    compared: (_test, _index, _message, { type, id }) => type === 'trade' && typeof id === 'string',
  })
})
