/** KuCoin against the table test, two other projects' expectations and its recorded books. */
import { describe, expect, it } from 'vitest'
import { kucoin } from '../../src/exchanges/kucoin.js'
import { BookSync } from '../../src/market/book-sync.js'
import type { BookUpdate } from '../../src/model/event.js'
import { DecodeError } from '../../src/model/errors.js'
import { hasShared } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { cryptoMsgParserAssertions, replayBooks, tardisSteps } from './third-party.js'

const head = { exchange: 'kucoin', symbol: 'BTC-USDT', pair: 'BTC/USDT' } as const
const contract = { exchange: 'kucoin', symbol: 'XBTUSDTM', pair: 'BTC/USDT:USDT' } as const
const at = { time: 1_732_353_600_101_000, received: RECEIVED }
const none = { previous: null, checksum: null, texts: null } as const

const message = (topic: string, subject: string, data: string): string =>
  `{"type":"message","topic":"${topic}","subject":"${subject}","data":${data}}`
const trade = (id = '"67419d00aaaaaaaaaaaaaaaa"', side = 'sell'): string =>
  message(
    '/market/match:BTC-USDT',
    'trade.l3match',
    `{"symbol":"BTC-USDT","side":"${side}","type":"match","makerOrderId":"a","sequence":"1636276321894","size":"0.00001255","price":"97123.5","takerOrderId":"b","time":"1732353600101914990","tradeId":${id}}`,
  )
const candle = (start: number, close: string): string =>
  message(
    '/market/candles:BTC-USDT_1min',
    'trade.candles.update',
    `{"symbol":"BTC-USDT","candles":["${start}","97000","${close}","97200.5","96950","1.25","121000.5"],"time":1732353600101914990}`,
  )
const change = (first: number, last: number, bids: string, asks: string): string =>
  message(
    '/market/level2:BTC-USDT',
    'trade.l2update',
    `{"changes":{"asks":${asks},"bids":${bids}},"sequenceEnd":${last},"sequenceStart":${first},"symbol":"BTC-USDT","time":1732353600101}`,
  )
const sold = { type: 'trade', ...head, price: 97123.5, size: 0.00001255, side: 'sell', time: 1_732_353_600_101_914, received: RECEIVED } as const // prettier-ignore
const running = {
  type: 'candle', ...head, interval: '1m', start: 1_732_353_540_000_000,
  open: 97000, high: 97200.5, low: 96950, close: 97100, volume: 1.25, closed: false, time: 1_732_353_600_101_914, received: RECEIVED,
} as const // prettier-ignore
const body =
  '{"code":"200000","data":{"time":1732353600101,"sequence":"1000","bids":[["97123","1"]],"asks":[["97124","2"]]}}'

