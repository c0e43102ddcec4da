/** Binance futures, both venues, against the table test, an independent replay and what tardis-node expects. */
import { describe, expect, it } from 'vitest'
import { binanceFutures } from '../../src/exchanges/binance-futures.js'
import type { BookUpdate } from '../../src/model/event.js'
import { hasShared } from '../support/shared.js'
import { syncedBooks } from './binance-books.js'
import { TIMES } from './binance-cases.js'
import { conformance, decodeLast, RECEIVED, streamOf, type AdapterCases } from './conformance.js'
import { tardisSteps } from './third-party.js'

const exchange = 'binance-futures'
const head = { exchange, symbol: 'BTCUSDT', pair: 'BTC/USDT:USDT' } as const
const TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1732353600124,"T":1732353600123,"s":"BTCUSDT","t":5266583935,"p":"97123.40","q":"0.006","X":"MARKET","m":true}}'
const MARK =
  '{"e":"markPriceUpdate","E":1732353600123,"s":"BTCUSDT","p":"97123.45000000","i":"97100.1","P":"97100.2","r":"-0.00038167","T":1732377600000}'
const FORCE =
  '{"stream":"btcusdt@forceOrder","data":{"e":"forceOrder","E":1732353600124,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"97000.1","ap":"97050","X":"FILLED","l":"0.004","z":"0.014","T":1732353600123}}}'
const DEPTH =
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1732353600123,"T":1732353600120,"s":"BTCUSDT","U":157,"u":160,"pu":149,"b":[["97123.40","1.2"]],"a":[]}}'

const trade = { type: 'trade', ...head, id: '5266583935', price: 97123.4, size: 0.006, side: 'sell', ...TIMES } as const
const funding = {
  type: 'funding',
  ...head,
  rate: -0.00038167,
  markPrice: 97123.45,
  nextFunding: 1_732_377_600_000_000,
  ...TIMES,
} as const
const depth: BookUpdate = {
  type: 'bookUpdate',
  ...head,
  kind: 'delta',
  first: 157,
  last: 160,
  previous: 149,
  checksum: null,
  bids: [[97123.4, 1.2]],
  asks: [],
  texts: null,
  ...TIMES,
}

const golden: AdapterCases['golden'] = [
  { name: 'a trade', stream: 'btcusdt@trade', frame: TRADE, events: [trade] },
  {
    name: 'a perpetual of the coin-margined venue',
    stream: 'btcusd_perp@trade',
    frame: TRADE.replaceAll('BTCUSDT', 'BTCUSD_PERP').replace('btcusdt', 'btcusd_perp'),
    events: [{ ...trade, symbol: 'BTCUSD_PERP', pair: 'BTC/USD:BTC' }],
  },
  {
    name: 'a dated future',
    stream: 'btcusdt_210625@trade',
    frame: TRADE.replaceAll('BTCUSDT', 'BTCUSDT_210625').replace('btcusdt', 'btcusdt_210625'),
    events: [{ ...trade, symbol: 'BTCUSDT_210625', pair: 'BTC/USDT:USDT-210625' }],
  },
  {
    name: 'an aggregated trade from before they had ids',
    stream: 'btcusdt@aggTrade',
    frame:
      '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1732353600124,"s":"BTCUSDT","p":"97123.40","q":"0.006","f":181349,"l":181351,"T":1732353600123,"m":true}}',
    events: [{ ...trade, id: '181351', aggregated: true }],
  },
  {
    name: 'a quote, which has a time',
    stream: 'btcusdt@quote',
    frame:
      '{"e":"bookTicker","u":400900217,"E":1732353600123,"T":1732353600120,"s":"BTCUSDT","b":"97123.4","B":"31.21","a":"97123.5","A":"40.66","st":1,"ps":"BTCUSDT"}',
    events: [{ type: 'quote', ...head, bid: 97123.4, bidSize: 31.21, ask: 97123.5, askSize: 40.66, ...TIMES }],
  },
  { name: 'a depth update', stream: 'btcusdt@book', frame: DEPTH, events: [depth] },
  {
    name: 'partial depth, told apart by its stream name',
    stream: 'btcusdt@book20',
    frame: DEPTH.replace('depth@100ms', 'depth20@100ms'),
    events: [{ ...depth, kind: 'partial' }],
  },
  {
    name: 'a REST snapshot as it is recorded',
    frame:
      '{"stream":"btcusdt@depthSnapshot","generated":true,"data":{"lastUpdateId":160,"E":1732353600123,"T":1732353600120,"bids":[["97123.40","1.2"]],"asks":[]}}',
    events: [{ ...depth, kind: 'snapshot', first: 160, previous: null }],
  },
  {
    name: 'a funding rate',
    stream: 'btcusdt@funding',
    frame: `{"stream":"btcusdt@markPrice@1s","data":${MARK}}`,
    events: [funding],
  },
  {
    name: 'funding rates of all, one without a next time',
    frame: `{"stream":"!markPrice@arr","data":[${MARK},${MARK.replace('"T":1732377600000', '"T":0')}]}`,
    events: [funding, { ...funding, nextFunding: null }],
  },
  {
    name: 'a liquidation',
    stream: 'btcusdt@forceOrder',
    frame: FORCE,
    events: [{ type: 'liquidation', ...head, price: 97000.1, size: 0.014, side: 'sell', ...TIMES }],
  },
  {
    name: 'open interest of the REST twin',
    frame: '{"symbol":"BTCUSDT","openInterest":"84617.188","time":1732353600123}',
    events: [{ type: 'openInterest', ...head, openInterest: 84617.188, ...TIMES }],
  },
  {
    name: 'open interest without a time',
    frame: '{"stream":"btcusdt@openInterest","generated":true,"data":{"symbol":"BTCUSDT","openInterest":"84617.188"}}',
    events: [{ type: 'openInterest', ...head, openInterest: 84617.188, time: RECEIVED, received: RECEIVED }],
  },
]

