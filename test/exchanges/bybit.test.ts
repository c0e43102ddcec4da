/** Bybit: v5 live, older protocols out of recordings, and which market a message is of. */
import { describe, expect, it } from 'vitest'
import { bybit } from '../../src/exchanges/bybit.js'
import type { BookUpdate } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { replayBooks } from './replayed-book.js'
import { agreesWithMappers, agreesWithParser } from './tardis-expected.js'

const received = RECEIVED
const TS = 1_732_353_599_123
const time = 1_732_353_599_123_000
const spot = { exchange: 'bybit', symbol: 'BTCUSDT', pair: 'BTC/USDT' }
const linear = { exchange: 'bybit', symbol: 'BTCUSDT', pair: 'BTC/USDT:USDT' }
const LINEAR_ACK = '{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"linear-1","op":"subscribe"}'
const SPOT_ACK = LINEAR_ACK.replace('linear', 'spot')

const TRADE = `{"topic":"publicTrade.BTCUSDT","ts":${String(TS)},"type":"snapshot","data":[{"i":"2290000000050703789","T":${String(TS)},"p":"97001.10","v":"0.005","S":"Sell","s":"BTCUSDT","BT":false}]}`
const LINEAR_TRADE = `{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":${String(TS)},"data":[{"T":${String(TS)},"s":"BTCUSDT","S":"Buy","v":"0.001","p":"97001.10","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false}]}`
const DELTA = `{"topic":"orderbook.200.BTCUSDT","ts":${String(TS)},"type":"delta","data":{"s":"BTCUSDT","b":[],"a":[["97010.5","0"],["97010.6","2"]],"u":18521289,"seq":7961638725},"cts":${String(TS - 3)}}`
const TICKER = `{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","tickDirection":"PlusTick","price24hPcnt":"0.01","lastPrice":"97001.10","prevPrice24h":"96000.00","highPrice24h":"98000.00","lowPrice24h":"95000.00","prevPrice1h":"97000","markPrice":"97002.50","indexPrice":"97001","openInterest":"68744.761","openInterestValue":"1","turnover24h":"1","volume24h":"91705.276","nextFundingTime":"1732377600000","fundingRate":"-0.000212","bid1Price":"97000","bid1Size":"1","ask1Price":"97001","ask1Size":"1"},"cs":1,"ts":${String(TS)}}`