conformance({
  exchange: kucoin,
  golden: [
    { name: 'a trade, nanoseconds cut', stream: 'BTC-USDT@trade', frame: trade(), events: [{ ...sold, id: '67419d00aaaaaaaaaaaaaaaa' }] },
    { name: 'a trade whose id is a number', frame: trade('455391760226305', 'buy'), events: [{ ...sold, id: '455391760226305', side: 'buy' }] },
    {
      name: 'changes of the book, the later of one price last',
      stream: 'BTC-USDT@book',
      frame: change(1001, 1004, '[["97123","3","1004"],["97123","2","1002"]]', '[["97124","0","1003"]]'),
      events: [
        { type: 'bookUpdate', ...head, ...none, kind: 'delta', first: 1001, last: 1004, bids: [[97123, 2], [97123, 3]], asks: [[97124, 0]], ...at },
      ],
    },
    {
      name: 'a change at price 0, which only uses up its number',
      frame: change(1005, 1005, '[]', '[["0","0","1005"]]'),
      events: [{ type: 'bookUpdate', ...head, ...none, kind: 'delta', first: 1005, last: 1005, bids: [], asks: [], ...at }],
    },
    {
      name: 'a book by REST',
      frame: kucoin.book?.request?.wrap('BTC-USDT', body) ?? '',
      events: [
        { type: 'bookUpdate', ...head, ...none, kind: 'snapshot', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at },
      ],
    },
    {
      name: 'five levels',
      stream: 'BTC-USDT@book5',
      frame: message('/spotMarket/level2Depth5:BTC-USDT', 'level2', '{"asks":[["97124","2"]],"bids":[["97123","1"]],"timestamp":1732353600101}'),
      events: [
        { type: 'bookUpdate', ...head, ...none, kind: 'partial', first: null, last: null, bids: [[97123, 1]], asks: [[97124, 2]], ...at },
      ],
    },
    {
      name: 'a quote',
      stream: 'BTC-USDT@quote',
      frame: message('/market/ticker:BTC-USDT', 'trade.ticker', '{"bestAsk":"97124","bestAskSize":"2","bestBid":"97123","bestBidSize":"1.5","price":"97123.5","sequence":"1","size":"0.1","time":1732353600101}'),
      events: [{ type: 'quote', ...head, bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, ...at }],
    },
    {
      name: 'a quote out of all symbols',
      stream: 'BTC-USDT@quote',
      frame: message('/market/ticker:all', 'BTC-USDT', '{"bestAsk":"97124","bestAskSize":"2","bestBid":"97123","bestBidSize":"1.5","price":"97123.5","sequence":"1","size":"0.1","time":1732353600101}'),
      events: [{ type: 'quote', ...head, bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, ...at }],
    },
    {
      name: 'level 1',
      frame: message('/spotMarket/level1:BTC-USDT', 'level1', '{"asks":["97124","2"],"bids":["97123","1.5"],"timestamp":1732353600101}'),
      events: [{ type: 'quote', ...head, bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, ...at }],
    },
    {
      name: 'the last 24 hours, trailing zeros and nulls as sent',
      stream: 'BTC-USDT@ticker',
      frame: message('/market/snapshot:BTC-USDT', 'trade.snapshot', '{"sequence":"1","data":{"symbol":"BTC-USDT","lastTradedPrice":97123.5,"high":98000.00000000000000000000,"low":null,"open":95000.5,"vol":13097.33570000000000000000,"datetime":1732353600101}}'),
      events: [{ type: 'ticker', ...head, last: 97123.5, open: 95000.5, high: 98000, low: null, volume: 13097.3357, ...at }],
    },
    { name: 'a running candle', stream: 'BTC-USDT@candle_1m', frame: candle(1732353540, '97100'), events: [running] },
    {
      name: 'a new candle, which closes the one before',
      before: [candle(1732353540, '97100')],
      frame: candle(1732353600, '97101'),
      events: [{ ...running, closed: true }, { ...running, start: 1_732_353_600_000_000, close: 97101 }],
    },
    {
      name: 'a trade of a contract',
      frame: message('/contractMarket/execution:XBTUSDTM', 'match', '{"symbol":"XBTUSDTM","sequence":7,"side":"buy","size":16,"price":"97123.5","takerOrderId":"a","makerOrderId":"b","tradeId":"1728107666597","ts":1732353600101914990}'),
      events: [{ type: 'trade', ...contract, id: '1728107666597', price: 97123.5, size: 16, side: 'buy', time: 1_732_353_600_101_914, received: RECEIVED }],
    },
    {
      name: 'a change of a contract book',
      frame: message('/contractMarket/level2:XBTUSDTM', 'level2', '{"sequence":42,"change":"97124.0,sell,0","timestamp":1732353600101}'),
      events: [{ type: 'bookUpdate', ...contract, ...none, kind: 'delta', first: 42, last: 42, bids: [], asks: [[97124, 0]], ...at }],
    },
    {
      name: 'the funding rate of a contract',
      frame: message('/contract/instrument:XBTUSDTM', 'funding.rate', '{"granularity":60000,"fundingRate":-0.002966,"timestamp":1732353600101}'),
      events: [{ type: 'funding', ...contract, rate: -0.002966, markPrice: null, nextFunding: null, ...at }],
    },
    {
      name: 'a trade of the newer feed',
      frame: '{"T":"trade.SPOT","P":1732353600102160904,"d":{"E":20631804219899901,"M":1732353600101914990,"S":"sell","p":"97123.5","q":"0.00001255","s":"BTC-USDT","ti":"20631804219899904"}}',
      events: [{ ...sold, id: '20631804219899904' }],
    },
    {
      name: 'a book of the newer feed',
      frame: '{"T":"obu.SPOT","dp":"increment@10ms","t":"snapshot","P":1732353600102007701,"d":{"C":1000,"M":1732353600101000000,"O":1000,"a":[["97124","2"]],"b":[["97123","1"]],"s":"BTC-USDT"}}',
      events: [{ type: 'bookUpdate', ...head, ...none, kind: 'snapshot', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'a change of the newer feed, its time in microseconds as documented',
      frame: '{"T":"obu.SPOT","dp":"increment@10ms","t":"delta","P":1732353600102007701,"d":{"C":1002,"M":1732353600101000,"O":1001,"a":[],"b":[["97123","0"]],"s":"BTC-USDT"}}',
      events: [{ type: 'bookUpdate', ...head, ...none, kind: 'delta', first: 1001, last: 1002, bids: [[97123, 0]], asks: [], ...at }],
    },
    {
      name: 'a quote of the newer feed',
      frame: '{"T":"ticker.FUTURES","P":1732353600102166007,"d":{"A":"2","B":"1.5","M":"1732353600101000000","S":"BUY","a":"97124","b":"97123","l":"97123","q":"1","s":"XBTUSDTM"}}',
      events: [{ type: 'quote', ...contract, bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, ...at }],
    },
    {
      name: 'a closed candle of the newer feed',
      frame: '{"T":"kline.SPOT","P":1732353600101914990,"d":{"a":"170509.25","s":"BTC-USDT","C":1732353600,"c":"97100","S":"true","v":"1.25","h":"97200.5","i":"1min","l":"96950","O":1732353540,"o":"97000"}}',
      events: [{ ...running, closed: true }],
    },
  ], // prettier-ignore
  control: [
    { name: 'a welcome of the newer feed', frame: '{"message":"welcome","sessionId":"x"}', type: 'ignored' },
    { name: 'an acknowledgement of the newer feed', frame: '{"id":"1","result":true}', type: 'ack' },
    { name: 'an error of the newer feed', frame: '{"id":"1","code":"400100","msg":"bad symbol","result":false}', type: 'refused' },
    { name: 'a quote of the newer feed without bids', frame: '{"T":"ticker.SPOT","P":1732353600102166007,"d":{"A":"2","B":"0","M":1732353600101000000,"a":"97124","b":"0","s":"BTC-USDT"}}', type: 'ignored' },
    { name: 'a welcome', frame: '{"id":"hQvf8jkno","type":"welcome"}', type: 'ignored' },
    { name: 'an acknowledgement', frame: '{"id":"1","type":"ack"}', type: 'ack' },
    { name: 'a pong', frame: '{"id":"ping","type":"pong"}', type: 'heartbeat' },
    { name: 'an error', frame: '{"id":"1","type":"error","code":404,"data":"topic /x is not found"}', type: 'refused' },
    { name: 'a private message', frame: '{"type":"message","topic":"/spotMarket/tradeOrders","channelType":"private","data":{}}', type: 'ignored' },
    { name: 'an index price', frame: message('/indicator/index:USDT-BTC', 'tick', '{"symbol":"USDT-BTC","value":0.0001}'), type: 'ignored' },
    { name: 'a mark price', frame: message('/contract/instrument:XBTUSDTM', 'mark.index.price', '{"markPrice":1}'), type: 'ignored' },
    { name: 'a quote without bids', frame: message('/market/ticker:BTC-USDT', 'trade.ticker', '{"bestAsk":"97124","bestAskSize":"2","bestBid":"0","bestBidSize":"0","time":1732353600101}'), type: 'ignored' },
    { name: 'a ticker of what never traded', frame: message('/market/snapshot:BTC-USDT', 'trade.snapshot', '{"sequence":"1","data":{"symbol":"BTC-USDT","lastTradedPrice":null,"datetime":1732353600101}}'), type: 'ignored' },
  ], // prettier-ignore
  broken: [
    { name: 'an unknown topic', frame: message('/surprise:BTC-USDT', 'x', '{}'), code: 'unknown' },
    { name: 'an unknown type', frame: '{"type":"surprise"}', code: 'unknown' },
    { name: 'an unknown channel of the newer feed', frame: '{"T":"surprise.SPOT","d":{}}', code: 'unknown' },
    { name: 'a change of the newer feed that is neither', frame: '{"T":"obu.SPOT","dp":"increment@10ms","t":"replace","d":{"C":1,"M":1732353600101000000,"O":1,"a":[],"b":[],"s":"BTC-USDT"}}', code: 'field' },
    { name: 'a side that is none', frame: trade('"1"', 'SELL'), code: 'field' },
    { name: 'a time in milliseconds where nanoseconds stand', frame: trade().replace('1732353600101914990', '1732353600101'), code: 'time' },
    { name: 'a symbol that is none', frame: trade().replaceAll('BTC-USDT', 'BTC-'), code: 'symbol' },
    { name: 'a size that no double holds', frame: trade().replace('0.00001255', '0.1000000000000000000001'), code: 'inexact' },
    { name: 'a change without a number', frame: change(1, 1, '[["1","1"]]', '[]'), code: 'field' },
    { name: 'a refused request for a book', frame: kucoin.book?.request?.wrap('BTC-USDT', '{"code":"400100","msg":"bad symbol"}') ?? '', code: 'shape' },
    { name: 'a page in the place of a book', frame: kucoin.book?.request?.wrap('BTC-USDT', '<html>') ?? '', code: 'shape' },
    { name: 'a candle length that is none', frame: candle(1732353540, '1').replace('_1min', '_7min'), code: 'field' },
  ], // prettier-ignore
  instruments: [
    ['btc-usdt', 'BTC-USDT', 'BTC/USDT'],
    ['ETH/BTC', 'ETH-BTC', 'ETH/BTC'],
    ['solusdc', 'SOL-USDC', 'SOL/USDC'],
    ['APE3S-USDT', 'APE3S-USDT', 'APE3S/USDT'],
    ['xbtusdtm', 'XBTUSDTM', 'BTC/USDT:USDT'],
    ['BTC/USD:BTC', 'XBTUSDM', 'BTC/USD:BTC'],
    ['sol/usdc:usdc', 'SOLUSDCM', 'SOL/USDC:USDC'],
    ['btc/usd:btc-220624', 'XBTMM22', 'BTC/USD:BTC-220624'],
  ],
  strangers: ['BTC/USDT:BTC', 'BTC/USD:BTC-220623', 'BTC/EUR:EUR', 'BTC', 'BTC-USDT-X'],
  streams: [
    {
      typed: 'BTC-USDT@trade',
      subscribe: [{ id: '1', type: 'subscribe', topic: '/market/match:BTC-USDT', privateChannel: false, response: true }],
      unsubscribe: [{ id: '7', type: 'unsubscribe', topic: '/market/match:BTC-USDT', privateChannel: false, response: true }],
      address: 'wss://ws-api-spot.kucoin.com/endpoint',
    },
    {
      typed: 'BTC/USDT:USDT@trade',
      subscribe: [{ id: '1', type: 'subscribe', topic: '/contractMarket/execution:XBTUSDTM', privateChannel: false, response: true }],
      address: 'wss://ws-api-futures.kucoin.com/endpoint',
    },
    ...(
      [
        ['btcusdt@bookTicker', '/market/ticker:BTC-USDT'],
        ['btcusdt@depth', '/market/level2:BTC-USDT'],
        ['BTC/USDT@book5', '/spotMarket/level2Depth5:BTC-USDT'],
        ['BTC/USDT@candle_1h', '/market/candles:BTC-USDT_1hour'],
        ['BTC/USDT@ticker', '/market/snapshot:BTC-USDT'],
        ['XBTUSDTM@quote', '/contractMarket/tickerV2:XBTUSDTM'],
        ['XBTUSDTM@book', '/contractMarket/level2:XBTUSDTM'],
        ['XBTUSDTM@book5', '/contractMarket/level2Depth5:XBTUSDTM'],
        ['XBTUSDTM@candle_1h', '/contractMarket/limitCandle:XBTUSDTM_1hour'],
        ['XBTUSDTM@ticker', '/contractMarket/snapshot:XBTUSDTM'],
        ['BTC/USDT:USDT@funding', '/contract/instrument:XBTUSDTM'],
      ] as const
    ).map(([typed, topic]) => ({
      typed,
      subscribe: [{ id: '1', type: 'subscribe', topic, privateChannel: false, response: true }],
    })),
  ], // prettier-ignore
  recordings: ['kucoin', 'kucoin_futures', 'kucoin_unified'],
})

describe('kucoin', () => {
  it('joins the symbols of one topic and numbers the frames', () => {
    const streams = ['BTC-USDT@trade', 'ETH-USDT@trade', 'XBTUSDTM@trade', 'BTC-USDT@candle_1m', 'ETH-USDT@candle_1m'].map(typed => streamOf(kucoin, typed)) // prettier-ignore
    const frames = kucoin.subscribe(streams, 5)
    expect(frames.map(({ request }) => request)).toEqual(['5', '6', '7', '8'])
    expect(frames.map(({ text }) => (JSON.parse(text) as { topic: string }).topic)).toEqual([
      '/market/match:BTC-USDT,ETH-USDT',
      '/contractMarket/execution:XBTUSDTM',
      '/market/candles:BTC-USDT_1min',
      '/market/candles:ETH-USDT_1min',
    ])
    expect(kucoin.dialect.read(frames[0]?.text ?? '')?.topics).toEqual([
      '/market/match:BTC-USDT',
      '/market/match:ETH-USDT',
    ])
  })

  it('gets an address out of a ticket, from a custom origin, too', () => {
    const { ticket } = kucoin
    const answer = '{"code":"200000","data":{"token":"a+b==","instanceServers":[{"endpoint":"wss://ws-api-spot.kucoin.com/","pingInterval":18000}]}}' // prettier-ignore
    expect(ticket?.url(null)).toBe('https://api.kucoin.com/api/v1/bullet-public')
    expect(ticket?.url(null, streamOf(kucoin, 'BTC-USDT@trade'))).toBe('https://api.kucoin.com/api/v1/bullet-public')
    expect(ticket?.url(null, streamOf(kucoin, 'XBTUSDTM@trade'))).toBe(
      'https://api-futures.kucoin.com/api/v1/bullet-public',
    )
    expect(ticket?.url('ws://127.0.0.1:9000/own')).toBe('http://127.0.0.1:9000/api/v1/bullet-public')
    expect(ticket?.address(answer, 'c 1')).toBe('wss://ws-api-spot.kucoin.com/?token=a%2Bb%3D%3D&connectId=c%201')
  })

  it.each([
    '<html>',
    '{"code":"429000","msg":"too many requests"}',
    '{"code":"200000","data":{"token":"x","instanceServers":[]}}',
    '{"code":"200000","data":{"token":"x","instanceServers":[{"endpoint":"javascript:alert(1)"}]}}',
    '{"code":"200000","data":{"instanceServers":[{"endpoint":"wss://x"}]}}',
  ])('refuses the ticket %s', answer => {
    expect(() => kucoin.ticket?.address(answer, 'c')).toThrow(DecodeError)
  })

  it('knows where the book lies, and keeps the answer whole in the frame', () => {
    const request = kucoin.book?.request
    expect(request?.url('BTC-USDT', null)).toBe(
      'https://api.kucoin.com/api/v1/market/orderbook/level2_100?symbol=BTC-USDT',
    )
    expect(request?.url('XBTUSDTM', null)).toBe('https://api-futures.kucoin.com/api/v1/level2/snapshot?symbol=XBTUSDTM')
    expect(request?.url('BTC-USDT', 'http://127.0.0.1:9000')).toContain('http://127.0.0.1:9000/api/v1/market/')
    expect(request?.wrap('BTC-USDT', body)).toContain(body.slice(1, -1))
  })

  it('takes updates by their numbers', () => {
    const update = (first: number, last: number): BookUpdate =>
      ({ type: 'bookUpdate', ...head, ...none, ...at, kind: 'delta', first, last, bids: [], asks: [] }) as const
    const { book } = kucoin
    expect(book?.bridge(update(1000, 1000), update(995, 1000))).toBe('old')
    expect(book?.bridge(update(1000, 1000), update(995, 1003))).toBe('next')
    expect(book?.follow(update(995, 1003), update(1004, 1004))).toBe('next')
    expect(book?.follow(update(995, 1003), update(1005, 1005))).toBe('gap')
  })

  it('dates a contract by the last Friday of its month', () => {
    const frame = message('/contractMarket/tickerV2:XBTMM22', 'tickerV2', '{"symbol":"XBTMM22","bestBidSize":1,"bestBidPrice":"1","bestAskPrice":"2","ts":1654032575773272833,"bestAskSize":2}') // prettier-ignore
    expect(decodeLast(kucoin, [frame])).toMatchObject([{ symbol: 'XBTMM22', pair: 'BTC/USD:BTC-220624' }])
  })
})

if (hasShared('recorded/_expected')) {
  describe('kucoin, compared', () => {
    it('agrees with tardis-node on trades', () => {
      const trades = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.filter(({ type }) => type === 'trade')
      const steps = [...tardisSteps(kucoin, 'kucoin'), ...tardisSteps(kucoin, 'kucoin_futures')]
      expect(steps.length).toBeGreaterThan(15)
      for (const { index, actual, expected } of steps) expect(trades(actual), String(index)).toEqual(trades(expected))
    })

    it('comes to the book of tardis-node, which merges deltas into the snapshot itself', () => {
      if (!kucoin.book) throw new Error('no rule')
      const symbol = 'MYROUSDTM'
      const sync = new BookSync({ exchange: 'kucoin', symbol, pair: 'MYRO/USDT:USDT', stream: symbol }, kucoin.book)
      const steps = tardisSteps(kucoin, 'kucoin_futures')
      for (const { decoded } of steps) {
        for (const entry of decoded) if (entry.type === 'bookUpdate') sync.apply(entry, [])
      }
      const [snapshot, ...changes] = steps.flatMap(({ expected }) => expected).filter(row => row['type'] === 'book_change') // prettier-ignore
      const bids = new Map(
        [snapshot, ...changes].flatMap(row => row?.['bids'] as [number, number][]).map(([price, size]) => [price, size]), // prettier-ignore
      )
      expect(sync.isLive).toBe(true)
      expect(sync.book.bids.top()).toEqual([...bids].sort(([left], [right]) => right - left))
      expect(sync.book.asks.length).toBe(0)
    })

    it('agrees with crypto-msg-parser wherever it speaks of values as sent', () => {
      const assertions = cryptoMsgParserAssertions(kucoin, 'kucoin')
      expect(assertions.length).toBeGreaterThan(50)
      for (const { test, path, expected, actual } of assertions) expect(actual, `${test} ${path}`).toEqual(expected)
    })

    it('synchronises every recorded book without a gap', () => {
      const books = replayBooks(kucoin, 'kucoin', 'cf-20210425')
      expect(books.size).toBe(9)
      for (const [symbol, { stats, statuses }] of books) {
        expect(statuses, symbol).toEqual([])
        expect(stats, symbol).toMatchObject({ live: true, gaps: 0, failed: 0 })
        expect(stats.applied, symbol).toBeGreaterThan(0)
      }
    })
  })
}
