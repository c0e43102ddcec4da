/** Bitfinex: numbered channels, te and tu, the number of the connection, and checksums of books. */
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bitfinex } from '../../src/exchanges/bitfinex.js'
import { RecentIds } from '../../src/exchanges/family/recent-ids.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { replayBooks } from './replayed-book.js'
import { agreesWithMappers, agreesWithParser } from './tardis-expected.js'
import { replayBooks as replaySession } from './third-party.js'

const received = RECEIVED
const SENT = 1_732_353_599_123_000
const head = { exchange: 'bitfinex', symbol: 'tBTCUSD', pair: 'BTC/USD' }
const perpetual = { exchange: 'bitfinex', symbol: 'tBTCF0:USTF0', pair: 'BTC/USDT:USDT' }

const TRADES = '{"event":"subscribed","channel":"trades","chanId":17470,"symbol":"tBTCUSD","pair":"BTCUSD"}'
const BOOK =
  '{"event":"subscribed","channel":"book","chanId":8092,"symbol":"tBTCUSD","prec":"P0","freq":"F0","len":"250","pair":"BTCUSD"}'
const TICKER = '{"event":"subscribed","channel":"ticker","chanId":224555,"symbol":"tBTCUSD","pair":"BTCUSD"}'
const CANDLES = '{"event":"subscribed","channel":"candles","chanId":343351,"key":"trade:5m:tBTCUSD"}'
const STATUS = '{"event":"subscribed","channel":"status","chanId":335856,"key":"deriv:tBTCF0:USTF0"}'
const LIQUIDATIONS = '{"event":"subscribed","channel":"status","chanId":91684,"key":"liq:global"}'
const TE = '[17470,"te",[401597395,1732353599000,-0.005,97001.1],31,1732353599123]'
const TU = TE.replace('te', 'tu').replace(',31,', ',32,')
const SNAPSHOT = '[8092,[[97000,2,1.50],[97010,1,-0.25]],40,1732353599123]'
const CHANGE = '[8092,[2e-8,1,0.5],41,1732353599123]'

const trade = { type: 'trade', ...head, id: '401597395', price: 97_001.1, size: 0.005, side: 'sell', time: 1_732_353_599_000_000, received } as const // prettier-ignore
const update = {
  type: 'bookUpdate',
  ...head,
  kind: 'delta',
  first: 41,
  last: 41,
  previous: 40,
  checksum: null,
  bids: [[0.00000002, 0.5]],
  asks: [],
  texts: { bids: [['2e-8', '0.5']], asks: [] },
  time: SENT,
  received,
} satisfies BookUpdate
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
  time: SENT,
  received,
} as const
const ROW = '[1732353300000,97000,97001.1,97020,96990,3.5]'

