/** Cases that every spot exchange of the Binance family must pass under its own name. */
import type { Exchange } from '../../src/exchanges/exchange.js'
import type { BookUpdate } from '../../src/model/event.js'
import { RECEIVED, type AdapterCases } from './conformance.js'

export const TIMES = { time: 1_732_353_600_123_000, received: RECEIVED } as const

/** The cases; the exchange adds its recordings and addresses. */
export function spotCases(exchange: Exchange, address: string | undefined): Omit<AdapterCases, 'recordings'> {
  return {
    exchange,
    golden: [...tradeCases(exchange.name), ...bookCases(exchange.name), ...summaryCases(exchange.name)],
    control: CONTROL,
    broken: BROKEN,
    instruments: [
      ['btcusdt', 'BTCUSDT', 'BTC/USDT'],
      ['ETH-BTC', 'ETHBTC', 'ETH/BTC'],
      ['eth_btc', 'ETHBTC', 'ETH/BTC'],
      ['fdusdusdt', 'FDUSDUSDT', 'FDUSD/USDT'],
      ['usdcusdt', 'USDCUSDT', 'USDC/USDT'],
      ['bnbusd', 'BNBUSD', 'BNB/USD'],
      ['dotusd', 'DOTUSD', 'DOT/USD'],
      ['usdtusd', 'USDTUSD', 'USDT/USD'],
      ['adaeur', 'ADAEUR', 'ADA/EUR'],
      ['1000satsfdusd', '1000SATSFDUSD', '1000SATS/FDUSD'],
      ['币安人生usdt', '币安人生USDT', '币安人生/USDT'],
    ],
    strangers: ['BTC', 'USDT', 'BTC/USDT:USDT', 'BTCUSD_PERP', 'BTCUSDT_210625', 'BTC USDT', 'btcusdt@trade', 'A/B/C'],
    streams: streamCases(address),
    exceptions: [
      { frame: /^\{"lastUpdateId"/, code: 'symbol', reason: 'a bare REST snapshot does not say of which symbol it is' },
    ],
  }
}

const TRADE =
  '{"stream":"btcusdt@trade","data":{"e":"trade","E":1732353600124,"s":"BTCUSDT","t":4839201,"p":"97123.45000000","q":"0.01250000","T":1732353600123,"m":false,"M":true}}'
const DEPTH =
  '{"e":"depthUpdate","E":1732353600123,"s":"BTCUSDT","U":157,"u":160,"b":[["97123.40000000","1.20000000"],["97000.00000000","0.00000000"]],"a":[["97123.50000000","0.40000000",[]]]}'
const KLINE =
  '{"e":"kline","E":1732353600123,"s":"BTCUSDT","k":{"t":1732353540000,"T":1732353599999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"97100.00","c":"97123.45","h":"97200.00","l":"97000.10","v":"10.5","n":100,"x":true,"q":"1","V":"5","Q":"1","B":"0"}}'
const TICKER =
  '{"e":"24hrTicker","E":1732353600123,"s":"BTCUSDT","p":"-1","P":"-0.1","w":"1","x":"1","c":"97123.45","Q":"1","b":"97123.40","B":"1","a":"97123.50","A":"1","o":"96000.00","h":"98000.00","l":"95000.50","v":"1234.5","q":"1","O":0,"C":86400000,"F":0,"L":18150,"n":18151}'

function tradeCases(exchange: string): AdapterCases['golden'] {
  const head = { exchange, symbol: 'BTCUSDT', pair: 'BTC/USDT' }
  const trade = { type: 'trade', ...head, id: '4839201', price: 97123.45, size: 0.0125, side: 'buy', ...TIMES } as const
  return [
    { name: 'a combined trade', stream: 'btcusdt@trade', frame: TRADE, events: [trade] },
    {
      name: 'a raw trade of which the buyer was the maker',
      stream: 'btcusdt@trade',
      frame: unwrapped(TRADE).replace('"m":false', '"m":true'),
      events: [{ ...trade, side: 'sell' }],
    },
    {
      name: 'a trade with times in microseconds',
      frame: TRADE.replaceAll(/17323536001\d\d/g, '1732353600123456'),
      events: [{ ...trade, time: 1_732_353_600_123_456 }],
    },
    {
      name: 'an aggregated trade',
      stream: 'btcusdt@aggTrade',
      frame:
        '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1732353600124,"s":"BTCUSDT","a":640283266,"p":"97123.45000000","q":"0.01250000","f":716849523,"l":716849525,"T":1732353600123,"m":false,"M":true}}',
      events: [{ ...trade, id: '640283266', aggregated: true }],
    },
    {
      name: 'a trade of a symbol that no rule splits',
      frame: TRADE.replaceAll('BTCUSDT', 'BTCXYZ'),
      events: [{ ...trade, symbol: 'BTCXYZ', pair: 'BTCXYZ' }],
    },
    {
      name: 'a trade of a symbol in other letters',
      frame: TRADE.replaceAll('BTCUSDT', '币安人生USDT'),
      events: [{ ...trade, symbol: '币安人生USDT', pair: '币安人生/USDT' }],
    },
    {
      name: 'a combined quote, which has no time of its own',
      stream: 'btcusdt@quote',
      frame:
        '{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"97123.40000000","B":"1.20000000","a":"97123.50000000","A":"0.40000000"}}',
      events: [quote(head)],
    },
    {
      name: 'a raw quote',
      stream: 'btcusdt@bookTicker',
      frame:
        '{"u":400900217,"s":"BTCUSDT","b":"97123.40000000","B":"1.20000000","a":"97123.50000000","A":"0.40000000"}',
      events: [quote(head)],
    },
  ]
}

function quote(head: {
  exchange: string
  symbol: string
  pair: string
}): AdapterCases['golden'][number]['events'][number] {
  const times = { time: RECEIVED, received: RECEIVED }
  return { type: 'quote', ...head, bid: 97123.4, bidSize: 1.2, ask: 97123.5, askSize: 0.4, ...times }
}

function bookCases(exchange: string): AdapterCases['golden'] {
  const update: BookUpdate = {
    type: 'bookUpdate',
    exchange,
    symbol: 'BTCUSDT',
    pair: 'BTC/USDT',
    kind: 'delta',
    first: 157,
    last: 160,
    previous: null,
    checksum: null,
    bids: [
      [97123.4, 1.2],
      [97000, 0],
    ],
    asks: [[97123.5, 0.4]],
    texts: null,
    ...TIMES,
  }
  const picture = {
    ...update,
    first: 160,
    last: 160,
    bids: [[97123.4, 1.2]] as [[number, number]],
    time: RECEIVED,
  }
  const body = '{"lastUpdateId":160,"bids":[["97123.40","1.2"]],"asks":[["97123.50","0.4"]]}'
  return [
    {
      name: 'a depth update',
      stream: 'btcusdt@depth@100ms',
      frame: `{"stream":"btcusdt@depth@100ms","data":${DEPTH}}`,
      events: [update],
    },
    { name: 'a raw depth update', stream: 'btcusdt@depth', frame: DEPTH, events: [update] },
    {
      name: 'partial depth, whose symbol stands in the stream name alone',
      stream: 'btcusdt@depth20@100ms',
      frame: `{"stream":"btcusdt@depth20","data":${body}}`,
      events: [{ ...picture, kind: 'partial' }],
    },
    {
      name: 'a REST snapshot as it is recorded',
      frame: `{"stream":"btcusdt@depthSnapshot","generated":true,"data":${body}}`,
      events: [{ ...picture, kind: 'snapshot' }],
    },
  ]
}

function summaryCases(exchange: string): AdapterCases['golden'] {
  const head = { exchange, symbol: 'BTCUSDT', pair: 'BTC/USDT' }
  const ticker = {
    type: 'ticker',
    ...head,
    last: 97123.45,
    open: 96000,
    high: 98000,
    low: 95000.5,
    volume: 1234.5,
    ...TIMES,
  } as const
  const candle = {
    type: 'candle',
    ...head,
    interval: '1m',
    start: 1_732_353_540_000_000,
    open: 97100,
    high: 97200,
    low: 97000.1,
    close: 97123.45,
    volume: 10.5,
    closed: true,
    ...TIMES,
  } as const
  return [
    {
      name: 'a candle',
      stream: 'btcusdt@kline_1m',
      frame: `{"stream":"btcusdt@kline_1m","data":${KLINE}}`,
      events: [candle],
    },
    { name: 'a raw candle', stream: 'btcusdt@candle_1m', frame: KLINE, events: [candle] },
    {
      name: 'a ticker',
      stream: 'btcusdt@ticker',
      frame: `{"stream":"btcusdt@ticker","data":${TICKER}}`,
      events: [ticker],
    },
    {
      name: 'all tickers',
      frame: `{"stream":"!ticker@arr","data":[${TICKER},${TICKER.replaceAll('BTCUSDT', 'ETHBTC')}]}`,
      events: [ticker, { ...ticker, symbol: 'ETHBTC', pair: 'ETH/BTC' }],
    },
    {
      name: 'a mini ticker',
      frame:
        '{"e":"24hrMiniTicker","E":1732353600123,"s":"BTCUSDT","c":"97123.45","o":"96000.00","h":"98000.00","l":"95000.50","v":"1234.5","q":"1"}',
      events: [ticker],
    },
  ]
}

const CONTROL: AdapterCases['control'] = [
  { name: 'an acknowledgement', frame: '{"result":null,"id":1}', type: 'ack' },
  { name: 'an acknowledgement with the keys turned round', frame: '{"id":"abc","result":null}', type: 'ack' },
  { name: 'a listing', frame: '{"result":["btcusdt@trade"],"id":3}', type: 'ack' },
  { name: 'a property', frame: '{"result":true,"id":5}', type: 'ack' },
  { name: 'an error', frame: '{"code":2,"msg":"Invalid request: unknown variant","id":1}', type: 'refused' },
  {
    name: 'an error in the other shape',
    frame: '{"error":{"code":2,"msg":"Invalid request"},"id":1}',
    type: 'refused',
  },
  {
    name: 'a refused snapshot',
    frame: '{"stream":"foobar@depthSnapshot","generated":true,"data":{"code":-1121,"msg":"Invalid symbol."}}',
    type: 'refused',
  },
  { name: 'a shutdown', frame: '{"e":"serverShutdown","E":1732353600123}', type: 'renew' },
  {
    name: 'a combined shutdown',
    frame: '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1732353600123}}',
    type: 'renew',
  },
  {
    name: 'a quote with an empty side',
    frame: '{"u":1,"s":"BTCUSDT","b":"0.00000000","B":"0.00000000","a":"97123.5","A":"1"}',
    type: 'ignored',
  },
  {
    name: 'the ticker of a symbol that never traded',
    frame: TICKER.replace('"c":"97123.45"', '"c":"0.00000000"').replace('"v":"1234.5"', '"v":"0.00000000"'),
    type: 'ignored',
  },
  {
    name: 'another window',
    frame: '{"stream":"btcusdt@ticker_1h","data":{"e":"1hTicker","s":"BTCUSDT"}}',
    type: 'ignored',
  },
  { name: 'an account event', frame: '{"stream":"jTfv","data":{"e":"balanceUpdate","E":1}}', type: 'ignored' },
  {
    name: 'an account event of the request API',
    frame: '{"subscriptionId":0,"event":{"e":"executionReport"}}',
    type: 'ignored',
  },
  { name: 'an empty list', frame: '[]', type: 'ignored' },
]

const BROKEN: AdapterCases['broken'] = [
  { name: 'an event nobody knows', frame: '{"e":"surprise","E":1}', code: 'unknown' },
  { name: 'an object without meaning', frame: '{"a":1}', code: 'unknown' },
  { name: 'a picture without a stream name', frame: '{"lastUpdateId":160,"bids":[],"asks":[]}', code: 'symbol' },
  { name: 'a trade without a maker', frame: TRADE.replace('"m":false', '"m":0'), code: 'field' },
  { name: 'a trade without a symbol', frame: TRADE.replace('"s":"BTCUSDT"', '"s":7'), code: 'field' },
  { name: 'a trade without an id', frame: TRADE.replace('4839201', 'null'), code: 'field' },
  { name: 'a trade before all time', frame: TRADE.replace('"T":1732353600123', '"T":0'), code: 'time' },
  { name: 'a trade beyond all time', frame: TRADE.replace('"T":1732353600123', '"T":99999999999999'), code: 'time' },
  { name: 'a size below zero', frame: TRADE.replace('0.01250000', '-0.01250000'), code: 'number' },
  {
    name: 'a price that a double cannot hold',
    frame: TRADE.replace('97123.45000000', '97123.4500000000001'),
    code: 'inexact',
  },
  {
    name: 'a symbol with a control character',
    frame: TRADE.replace('"s":"BTCUSDT"', '"s":"BTC\\u001bUSDT"'),
    code: 'symbol',
  },
  {
    name: 'a level that is no pair',
    frame: DEPTH.replace('["97000.00000000","0.00000000"]', '["97000"]'),
    code: 'shape',
  },
  { name: 'levels that are no list', frame: DEPTH.replace(/"a":\[.*\]/, '"a":{}'), code: 'shape' },
  { name: 'a sequence that is no number', frame: DEPTH.replace('"U":157', '"U":1.5'), code: 'field' },
  { name: 'a data field that is text', frame: '{"stream":"btcusdt@trade","data":"x"}', code: 'shape' },
  { name: 'one bad item among good ones', frame: `[${unwrapped(TRADE)},7]`, code: 'shape' },
]

function streamCases(address: string | undefined): AdapterCases['streams'] {
  const names = {
    'btcusdt@trade': 'btcusdt@trade',
    'BTC/USDT@aggTrade': 'btcusdt@aggTrade',
    'btcusdt@quote': 'btcusdt@bookTicker',
    'btcusdt@book': 'btcusdt@depth@100ms',
    'btcusdt@book5': 'btcusdt@depth5@100ms',
    'btcusdt@depth20@100ms': 'btcusdt@depth20@100ms',
    'btcusdt@candle_15m': 'btcusdt@kline_15m',
    'btcusdt@ticker': 'btcusdt@ticker',
  }
  return Object.entries(names).map(([typed, wire]) => ({
    typed,
    subscribe: [{ method: 'SUBSCRIBE', params: [wire], id: 1 }],
    unsubscribe: [{ method: 'UNSUBSCRIBE', params: [wire], id: 7 }],
    ...(address === undefined ? {} : { address }),
  }))
}

/** What a raw connection would have sent. */
function unwrapped(frame: string): string {
  return frame.slice(frame.indexOf('"data":') + 7, -1)
}
