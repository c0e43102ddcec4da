/** OKX: v5 live, v3 and REST out of recordings, the seqId chain, and the checksums of the recorded books. */
import { describe, expect, it } from 'vitest'
import { okx } from '../../src/exchanges/okx.js'
import type { BookUpdate } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { replayBooks } from './replayed-book.js'
import { agreesWithMappers, agreesWithParser } from './tardis-expected.js'
import { replayBooks as replaySession } from './third-party.js'

const received = RECEIVED
const TS = '1732353599123'
const time = 1_732_353_599_123_000
const spot = { exchange: 'okx', symbol: 'BTC-USDT', pair: 'BTC/USDT' }
const swap = { exchange: 'okx', symbol: 'BTC-USDT-SWAP', pair: 'BTC/USDT:USDT' }

const TRADE = `{"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"690000001","px":"97001.1","sz":"0.005","side":"sell","ts":"${TS}"}]}`
const SNAPSHOT = `{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["97010.5","0.25","0","3"]],"bids":[["97000","1.5","0","2"]],"ts":"${TS}","checksum":0,"prevSeqId":-1,"seqId":100}]}`
const UPDATE = `{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["97010.5","0","0","0"],["97010.6","2","0","1"]],"bids":[],"ts":"${TS}","checksum":0,"prevSeqId":100,"seqId":104}]}`
const SUMMED = `{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["97010.50","0.250","0","3"]],"bids":[],"ts":"${TS}","checksum":-855196043}]}`
const CANDLE = `{"arg":{"channel":"candle1Dutc","instId":"BTC-USDT"},"data":[["1732320000000","97000","97020","96990","97001.1","3.5","339000","339000","1"]]}`

const update = {
  type: 'bookUpdate',
  ...spot,
  kind: 'delta',
  first: 104,
  last: 104,
  previous: 100,
  checksum: null,
  bids: [],
  asks: [
    [97_010.5, 0],
    [97_010.6, 2],
  ],
  texts: null,
  time,
  received,
} satisfies BookUpdate