conformance({
  exchange: bitfinex,
  golden: [
    { name: 'a trade', before: [TRADES], frame: TE, stream: 'tBTCUSD@trade', events: [trade] },
    { name: 'a trade of which only tu arrives', before: [TRADES], frame: TU, events: [trade] },
    {
      name: 'a book snapshot',
      before: [BOOK],
      frame: SNAPSHOT,
      stream: 'BTC/USD@book',
      events: [
        {
          ...update,
          kind: 'snapshot',
          first: 40,
          last: 40,
          previous: null,
          bids: [[97_000, 1.5]],
          asks: [[97_010, 0.25]],
          texts: { bids: [['97000', '1.50']], asks: [['97010', '0.25']] },
        },
      ],
    },
    {
      name: 'a book change with an exponent',
      before: [BOOK, SNAPSHOT],
      frame: CHANGE,
      stream: 'BTC/USD@book',
      events: [update],
    },
    {
      name: 'a removal',
      before: [BOOK, SNAPSHOT],
      frame: '[8092,[97010,0,-1],41,1732353599123]',
      events: [{ ...update, bids: [], asks: [[97_010, 0]], texts: { bids: [], asks: [['97010', '0']] } }],
    },
    {
      name: 'a checksum',
      before: [BOOK, SNAPSHOT],
      frame: '[8092,"cs",-1204581340,41,1732353599123]',
      events: [{ ...update, checksum: -1_204_581_340, bids: [], texts: { bids: [], asks: [] } }],
    },
    {
      name: 'a ticker as ticker and quote',
      before: [TICKER],
      frame: '[224555,[97000,1.5,97010,0.25,1200.1,0.0125,97001.1,1200.5,98000,95000,null],7,1732353599123]',
      stream: 'tBTCUSD@quote',
      events: [
        {
          type: 'ticker',
          ...head,
          last: 97_001.1,
          open: null,
          high: 98_000,
          low: 95_000,
          volume: 1200.5,
          time: SENT,
          received,
        },
        { type: 'quote', ...head, bid: 97_000, bidSize: 1.5, ask: 97_010, askSize: 0.25, time: SENT, received },
      ],
    },
    {
      name: 'a candle',
      before: [CANDLES],
      frame: `[343351,${ROW},9,1732353599123]`,
      stream: 'tBTCUSD@candle_5m',
      events: [candle],
    },
    {
      name: 'the newest candle of the history',
      before: [CANDLES],
      frame: `[343351,[${ROW},[1732353000000,1,1,1,1,1]],9,1732353599123]`,
      events: [candle],
    },
    {
      name: 'the end of a candle when the next begins',
      before: [CANDLES, `[343351,${ROW},9,1732353599123]`],
      frame: `[343351,${ROW.replace('1732353300000', '1732353600000')},10,1732353599123]`,
      events: [
        { ...candle, closed: true },
        { ...candle, start: 1_732_353_600_000_000 },
      ],
    },
    {
      name: 'the status of a perpetual as funding and open interest',
      before: [STATUS],
      frame:
        '[335856,[1732353599000,null,97001.5,97000.5,null,1372762.95,null,1732377600000,-1.415e-05,533,null,0.0001,null,null,97002.5,null,null,3005.25851857],9,1732353599123]',
      stream: 'BTC/USDT:USDT@funding',
      events: [
        {
          type: 'funding',
          ...perpetual,
          rate: 0.0001,
          markPrice: 97_002.5,
          nextFunding: 1_732_377_600_000_000,
          time: 1_732_353_599_000_000,
          received,
        },
        { type: 'openInterest', ...perpetual, openInterest: 3005.25851857, time: 1_732_353_599_000_000, received },
      ],
    },
    {
      name: 'a matched liquidation of a short, which buys',
      before: [LIQUIDATIONS],
      frame:
        '[91684,[["pos",142397657,1732353599000,null,"tBTCF0:USTF0",-2.5,96500.5,null,1,1,null,97100.5]],9,1732353599123]',
      stream: 'BTC/USDT:USDT@liquidation',
      events: [
        {
          type: 'liquidation',
          ...perpetual,
          price: 97_100.5,
          size: 2.5,
          side: 'buy',
          time: 1_732_353_599_000_000,
          received,
        },
      ],
    },
  ],
  control: [
    { name: 'the heartbeat of a channel', frame: '[17470,"hb",5,1732353599123]', type: 'heartbeat' },
    { name: 'the pong', frame: '{"event":"pong","ts":1732353599123,"cid":1}', type: 'heartbeat' },
    { name: 'an acknowledgement', frame: TRADES, type: 'ack' },
    {
      name: 'a channel opened twice',
      frame: '{"event":"error","msg":"subscribe: dup","code":10301,"channel":"trades","symbol":"tBTCUSD"}',
      type: 'ack',
    },
    {
      name: 'the end of a channel',
      before: [TRADES],
      frame: '{"event":"unsubscribed","status":"OK","chanId":17470}',
      type: 'ack',
    },
    {
      name: 'a refusal',
      frame:
        '{"channel":"trades","symbol":"tXXYYY","event":"error","msg":"symbol: invalid","code":10300,"pair":"XXYYY"}',
      type: 'refused',
    },
    { name: 'nothing to close', frame: '{"event":"error","msg":"unsubscribe: invalid","code":10400}', type: 'ignored' },
    {
      name: 'the version',
      frame: '{"event":"info","version":2,"serverId":"x","platform":{"status":1}}',
      type: 'ignored',
    },
    { name: 'the configuration', frame: '{"event":"conf","status":"OK","flags":229376}', type: 'ignored' },
    { name: 'the restart of the server', frame: '{"event":"info","code":20051,"msg":"Stopping"}', type: 'renew' },
    { name: 'the beginning of maintenance', frame: '{"event":"info","code":20060,"msg":"Paused"}', type: 'ignored' },
    { name: 'the end of maintenance', frame: '{"event":"info","code":20061,"msg":"Resumed"}', type: 'renew' },
    { name: 'tu after te', before: [TRADES, TE], frame: TU, type: 'ignored' },
    { name: 'te after tu', before: [TRADES, TU], frame: TE, type: 'ignored' },
    {
      name: 'trades before the subscription',
      before: [TRADES],
      frame: '[17470,[[401597395,1732353599000,-0.005,97001.1]],3,1732353599123]',
      type: 'ignored',
    },
    {
      name: 'tu of a trade before the subscription',
      before: [TRADES, '[17470,[[401597395,1732353599000,-0.005,97001.1]],3,1732353599123]'],
      frame: TU,
      type: 'ignored',
    },
    { name: 'data of the own account', frame: '[0,"tu",[1,"tETHUSD",1530187145559]]', type: 'ignored' },
    {
      name: 'a liquidation that begins',
      before: [LIQUIDATIONS],
      frame: '[91684,[["pos",1,1732353599000,null,"tBTCUSD",2.5,96500.5,null,0,0,null,null]]]',
      type: 'ignored',
    },
    { name: 'data before the acknowledgement', frame: TE, type: 'ignored' },
    { name: 'a book without a symbol', frame: '[[97000,2,1.5],[97010,1,-0.25]]', type: 'ignored' },
  ],
  broken: [
    { name: 'an unknown event', frame: '{"event":"party"}', code: 'unknown' },
    { name: 'an event of no kind', frame: '{"hello":1}', code: 'field' },
    { name: 'an empty list', frame: '[]', code: 'shape' },
    { name: 'data without content', before: [TRADES], frame: '[17470]', code: 'shape' },
    { name: 'an unknown word on trades', before: [TRADES], frame: TE.replace('te', 'tx'), code: 'unknown' },
    { name: 'an unknown word on a book', before: [BOOK], frame: '[8092,"zz",[1,2,3]]', code: 'unknown' },
    { name: 'an acknowledgement of nothing', frame: '{"event":"subscribed","chanId":5}', code: 'field' },
    { name: 'a trade of nothing', before: [TRADES], frame: TE.replace('-0.005', '0'), code: 'number' },
    { name: 'a loan on a trading pair', before: [TRADES], frame: TE.replace('97001.1]', '0.0001,30]'), code: 'shape' },
    { name: 'a time that is none', before: [TRADES], frame: TE.replace('1732353599000', '1732353599'), code: 'time' },
    { name: 'a level on neither side', before: [BOOK], frame: '[8092,[97000,1,0],4]', code: 'number' },
    { name: 'a level below zero', before: [BOOK], frame: '[8092,[-97000,1,1],4]', code: 'number' },
    {
      name: 'a trade whose price no double holds',
      before: [TRADES],
      frame: TE.replace('97001.1]', '97001.1000000000001]'),
      code: 'inexact',
    },
  ],
  instruments: [
    ['tBTCUSD', 'tBTCUSD', 'BTC/USD'],
    ['BTCUSD', 'tBTCUSD', 'BTC/USD'],
    ['tbtcusd', 'tBTCUSD', 'BTC/USD'],
    ['btc/usd', 'tBTCUSD', 'BTC/USD'],
    ['BTCUST', 'tBTCUST', 'BTC/USDT'],
    ['btcusdt', 'tBTCUST', 'BTC/USDT'],
    ['trxusdt', 'tTRXUST', 'TRX/USDT'],
    ['tDOGE:USD', 'tDOGE:USD', 'DOGE/USD'],
    ['DOGE/USDT', 'tDOGE:UST', 'DOGE/USDT'],
    ['iotusd', 'tIOTUSD', 'IOTA/USD'],
    ['TESTUSD', 'tTEST:USD', 'TEST/USD'],
    ['doge-usd', 'tDOGE:USD', 'DOGE/USD'],
    ['tTESTBTC:TESTUSD', 'tTESTBTC:TESTUSD', 'TESTBTC/TESTUSD'],
    ['tBTCF0:USTF0', 'tBTCF0:USTF0', 'BTC/USDT:USDT'],
    ['BTC/USDT:USDT', 'tBTCF0:USTF0', 'BTC/USDT:USDT'],
  ],
  strangers: ['btc', 'BTC/USDT:BTC', 'BTC/USD:USD-241227', 'BTC::USD'],
  streams: [
    {
      typed: 'tBTCUSD@trade',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'trades', symbol: 'tBTCUSD' },
      ],
      address: 'wss://api-pub.bitfinex.com/ws/2',
    },
    {
      typed: 'BTC/USD@book',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'book', symbol: 'tBTCUSD', prec: 'P0', freq: 'F0', len: '250' },
      ],
    },
    {
      typed: 'BTC/USD@quote',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'ticker', symbol: 'tBTCUSD' },
      ],
    },
    {
      typed: 'BTC/USD@candle_1d',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'candles', key: 'trade:1D:tBTCUSD' },
      ],
    },
    {
      typed: 'BTC/USDT:USDT@openInterest',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'status', key: 'deriv:tBTCF0:USTF0' },
      ],
    },
    {
      typed: 'BTC/USDT:USDT@liquidation',
      subscribe: [
        { event: 'conf', flags: 229_376 },
        { event: 'subscribe', channel: 'status', key: 'liq:global' },
      ],
    },
  ],
  recordings: ['bitfinex'],
  exponents: 'accepted',
})