const update = {
  type: 'bookUpdate',
  ...spot,
  kind: 'delta',
  first: 18_521_289,
  last: 18_521_289,
  previous: null,
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
const ticker = { type: 'ticker', ...linear, last: 97_001.1, open: 96_000, high: 98_000, low: 95_000, volume: 91_705.276, time, received } as const // prettier-ignore
const funding = { type: 'funding', ...linear, rate: -0.000212, markPrice: 97_002.5, nextFunding: 1_732_377_600_000_000, time, received } as const // prettier-ignore

conformance({
  exchange: bybit,
  golden: [
    {
      name: 'a spot trade',
      frame: TRADE,
      stream: 'BTCUSDT@trade',
      events: [
        {
          type: 'trade',
          ...spot,
          id: '2290000000050703789',
          price: 97_001.1,
          size: 0.005,
          side: 'sell',
          time,
          received,
        },
      ],
    },
    {
      name: 'a trade of a perpetual',
      frame: LINEAR_TRADE,
      stream: 'BTC/USDT:USDT@trade',
      events: [
        {
          type: 'trade',
          ...linear,
          id: '20f43950-d8dd-5b31-9112-a178eb6023af',
          price: 97_001.1,
          size: 0.001,
          side: 'buy',
          time,
          received,
        },
      ],
    },
    { name: 'a book change on spot', frame: DELTA, stream: 'BTCUSDT@book', events: [update] },
    {
      name: 'a book change of a perpetual, known by the acknowledgement',
      before: [LINEAR_ACK],
      frame: DELTA,
      stream: 'BTC/USDT:USDT@book',
      events: [{ ...update, ...linear }],
    },
    {
      name: 'a snapshot after a restart, which replaces the book though it calls itself a change',
      frame: DELTA.replace('18521289', '1'),
      events: [{ ...update, kind: 'snapshot', first: 1, last: 1 }],
    },
    {
      name: 'a quote',
      frame: `{"topic":"orderbook.1.BTCUSDT","ts":${String(TS)},"type":"snapshot","data":{"s":"BTCUSDT","b":[["97000","1.5"]],"a":[["97010.5","0.25"]],"u":9,"seq":7}}`,
      stream: 'BTCUSDT@quote',
      events: [{ type: 'quote', ...spot, bid: 97_000, bidSize: 1.5, ask: 97_010.5, askSize: 0.25, time, received }],
    },
    {
      name: 'a quote of which one side changed',
      before: [
        `{"topic":"orderbook.1.BTCUSDT","ts":${String(TS)},"type":"snapshot","data":{"s":"BTCUSDT","b":[["97000","1.5"]],"a":[["97010.5","0.25"]],"u":9,"seq":7}}`,
      ],
      frame: `{"topic":"orderbook.1.BTCUSDT","ts":${String(TS)},"type":"delta","data":{"s":"BTCUSDT","b":[["97000","0"],["96999","2"]],"a":[],"u":10,"seq":8}}`,
      events: [{ type: 'quote', ...spot, bid: 96_999, bidSize: 2, ask: 97_010.5, askSize: 0.25, time, received }],
    },
    {
      name: 'a ticker of a perpetual as ticker, funding and open interest',
      frame: TICKER,
      stream: 'BTC/USDT:USDT@funding',
      events: [ticker, funding, { type: 'openInterest', ...linear, openInterest: 68_744.761, time, received }],
    },
    {
      name: 'a change of a ticker, the rest remembered',
      before: [TICKER],
      frame: `{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","lastPrice":"97005.00","markPrice":"97004.00"},"cs":2,"ts":${String(TS)}}`,
      events: [
        { ...ticker, last: 97_005 },
        { ...funding, markPrice: 97_004 },
      ],
    },
    {
      name: 'a closed candle',
      frame: `{"topic":"kline.5.BTCUSDT","data":[{"start":1732353300000,"end":1732353599999,"interval":"5","open":"97000","close":"97001.1","high":"97020","low":"96990","volume":"3.5","turnover":"1","confirm":true,"timestamp":${String(TS)}}],"ts":${String(TS)},"type":"snapshot"}`,
      stream: 'BTCUSDT@candle_5m',
      events: [
        {
          type: 'candle',
          ...spot,
          interval: '5m',
          start: 1_732_353_300_000_000,
          open: 97_000,
          high: 97_020,
          low: 96_990,
          close: 97_001.1,
          volume: 3.5,
          closed: true,
          time,
          received,
        },
      ],
    },
    {
      name: 'the liquidation of a long, which sells',
      frame: `{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":${String(TS)},"data":[{"T":${String(TS)},"s":"BTCUSDT","S":"Buy","v":"0.2","p":"96500.10"}]}`,
      stream: 'BTCUSDT.P@liquidation',
      events: [{ type: 'liquidation', ...linear, price: 96_500.1, size: 0.2, side: 'sell', time, received }],
    },
    {
      name: 'a trade of v2',
      frame: `{"topic":"trade.BTCUSD","data":[{"trade_time_ms":${String(TS)},"timestamp":"2024-11-23T09:19:59.000Z","symbol":"BTCUSD","side":"Buy","size":6000,"price":97001.5,"tick_direction":"ZeroPlusTick","trade_id":"8c53dd53-2df5","cross_seq":7}]}`,
      events: [
        {
          type: 'trade',
          exchange: 'bybit',
          symbol: 'BTCUSD',
          pair: 'BTC/USD:BTC',
          id: '8c53dd53-2df5',
          price: 97_001.5,
          size: 6000,
          side: 'buy',
          time,
          received,
        },
      ],
    },
  ],
  control: [
    {
      name: 'an own order',
      frame: '{"id":"1","topic":"order","creationTime":1732353599123,"data":[{}]}',
      type: 'ignored',
    },
    {
      name: 'the pong of spot and contracts',
      frame: '{"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"}',
      type: 'heartbeat',
    },
    { name: 'the pong of options', frame: '{"op":"pong","args":["1732353599123"],"conn_id":"c"}', type: 'heartbeat' },
    { name: 'an acknowledgement', frame: SPOT_ACK, type: 'ack' },
    {
      name: 'an acknowledgement of options',
      frame:
        '{"success":true,"conn_id":"c","data":{"failTopics":[],"successTopics":["tickers.BTC"]},"type":"COMMAND_RESP"}',
      type: 'ack',
    },
    {
      name: 'a refusal of options',
      frame:
        '{"success":true,"conn_id":"c","data":{"failTopics":["tickers.X"],"successTopics":[]},"type":"COMMAND_RESP"}',
      type: 'refused',
    },
    {
      name: 'a refusal',
      frame:
        '{"success":false,"ret_msg":"error:handler not found,topic:publicTrade.XXYY","conn_id":"c","req_id":"spot-1","op":"subscribe"}',
      type: 'refused',
    },
    {
      name: 'a topic that was subscribed already',
      frame:
        '{"success":false,"ret_msg":"error:already subscribed,topic:publicTrade.BTCUSDT","conn_id":"c","op":"subscribe"}',
      type: 'ack',
    },
    {
      name: 'a ticker change that brings nothing genesis reports',
      frame: `{"topic":"tickers.BTCPERP","type":"delta","data":{"symbol":"BTCPERP","bid1Size":"0.035"},"cs":1,"ts":${String(TS)}}`,
      type: 'ignored',
    },
    { name: 'a price limit', frame: '{"topic":"priceLimit.BTCUSDT","data":{},"ts":1}', type: 'ignored' },
  ],
  broken: [
    { name: 'an unknown topic', frame: '{"topic":"dice.BTCUSDT","data":[]}', code: 'unknown' },
    { name: 'a message of no kind', frame: '{"hello":1}', code: 'unknown' },
    { name: 'an unknown depth', frame: DELTA.replace('orderbook.200', 'orderbook.x'), code: 'unknown' },
    { name: 'a symbol that is none', frame: TRADE.replace('"s":"BTCUSDT"', '"s":"B@C"'), code: 'symbol' },
    { name: 'a trade without an id', frame: TRADE.replace('"i":"2290000000050703789",', ''), code: 'field' },
    { name: 'a third side', frame: TRADE.replace('"Sell"', '"Both"'), code: 'field' },
    { name: 'a time in seconds', frame: TRADE.replace(`"T":${String(TS)}`, '"T":1732353599'), code: 'time' },
    { name: 'a negative size', frame: TRADE.replace('"0.005"', '"-0.005"'), code: 'number' },
    { name: 'a book that is neither whole nor a change', frame: DELTA.replace('"delta"', '"half"'), code: 'field' },
    { name: 'levels that are none', frame: DELTA.replace('["97010.5","0"]', '7'), code: 'shape' },
    { name: 'an unknown interval', frame: '{"topic":"kline.7.BTCUSDT","data":[]}', code: 'field' },
    { name: 'a book without a number', frame: DELTA.replace('18521289', '"x"'), code: 'field' },
  ],
  instruments: [
    ['BTCUSDT', 'BTCUSDT', 'BTC/USDT'],
    ['btc/usdt', 'BTCUSDT', 'BTC/USDT'],
    ['BTC-USDT', 'BTCUSDT', 'BTC/USDT'],
    ['MNTUSDT', 'MNTUSDT', 'MNT/USDT'],
    ['ETHMNT', 'ETHMNT', 'ETH/MNT'],
    ['BTCPERP', 'BTCPERP', 'BTC/USDC:USDC'],
    ['BTCUSDC.P', 'BTCPERP', 'BTC/USDC:USDC'],
    ['BTCUSD', 'BTCUSD', 'BTC/USD:BTC'],
    ['BTCUSDH25', 'BTCUSDH25', 'BTC/USD:BTC-250328'],
    ['BTC-28MAR25', 'BTC-28MAR25', 'BTC/USDC:USDC-250328'],
    ['BTCUSDT-28MAR25', 'BTCUSDT-28MAR25', 'BTC/USDT:USDT-250328'],
    ['BTC-28APR23-29500-C', 'BTC-28APR23-29500-C', 'BTC/USDC:USDC-230428-29500-C'],
    ['SOL-5MAY23-30-P-USDT', 'SOL-5MAY23-30-P-USDT', 'SOL/USDT:USDT-230505-30-P'],
  ],
  strangers: ['BTC', 'BTC/USD', 'BTC/USDT:ETH', 'BTC//USDT'],
  streams: [
    {
      typed: 'BTCUSDT@trade',
      subscribe: [{ req_id: 'spot-1', op: 'subscribe', args: ['publicTrade.BTCUSDT'] }],
      unsubscribe: [{ req_id: 'spot-7', op: 'unsubscribe', args: ['publicTrade.BTCUSDT'] }],
      address: 'wss://stream.bybit.com/v5/public/spot',
    },
    {
      typed: 'BTC/USDT:USDT@book',
      subscribe: [{ req_id: 'linear-1', op: 'subscribe', args: ['orderbook.200.BTCUSDT'] }],
      address: 'wss://stream.bybit.com/v5/public/linear',
    },
    { typed: 'BTCUSDT@quote', subscribe: [{ req_id: 'spot-1', op: 'subscribe', args: ['orderbook.1.BTCUSDT'] }] },
    { typed: 'BTCUSDT@candle_1h', subscribe: [{ req_id: 'spot-1', op: 'subscribe', args: ['kline.60.BTCUSDT'] }] },
    { typed: 'BTCUSDT.P@ticker', subscribe: [{ req_id: 'linear-1', op: 'subscribe', args: ['tickers.BTCUSDT'] }] },
    {
      typed: 'BTCUSD@funding',
      subscribe: [{ req_id: 'inverse-1', op: 'subscribe', args: ['tickers.BTCUSD'] }],
      address: 'wss://stream.bybit.com/v5/public/inverse',
    },
    { typed: 'BTCPERP@openInterest', subscribe: [{ req_id: 'linear-1', op: 'subscribe', args: ['tickers.BTCPERP'] }] },
    {
      typed: 'BTCUSDT.P@liquidation',
      subscribe: [{ req_id: 'linear-1', op: 'subscribe', args: ['allLiquidation.BTCUSDT'] }],
    },
    {
      typed: 'BTC-28APR23-29500-C@trade',
      subscribe: [{ req_id: 'option-1', op: 'subscribe', args: ['publicTrade.BTC'] }],
      address: 'wss://stream.bybit.com/v5/public/option',
    },
  ],
  recordings: ['bybit'],
})

describe('bybit, one symbol on two markets', () => {
  it('reads the perpetual by its unified pair and by .P', () => {
    expect(bybit.instrument('btc/usdt:usdt')).toEqual({ symbol: 'BTCUSDT', pair: 'BTC/USDT:USDT' })
    expect(bybit.instrument('btcusdt.p')).toEqual({ symbol: 'BTCUSDT', pair: 'BTC/USDT:USDT' })
  })
  it('lets the acknowledgement outweigh what a message looks like', () => {
    expect(decodeLast(bybit, [SPOT_ACK, LINEAR_TRADE])).toMatchObject([{ pair: 'BTC/USDT' }])
  })
  it('learns the market from a message that only one market sends', () => {
    expect(decodeLast(bybit, [DELTA])).toMatchObject([{ pair: 'BTC/USDT' }])
    expect(decodeLast(bybit, [LINEAR_TRADE, DELTA])).toMatchObject([{ pair: 'BTC/USDT:USDT' }])
    expect(decodeLast(bybit, [TICKER, DELTA])).toMatchObject([{ pair: 'BTC/USDT:USDT' }])
  })
  it('asks each market by itself, ten topics at a time', () => {
    const symbols = Array.from({ length: 12 }, (_, index) => `A${String(index)}USDT@trade`)
    const streams = [...symbols, 'BTC/USDT:USDT@trade'].map(typed => streamOf(bybit, typed))
    const sent = bybit.subscribe(streams, 3)
    expect(sent.map(({ request }) => request)).toEqual(['spot-3', 'spot-4', 'linear-5'])
    expect(sent.map(frame => frame.streams.length)).toEqual([10, 2, 1])
  })
})

describe('bybit, the chain of updates', () => {
  const at = (last: number | null): BookUpdate => ({ ...update, first: last, last })
  it.each([
    [5, 6, 'next'],
    [5, 7, 'gap'],
    [5, 5, 'old'],
    [5, 4, 'gap'],
    [5, 1, 'reset'],
    [null, null, 'next'],
  ] as const)('after %j, %j is %s', (before, after, place) => {
    expect(bybit.book?.follow(at(before), at(after))).toBe(place)
  })
})

describe('bybit, recordings', () => {
  it('serves a recorded book of another depth', () => {
    expect(bybit.dialect.topics(DELTA.replace('200', '50'))).toEqual(['orderbook.50.BTCUSDT', 'orderbook.200.BTCUSDT'])
  })
  // Of v2, the 200-level book that repeats the 25-level one and the instrument states are reported as ignored.
  // They sort the bids of a v2 snapshot, which are sent worst first; the book sorts here.
  agreesWithParser(bybit, 'bybit', (test, path) => test.endsWith('_snapshot') && path.includes('.bids['))
  agreesWithMappers({ exchange: bybit, folder: 'bybit', compared: () => true })
  const CAPTURE = 'recorded/bybit/orderbook.cap-20260824.public.jsonl'
  if (hasShared(CAPTURE)) {
    it('follows the live capture without a gap', () => {
      const replay = replayBooks(bybit, sharedLines(CAPTURE))
      expect(replay.gaps).toBe(0)
      expect(replay.books.get('BTC/USDT')?.crossed).toBe(false)
    })
  }
  const LEGACY = 'recorded/bybit_v2_legacy/_session.cf-20210417-usdt.jsonl.gz'
  if (hasShared(LEGACY)) {
    it('decodes the v2 session, its books never crossed at the end', () => {
      const replay = replayBooks(bybit, sharedLines(LEGACY))
      expect(replay.books.size).toBeGreaterThan(0)
      expect([...replay.books.values()].filter(book => book.crossed)).toEqual([])
    })
  }
})