conformance({
  exchange: okx,
  golden: [
    {
      name: 'a trade',
      frame: TRADE,
      stream: 'BTC-USDT@trade',
      events: [
        {
          type: 'trade',
          ...spot,
          id: '690000001',
          price: 97_001.1,
          size: 0.005,
          side: 'sell',
          time,
          received,
          ordinal: 690_000_001,
        },
      ],
    },
    {
      name: 'an aggregated trade',
      frame: TRADE.replace('trades-all', 'trades').replace(`"ts"`, `"count":"3","ts"`),
      stream: 'BTC-USDT@aggTrade',
      events: [
        {
          type: 'trade',
          ...spot,
          id: '690000001',
          price: 97_001.1,
          size: 0.005,
          side: 'sell',
          time,
          received,
          aggregated: true,
        },
      ],
    },
    {
      name: 'a book snapshot',
      frame: SNAPSHOT,
      stream: 'BTC-USDT@book',
      events: [
        {
          ...update,
          kind: 'snapshot',
          first: 100,
          last: 100,
          previous: null,
          bids: [[97_000, 1.5]],
          asks: [[97_010.5, 0.25]],
        },
      ],
    },
    { name: 'a book update', frame: UPDATE, stream: 'BTC-USDT@book', events: [update] },
    {
      name: 'a book update with a checksum, digits as sent',
      frame: SUMMED,
      events: [
        {
          ...update,
          first: null,
          last: null,
          previous: null,
          checksum: -855_196_043,
          asks: [[97_010.5, 0.25]],
          texts: { bids: [], asks: [['97010.50', '0.250']] },
        },
      ],
    },
    {
      name: 'five levels',
      frame: `{"arg":{"channel":"books5","instId":"BTC-USDT"},"data":[{"asks":[["97010.5","0.25","0","3"]],"bids":[["97000","1.5","0","2"]],"instId":"BTC-USDT","ts":"${TS}","seqId":100}]}`,
      stream: 'BTC-USDT@book5',
      events: [
        {
          ...update,
          kind: 'partial',
          first: 100,
          last: 100,
          previous: null,
          bids: [[97_000, 1.5]],
          asks: [[97_010.5, 0.25]],
        },
      ],
    },
    {
      name: 'a quote',
      frame: `{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["97010.5","0.25","0","3"]],"bids":[["97000","1.5","0","2"]],"ts":"${TS}","seqId":100}]}`,
      stream: 'BTC-USDT@quote',
      events: [{ type: 'quote', ...spot, bid: 97_000, bidSize: 1.5, ask: 97_010.5, askSize: 0.25, time, received }],
    },
    {
      name: 'a ticker',
      frame: `{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"97001.1","lastSz":"0.1","askPx":"97010.5","askSz":"0.25","bidPx":"97000","bidSz":"1.5","open24h":"96000","high24h":"98000","low24h":"95000","volCcy24h":"1","vol24h":"1200.5","ts":"${TS}"}]}`,
      stream: 'BTC-USDT@ticker',
      events: [
        {
          type: 'ticker',
          ...spot,
          last: 97_001.1,
          open: 96_000,
          high: 98_000,
          low: 95_000,
          volume: 1200.5,
          time,
          received,
        },
      ],
    },
    {
      name: 'a closed candle of a UTC day',
      frame: CANDLE,
      stream: 'BTC-USDT@candle_1d',
      events: [
        {
          type: 'candle',
          ...spot,
          interval: '1d',
          start: 1_732_320_000_000_000,
          open: 97_000,
          high: 97_020,
          low: 96_990,
          close: 97_001.1,
          volume: 3.5,
          closed: true,
          time: received,
          received,
        },
      ],
    },
    {
      name: 'a funding rate, with the mark price of its own channel',
      before: [
        `{"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"97002.5","ts":"${TS}"}]}`,
      ],
      frame: `{"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingRate":"0.0000734174532791","fundingTime":"1732377600000","instId":"BTC-USDT-SWAP","instType":"SWAP","ts":"${TS}"}]}`,
      stream: 'BTC-USDT-SWAP@funding',
      events: [
        {
          type: 'funding',
          ...swap,
          rate: 0.0000734174532791,
          markPrice: 97_002.5,
          nextFunding: 1_732_377_600_000_000,
          time,
          received,
        },
      ],
    },
    {
      name: 'open interest',
      frame: `{"arg":{"channel":"open-interest","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","oi":"2216113.01","oiCcy":"22161.1301","ts":"${TS}"}]}`,
      stream: 'BTC-USDT-SWAP@openInterest',
      events: [{ type: 'openInterest', ...swap, openInterest: 2_216_113.01, time, received }],
    },
    {
      name: 'a liquidation of a short',
      frame: `{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"97400","ccy":"","posSide":"short","side":"buy","sz":"13","ts":"${TS}"}],"instFamily":"BTC-USDT","instId":"BTC-USDT-SWAP","instType":"SWAP","uly":"BTC-USDT"}]}`,
      stream: 'BTC-USDT-SWAP@liquidation',
      events: [{ type: 'liquidation', ...swap, price: 97_400, size: 13, side: 'buy', time, received }],
    },
    {
      name: 'a v3 trade',
      frame:
        '{"table":"futures/trade","data":[{"side":"sell","trade_id":"2578238628528131","price":"97001.1","qty":"4","instrument_id":"BTC-USD-190628","timestamp":"2024-11-23T09:19:59.123Z"}]}',
      events: [
        {
          type: 'trade',
          exchange: 'okx',
          symbol: 'BTC-USD-190628',
          pair: 'BTC/USD:BTC-190628',
          id: '2578238628528131',
          price: 97_001.1,
          size: 4,
          side: 'sell',
          time,
          received,
        },
      ],
    },
  ],
  control: [
    {
      name: 'an own order',
      frame: '{"arg":{"channel":"orders","instType":"ANY","uid":"1"},"data":[{}]}',
      type: 'ignored',
    },
    { name: 'the pong', frame: 'pong', type: 'heartbeat' },
    {
      name: 'an acknowledgement',
      frame: '{"id":"3","event":"subscribe","arg":{"channel":"trades","instId":"BTC-USDT"},"connId":"a4d3ae55"}',
      type: 'ack',
    },
    {
      name: 'a refusal',
      frame: `{"event":"error","code":"60018","msg":"Wrong URL or channel:trades,instId:XX-YY doesn't exist.","connId":"a4d3ae55"}`,
      type: 'refused',
    },
    {
      name: 'the announcement of an upgrade',
      frame:
        '{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.","connId":"a4d3ae55"}',
      type: 'renew',
    },
    {
      name: 'the count of connections',
      frame: '{"event":"channel-conn-count","channel":"trades","connCount":"1","connId":"a4d3ae55"}',
      type: 'ignored',
    },
    {
      name: 'a mark price',
      frame: `{"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"97002.5","ts":"${TS}"}]}`,
      type: 'ignored',
    },
    {
      name: 'a quote with an empty side',
      frame: `{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[],"bids":[["97000","1.5","0","2"]],"ts":"${TS}"}]}`,
      type: 'ignored',
    },
  ],
  broken: [
    { name: 'an unknown channel', frame: TRADE.replace('trades-all', 'dice'), code: 'unknown' },
    { name: 'an unknown event', frame: '{"event":"party"}', code: 'unknown' },
    { name: 'a message of no kind', frame: '{"hello":1}', code: 'unknown' },
    {
      name: 'a symbol that is none',
      frame: TRADE.replace('"instId":"BTC-USDT","tradeId"', '"instId":"B@C","tradeId"'),
      code: 'symbol',
    },
    { name: 'a trade without an id', frame: TRADE.replace('"tradeId":"690000001",', ''), code: 'field' },
    { name: 'a third side', frame: TRADE.replace('"sell"', '"both"'), code: 'field' },
    { name: 'a time that is none', frame: TRADE.replace(TS, 'noon'), code: 'time' },
    { name: 'a time in seconds', frame: TRADE.replace(TS, '1732353599'), code: 'time' },
    { name: 'a negative size', frame: TRADE.replace('"0.005"', '"-0.005"'), code: 'number' },
    { name: 'levels that are none', frame: UPDATE.replace('["97010.5","0","0","0"]', '7'), code: 'shape' },
    { name: 'a sequence that is none', frame: UPDATE.replace('"seqId":104', '"seqId":"x"'), code: 'field' },
    { name: 'an unknown v3 table', frame: '{"table":"moon/trade","data":[{}]}', code: 'unknown' },
  ],
  instruments: [
    ['BTC-USDT', 'BTC-USDT', 'BTC/USDT'],
    ['btcusdt', 'BTC-USDT', 'BTC/USDT'],
    ['btc/usdt', 'BTC-USDT', 'BTC/USDT'],
    ['BTC-USDT-SWAP', 'BTC-USDT-SWAP', 'BTC/USDT:USDT'],
    ['btc/usdt:usdt', 'BTC-USDT-SWAP', 'BTC/USDT:USDT'],
    ['BTC-USD-SWAP', 'BTC-USD-SWAP', 'BTC/USD:BTC'],
    ['BTC-USD_UM-SWAP', 'BTC-USD_UM-SWAP', 'BTC/USD:USD'],
    ['BTC-USDT-241227', 'BTC-USDT-241227', 'BTC/USDT:USDT-241227'],
    ['BTC-USD-241227', 'BTC-USD-241227', 'BTC/USD:BTC-241227'],
    ['BTC-USD-241227-50000-C', 'BTC-USD-241227-50000-C', 'BTC/USD:BTC-241227-50000-C'],
  ],
  strangers: ['BTC', 'BTC-USDT-SWAP-X', 'BTC/USDT:ETH', 'BTC--USDT'],
  streams: [
    {
      typed: 'BTC-USDT@trade',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'trades-all', instId: 'BTC-USDT' }] }],
      unsubscribe: [{ id: '7', op: 'unsubscribe', args: [{ channel: 'trades-all', instId: 'BTC-USDT' }] }],
      address: 'wss://ws.okx.com:8443/ws/v5/business',
    },
    {
      typed: 'BTC-USDT@aggTrade',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'trades', instId: 'BTC-USDT' }] }],
      address: 'wss://ws.okx.com:8443/ws/v5/public',
    },
    {
      typed: 'BTC-USDT@quote',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] }],
      address: 'wss://ws.okx.com:8443/ws/v5/public',
    },
    {
      typed: 'BTC-USDT@book',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] }],
    },
    {
      typed: 'BTC-USDT@book5',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'books5', instId: 'BTC-USDT' }] }],
    },
    {
      typed: 'BTC-USDT@candle_1h',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'candle1H', instId: 'BTC-USDT' }] }],
      address: 'wss://ws.okx.com:8443/ws/v5/business',
    },
    {
      typed: 'BTC-USDT@ticker',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'tickers', instId: 'BTC-USDT' }] }],
    },
    {
      typed: 'BTC/USDT:USDT@liquidation',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'liquidation-orders', instType: 'SWAP' }] }],
    },
    {
      typed: 'BTC-USDT-SWAP@funding',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'funding-rate', instId: 'BTC-USDT-SWAP' }] }],
    },
    {
      typed: 'BTC-USDT-SWAP@openInterest',
      subscribe: [{ id: '1', op: 'subscribe', args: [{ channel: 'open-interest', instId: 'BTC-USDT-SWAP' }] }],
    },
  ],
  recordings: ['okx'],
})