describe('bitfinex, data before the acknowledgement', () => {
  const decoder = () => bitfinex.decoder()
  const feed = (target: ReturnType<typeof decoder>, frame: string): Decoded[] => {
    const out: Decoded[] = []
    target.decode(Buffer.from(frame), RECEIVED, out)
    return out
  }
  it('is told with the acknowledgement, in order', () => {
    const target = decoder()
    feed(target, TE)
    feed(target, TE.replace('401597395', '401597396').replace(',31,', ',33,'))
    expect(feed(target, TRADES)).toEqual([
      { type: 'ack', request: null, streams: ['trades:tBTCUSD'] },
      trade,
      { ...trade, id: '401597396' },
    ])
  })
  it('is refused when it never comes', () => {
    const target = decoder()
    for (let index = 0; index < 64; index++) feed(target, TE)
    expect(() => feed(target, TE)).toThrow('never acknowledged')
  })
})

describe('bitfinex, the number of the connection', () => {
  const follow = (frames: string[]) => {
    const decoder = bitfinex.decoder()
    const updates = frames.flatMap(frame => {
      const out: Decoded[] = []
      decoder.decode(Buffer.from(frame), RECEIVED, out)
      return out.filter(event => event.type === 'bookUpdate')
    })
    const [before, next] = updates.slice(-2)
    return before && next && bitfinex.book?.follow(before, next)
  }
  it('goes on over messages of other channels', () => {
    expect(follow([BOOK, SNAPSHOT, CHANGE, '[5,"hb",42]', CHANGE.replace('41', '43')])).toBe('next')
  })
  it('shows a gap to a book although the missing message may not have been its own', () => {
    expect(follow([BOOK, SNAPSHOT, CHANGE, CHANGE.replace('41', '43')])).toBe('gap')
    expect(follow([BOOK, SNAPSHOT, CHANGE, '[5,"hb",43]', CHANGE.replace('41', '44')])).toBe('gap')
  })
  it('takes the same message twice for old', () => {
    expect(follow([BOOK, SNAPSHOT, CHANGE, CHANGE])).toBe('old')
  })
  it('proves nothing where the flag was not set', () => {
    expect(follow([BOOK, '[8092,[[97000,2,1.5]]]', '[8092,[97000,1,1]]', '[8092,[97000,1,2]]'])).toBe('next')
  })
})