const names: Readonly<Record<string, readonly [wire: string, address: string]>> = {
  'btcusdt@trade': ['btcusdt@trade', 'wss://fstream.binance.com/public/stream'],
  'btcusdt@quote': ['btcusdt@bookTicker', 'wss://fstream.binance.com/public/stream'],
  'btcusdt@book': ['btcusdt@depth@100ms', 'wss://fstream.binance.com/public/stream'],
  'btcusdt@book10': ['btcusdt@depth10@100ms', 'wss://fstream.binance.com/public/stream'],
  'btcusdt@aggTrade': ['btcusdt@aggTrade', 'wss://fstream.binance.com/market/stream'],
  'btcusdt@candle_1m': ['btcusdt@kline_1m', 'wss://fstream.binance.com/market/stream'],
  'btcusdt@ticker': ['btcusdt@ticker', 'wss://fstream.binance.com/market/stream'],
  'btcusdt@markPrice': ['btcusdt@markPrice@1s', 'wss://fstream.binance.com/market/stream'],
  'btcusdt@liquidation': ['btcusdt@forceOrder', 'wss://fstream.binance.com/market/stream'],
  'btcusd_perp@trade': ['btcusd_perp@trade', 'wss://dstream.binance.com/stream'],
}

conformance({
  exchange: binanceFutures,
  golden,
  control: [
    { name: 'an acknowledgement', frame: '{"id":1000,"result":null}', type: 'ack' },
    { name: 'an error', frame: '{"code":2,"msg":"Invalid request","id":1}', type: 'refused' },
    { name: 'a mark price without funding', frame: MARK.replace('"r":"-0.00038167"', '"r":""'), type: 'ignored' },
    { name: 'a mark price from before funding', frame: MARK.replace('"r":"-0.00038167",', ''), type: 'ignored' },
    ...['INSURANCE_FUND', 'ADL', 'NA'].map(kind => ({
      name: `a trade of kind ${kind}`,
      frame: TRADE.replace('MARKET', kind).replace('97123.40', '0'),
      type: 'ignored' as const,
    })),
    {
      name: 'depth with retail orders',
      frame: DEPTH.replace('btcusdt@depth@100ms', 'btcusdt@rpiDepth@500ms'),
      type: 'ignored',
    },
    {
      name: 'an index',
      frame: '{"stream":"btcusd@indexPrice@1s","data":{"e":"indexPriceUpdate","E":1,"i":"BTCUSD","p":"1"}}',
      type: 'ignored',
    },
    { name: 'an account event', frame: '{"stream":"123","data":{"e":"TRADE_LITE","E":1}}', type: 'ignored' },
  ],
  broken: [
    { name: 'an event nobody knows', frame: '{"e":"surprise"}', code: 'unknown' },
    { name: 'a liquidation of no side', frame: FORCE.replace('SELL', 'HOLD'), code: 'field' },
    { name: 'a liquidation without an order', frame: FORCE.replace('"o":{', '"x":{'), code: 'shape' },
    { name: 'a rate that is no number', frame: MARK.replace('-0.00038167', 'n/a'), code: 'number' },
    { name: 'a predecessor that is no number', frame: DEPTH.replace('"pu":149', '"pu":null'), code: 'field' },
  ],
  instruments: [
    ['btcusdt', 'BTCUSDT', 'BTC/USDT:USDT'],
    ['ETH/USDC:USDC', 'ETHUSDC', 'ETH/USDC:USDC'],
    ['btcusd_perp', 'BTCUSD_PERP', 'BTC/USD:BTC'],
    ['bnbusd_perp', 'BNBUSD_PERP', 'BNB/USD:BNB'],
    ['btcusdt_210625', 'BTCUSDT_210625', 'BTC/USDT:USDT-210625'],
    ['ETH/USD:ETH-210924', 'ETHUSD_210924', 'ETH/USD:ETH-210924'],
  ],
  strangers: ['BTC', 'BTCUSD', 'BTC/USDT:ETH', 'BTC/USD:USD', 'BTCUSDT_PERP', 'BTC/USDT:USDT-JUN25'],
  streams: Object.entries(names).map(([typed, [wire, address]]) => ({
    typed,
    subscribe: [{ method: 'SUBSCRIBE', params: [wire], id: 1 }],
    unsubscribe: [{ method: 'UNSUBSCRIBE', params: [wire], id: 7 }],
    address,
  })),
  recordings: ['binance_usdm', 'binance_coinm'],
})