describe('okx, the chain of updates', () => {
  const at = (previous: number | null, last: number | null): BookUpdate => ({ ...update, first: last, last, previous })
  const follow = (before: BookUpdate, next: BookUpdate) => okx.book?.follow(before, next)

  it('follows prevSeqId', () => {
    expect(follow(at(100, 104), at(104, 109))).toBe('next')
    expect(follow(at(100, 104), at(105, 109))).toBe('gap')
  })
  it('accepts a message that only keeps the stream alive', () => {
    expect(follow(at(100, 104), at(104, 104))).toBe('next')
  })
  it('accepts numbers that begin again after maintenance, but not where the first of them was missed', () => {
    expect(follow(at(100, 104), at(104, 3))).toBe('next')
    expect(follow(at(104, 3), at(3, 5))).toBe('next')
    expect(follow(at(100, 104), at(3, 5))).toBe('gap')
  })
  it('drops the same message sent twice', () => {
    expect(follow(at(100, 104), at(100, 104))).toBe('old')
  })
  it('leaves old messages without numbers to their checksum', () => {
    expect(follow(at(null, null), at(null, null))).toBe('next')
  })
  it('bridges the snapshot by its seqId', () => {
    const [snapshot] = decodeLast(okx, [SNAPSHOT]) as BookUpdate[]
    const [next] = decodeLast(okx, [UPDATE]) as BookUpdate[]
    expect(snapshot && next && okx.book?.bridge(snapshot, next)).toBe('next')
  })
})