describe('bitfinex, checksum', () => {
  it('is the signed CRC-32 of bids and asks in turn, asks negative, digits as sent', () => {
    const book = { bids: [['97000', '1.50'], ['2e-8', '3']] as const, asks: [['97010', '0.25']] as const } // prettier-ignore
    expect(bitfinex.book?.checksum?.(book)).toBe(crc32('97000:1.50:97010:-0.25:2e-8:3') | 0)
  })
  it('looks at 25 levels and no more', () => {
    const level = (index: number): [string, string] => [String(1000 - index), '1']
    const bids = Array.from({ length: 30 }, (_, index) => level(index))
    expect(bitfinex.book?.checksum?.({ bids, asks: [] })).toBe(
      bitfinex.book?.checksum?.({ bids: bids.slice(0, 25), asks: [] }),
    )
  })
  it('holds over a session with checksums', () => {
    const sum = crc32('97000:1.50:97010:-0.25:2e-8:0.5') | 0
    const frames = [BOOK, SNAPSHOT, CHANGE, `[8092,"cs",${String(sum)},42]`]
    expect(replayBooks(bitfinex, frames)).toMatchObject({ ok: 1, bad: 0, gaps: 0 })
  })
})

describe('bitfinex, requests', () => {
  it('asks once for ticker and quote of a symbol, and once for liquidations', () => {
    const typed = ['tBTCUSD@ticker', 'tBTCUSD@quote', 'tBTCUSD@liquidation', 'tETHUSD@liquidation']
    const sent = bitfinex.subscribe(typed.map(text => streamOf(bitfinex, text)), 1) // prettier-ignore
    expect(sent.map(frame => frame.streams.length)).toEqual([0, 2, 2])
  })
  it('closes a channel by the number of its acknowledgement', () => {
    decodeLast(bitfinex, [TRADES.replace('17470', '555001').replace('tBTCUSD', 'tZZZUSD')])
    const sent = bitfinex.unsubscribe([streamOf(bitfinex, 'tZZZUSD@trade')], 1)
    expect(sent.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
      { event: 'unsubscribe', channel: 'trades', symbol: 'tZZZUSD', chanId: 555_001 },
    ])
  })
  it('knows whose the data of a served recording are once it has seen the acknowledgement, and gives numbers of its own', () => {
    const ack = TICKER.replace('224555', '555002').replace('tBTCUSD', 'tYYYUSD')
    expect(bitfinex.dialect.topics('[555002,[1]]')).toEqual([])
    expect(bitfinex.dialect.topics(ack)).toEqual([])
    expect(bitfinex.dialect.topics('[555002,[1]]')).toEqual(['ticker:tYYYUSD'])
    const request = bitfinex.dialect.read('{"event":"subscribe","channel":"ticker","symbol":"tYYYUSD"}')
    const accepted = JSON.parse((request && bitfinex.dialect.accept(request)[0]) ?? '') as { chanId: number }
    const to = { path: '/', sent: 4, topic: 'ticker:tYYYUSD' }
    const mine = accepted.chanId
    expect(mine).not.toBe(555_002)
    expect(bitfinex.dialect.deliver?.('[555002,[1,2]]', to)).toBe(`[${mine},[1,2]]`)
    expect(bitfinex.dialect.read(`{"event":"unsubscribe","chanId":${mine}}`)?.topics).toEqual(['ticker:tYYYUSD'])
  })
  it.each([
    ['[9,[1,2,3],17]', '[1,2,3],5'],
    ['[9,"te",[1,2,3,4],17,1732353600000]', '"te",[1,2,3,4],5,1732353600000'],
    ['[9,"hb",17,1732353600000]', '"hb",5,1732353600000'],
    ['[9,"cs",-123456]', '"cs",-123456'],
    ['[9,"cs",123456]', '"cs",123456'],
    ['[9,"cs",123456,17,1732353600000]', '"cs",123456,5,1732353600000'],
    ['[9,[[1,2,3],[4,5,6]],17,1732353600000]', '[[1,2,3],[4,5,6]],5,1732353600000'],
    ['[9,[[1,2,3],[4,5,6]],1732353600000]', '[[1,2,3],[4,5,6]],1732353600000'],
  ])('renumbers %s for a client', (message, content) => {
    const to = { path: '/', sent: 4, topic: 'book:tXXXUSD' }
    expect(bitfinex.dialect.deliver?.(message, to)).toMatch(
      new RegExp(`^\\[\\d+,${content.replace(/[[\]]/g, '\\$&')}\\]$`),
    )
  })
  it('takes for a channel that nobody named the only one of its kind that was recorded', () => {
    const listed = ['trades:tAAAUSD', 'book:tAAAUSD', 'book:tBBBUSD', 'candles:trade:1m:tAAAUSD']
    const topics = (message: string): readonly string[] => bitfinex.dialect.topics(message, listed)
    expect(topics('[777001,"te",[1,1732353600000,1,2]]')).toEqual(['trades:tAAAUSD'])
    expect(topics('[777001,"hb"]')).toEqual(['trades:tAAAUSD'])
    expect(topics('[777002,[[1732353600000,1,2,3,4,5]]]')).toEqual(['candles:trade:1m:tAAAUSD'])
    expect(topics('[777003,[97000,1,2]]')).toEqual([])
    expect(topics('[777004,[1,2,3,4,5,6,7,8,9,10]]')).toEqual([])
    expect(bitfinex.dialect.topics('[777005,"te",[1,1732353600000,1,2]]')).toEqual([])
  })
  it('introduces such a channel to a decoder, under the number that it has', () => {
    const data = '[777006,[[97000,1,2],[97001,1,-3]]]'
    const introduction = bitfinex.dialect.introduction?.(data, 'book:tCCCUSD') ?? ''
    expect(decodeLast(bitfinex, [introduction, data])).toMatchObject([{ type: 'bookUpdate', kind: 'snapshot', symbol: 'tCCCUSD' }]) // prettier-ignore
    expect(bitfinex.dialect.introduction?.('{"event":"info"}', 'book:tCCCUSD')).toBeUndefined()
  })
})