describe('the futures book', () => {
  const rule = binanceFutures.book!
  const { request } = rule
  const update = (first: number, last: number, previous: number): BookUpdate => ({ ...depth, first, last, previous })
  const snapshot: BookUpdate = { ...depth, kind: 'snapshot', first: 100, last: 100, previous: null }

  it.each([
    [90, 99, 80, 'old'],
    [90, 100, 80, 'next'],
    [100, 110, 80, 'next'],
    [95, 110, 80, 'next'],
    [105, 110, 100, 'next'],
    [101, 110, 99, 'gap'],
  ])('places U=%i u=%i pu=%i after a snapshot of 100 as %s', (first, last, previous, place) => {
    expect(rule.bridge(snapshot, update(first, last, previous))).toBe(place)
  })

  it.each([
    [105, 110, 100, 'next'],
    [90, 95, 80, 'old'],
    [95, 100, 90, 'old'],
    [101, 110, 99, 'gap'],
    [120, 130, 119, 'gap'],
  ])('places U=%i u=%i pu=%i after an update that ended in 100 as %s', (first, last, previous, place) => {
    expect(rule.follow(update(90, 100, 80), update(first, last, previous))).toBe(place)
  })

  it('asks each venue for its own snapshots', () => {
    expect(request?.url('BTCUSDT', null)).toBe('https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000')
    expect(request?.url('BTCUSD_PERP', null)).toBe(
      'https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP&limit=1000',
    )
    expect(request?.url('BTCUSDT', 'http://127.0.0.1:9')).toBe(
      'http://127.0.0.1:9/fapi/v1/depth?symbol=BTCUSDT&limit=1000',
    )
  })

  it('keeps custom hosts for coin-margined streams', () => {
    const stream = streamOf(binanceFutures, 'btcusd_perp@book')
    expect(binanceFutures.address(stream, 'ws://127.0.0.1:9000')).toBe('ws://127.0.0.1:9000/stream')
  })

  it('places by range where no predecessor is sent', () => {
    const frame = DEPTH.replace('"pu":149,', '')
    const [unchained] = decodeLast(binanceFutures, [frame]) as [BookUpdate]
    expect(rule.follow({ ...unchained, last: 156 }, unchained)).toBe('next')
    expect(rule.follow({ ...unchained, last: 150 }, unchained)).toBe('gap')
  })
})

if (hasShared('recorded/binance_usdm') && hasShared('recorded/_expected')) {
  describe('beside other projects', () => {
    const folders = ['binance_usdm', 'binance_coinm']
    it.each(folders.flatMap(folder => syncedBooks(binanceFutures, folder)))(
      'keeps the recorded book of $symbol in $session',
      ({ actual, expected }) => {
        expect(actual()).toEqual(expected)
      },
    )

    it.each(folders.flatMap(folder => tardisSteps(binanceFutures, folder)))('compares: $test, message $index', step => {
      const reason = differences.get(`${step.test} ${String(step.index)}`)
      if (reason === undefined) expect(step.actual).toEqual(step.expected)
      else expect(step.actual, reason).not.toEqual(step.expected)
    })
  })
}

/** Where genesis says something else on purpose. */
const differences: ReadonlyMap<string, string> = new Map([
  ['map binance futures messages 0', 'tardis takes trades from `trade` alone; an aggregated trade is a trade here'],
  ['map binance futures messages 5', 'tardis holds deltas back until the snapshot; here the book synchroniser does'],
  [
    'map binance futures messages 6',
    'tardis applies the deltas it held back to the snapshot and takes the time of receipt',
  ],
  ['map binance delivery messages 1', 'tardis takes `T` of a snapshot and `E` of deltas; here both are `E`'],
])