describe('okx, requests', () => {
  it('asks once for two instruments whose liquidations come by kind', () => {
    const streams = ['BTC-USDT-SWAP@liquidation', 'ETH-USDT-SWAP@liquidation'].map(typed => streamOf(okx, typed))
    const sent = okx.subscribe(streams, 1)
    expect(JSON.parse(sent[0]?.text ?? '')).toMatchObject({
      args: [{ channel: 'liquidation-orders', instType: 'SWAP' }],
    })
    expect(sent[0]?.streams).toEqual(streams)
  })
  it('names the stream of a refusal', () => {
    const frame = `{"event":"error","code":"60018","msg":"Wrong URL or channel:trades,instId:XX-YY doesn't exist."}`
    expect(decodeLast(okx, [frame])).toMatchObject([{ type: 'refused', streams: ['trades:XX-YY'] }])
  })
  it('serves a recording of single fills to who asks for all fills', () => {
    const single = TRADE.replace('trades-all', 'trades')
    expect(okx.dialect.topics(single)).toEqual(['trades:BTC-USDT', 'trades-all:BTC-USDT'])
    expect(okx.dialect.topics(single.replace('"ts"', '"count":"2","ts"'))).toEqual(['trades:BTC-USDT'])
  })
})

describe('okx, third-party expectations', () => {
  // Spreads of two instruments are no instrument of the contract and are reported as ignored.
  agreesWithParser(okx, 'okx')
  agreesWithMappers({
    exchange: okx,
    folder: 'okx',
    compared: test => !test.includes('spreads'),
  })
})

const SESSION = 'recorded/okx/_session.cf-20220513.jsonl.gz'
if (hasShared(SESSION)) {
  describe('okx, recorded books', () => {
    it('agrees with every checksum of the session', () => {
      expect(replayBooks(okx, sharedLines(SESSION))).toMatchObject({ ok: 290, bad: 0, gaps: 0 })
    })
    it('lets the synchroniser verify every update and see no gap', () => {
      const books = [...replaySession(okx, 'okx', 'cf-20220513').values()]
      expect(books.flatMap(({ statuses }) => statuses)).toEqual([])
      expect(books.reduce((sum, { stats }) => sum + stats.verified, 0)).toBe(290)
    })
    it('agrees with every checksum of the OKCoin session', () => {
      expect(replayBooks(okx, sharedLines('recorded/okx/_session.cf-okcoin-20230527.jsonl.gz'))).toMatchObject({
        ok: 6,
        bad: 0,
      })
    })
  })
}