describe('recent ids', () => {
  it('forgets the oldest first', () => {
    const ids = new RecentIds(2)
    expect(['a', 'b', 'a', 'c', 'a'].map(id => ids.add(id))).toEqual([true, true, false, true, true])
  })
})

describe('bitfinex, third-party expectations', () => {
  // The trades before the subscription are history and are not told again.
  agreesWithParser(bitfinex, 'bitfinex', (test, path) => test.startsWith('trade::') && path === 'trades.len()')
  agreesWithMappers({
    exchange: bitfinex,
    folder: 'bitfinex',
    symbol: symbol => symbol.slice(1),
    compared: () => true,
  })
})

const SESSION = 'recorded/bitfinex/_session.cf-20210417.jsonl.gz'
if (hasShared(SESSION)) {
  describe('bitfinex, recorded books', () => {
    it('places every update of the session and ends with no crossed book', () => {
      const replay = replayBooks(bitfinex, sharedLines(SESSION))
      expect(replay.gaps).toBe(0)
      expect(replay.books.size).toBe(7)
      for (const [pair, book] of replay.books) {
        expect(book.crossed, pair).toBe(false)
        expect(Math.max(book.bids.length, book.asks.length), pair).toBeLessThanOrEqual(100)
      }
    })
    it('lets the synchroniser see no gap', () => {
      const books = [...replaySession(bitfinex, 'bitfinex', 'cf-20210417').values()]
      expect(books.flatMap(({ statuses }) => statuses)).toEqual([])
      expect(books.filter(({ stats }) => stats.live)).toHaveLength(7)
    })
    it('shows a gap to books when one message of the session is lost', () => {
      const frames = sharedLines(SESSION)
      const index = frames.findIndex(frame => /^\[\d+,\[[\d.]+,/.test(frame) && frame.includes(',200]'))
      expect(index).toBeGreaterThan(0)
      expect(replayBooks(bitfinex, frames.toSpliced(index, 1)).gaps).toBeGreaterThan(0)
    })
  })
}
