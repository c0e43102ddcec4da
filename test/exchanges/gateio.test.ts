/** Gate, spot and futures, against the table test, two other projects' expectations and its recorded books. */
import { describe, expect, it } from 'vitest'
import { gateio } from '../../src/exchanges/gateio.js'
import type { BookUpdate } from '../../src/model/event.js'
import { hasShared } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { cryptoMsgParserAssertions, replayBooks, tardisSteps } from './third-party.js'

const spot = { exchange: 'gateio', symbol: 'BTC_USDT', pair: 'BTC/USDT' } as const
const future = { exchange: 'gateio', symbol: 'BTC_USDT', pair: 'BTC/USDT:USDT' } as const
const at = { time: 1_732_353_600_101_000, received: RECEIVED }
const none = { previous: null, checksum: null, texts: null } as const

const push = (channel: string, result: string, event = 'update'): string =>
  `{"time":1732353600,"time_ms":1732353600101,"channel":"${channel}","event":"${event}","result":${result}}`
const trade = (id = 5541729598, side = '"sell"'): string =>
  push(
    'spot.trades',
    `{"id":${id},"create_time":1732353600,"create_time_ms":"1732353600101.4578","side":${side},"currency_pair":"BTC_USDT","amount":"16.4700000000","price":"97123.5000000000","range":"1-1"}`,
  )
const contractTrade = (size: string): string =>
  push('futures.trades', `[{"size":${size},"id":31615,"create_time":1732353600,"create_time_ms":1732353600101,"price":"97123.5","contract":"BTC_USDT"}]`) // prettier-ignore
const candle = (start: number, close: string, extra = ''): string =>
  push('futures.candlesticks', `[{"t":${start},"v":80,"c":"${close}","h":"97200.5","l":"96950","o":"97000","n":"1m_BTC_USDT"${extra}}]`) // prettier-ignore
const running = {
  type: 'candle', ...future, interval: '1m', start: 1_732_353_540_000_000,
  open: 97000, high: 97200.5, low: 96950, close: 97100, volume: 80, closed: false, ...at,
} as const // prettier-ignore
const sold = { type: 'trade', ...spot, id: '5541729598', price: 97123.5, size: 16.47, side: 'sell', time: 1_732_353_600_101_457, received: RECEIVED } as const // prettier-ignore
const delta = (first: number, last: number): BookUpdate => ({
  type: 'bookUpdate', ...spot, ...none, kind: 'delta', first, last, bids: [], asks: [], ...at,
}) // prettier-ignore
const spotBook =
  '{"id":1000,"current":1732353600102,"update":1732353600101,"asks":[["97124","2"]],"bids":[["97123","1"]]}'
const futuresBook = '{"current":1732353600.95,"update":1732353600.101,"asks":[{"s":2,"p":"97124"}],"bids":[{"s":1,"p":"97123"}],"id":1000}' // prettier-ignore

conformance({
  exchange: gateio,
  golden: [
    { name: 'a trade, a fraction of a millisecond kept', stream: 'BTC_USDT@trade', frame: trade(), events: [sold] },
    {
      name: 'a trade of a future that a seller took',
      stream: 'BTC/USDT:USDT@trade',
      frame: contractTrade('-22'),
      events: [{ type: 'trade', ...future, id: '31615', price: 97123.5, size: 22, side: 'sell', ...at }],
    },
    {
      name: 'a trade of a future with a decimal size that a buyer took',
      frame: contractTrade('"0.5"'),
      events: [{ type: 'trade', ...future, id: '31615', price: 97123.5, size: 0.5, side: 'buy', ...at }],
    },
    {
      name: 'a full book of the newer kind',
      stream: 'BTC_USDT@book',
      frame: push('spot.obu', '{"t":1732353600101,"full":true,"s":"ob.BTC_USDT.400","u":1000,"b":[["97123","1"]],"a":[["97124","2"]]}'),
      events: [{ type: 'bookUpdate', ...spot, ...none, kind: 'snapshot', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'changes of the newer kind, one side left out',
      stream: 'BTC/USDT:USDT@book',
      frame: push('futures.obu', '{"t":1732353600101,"s":"ob.BTC_USDT.400","U":1001,"u":1004,"b":[["97123","0"]]}'),
      events: [{ type: 'bookUpdate', ...future, ...none, kind: 'delta', first: 1001, last: 1004, bids: [[97123, 0]], asks: [], ...at }],
    },
    {
      name: 'changes of the older kind',
      frame: push('spot.order_book_update', '{"t":1732353600101,"e":"depthUpdate","E":1732353600,"s":"BTC_USDT","U":1001,"u":1004,"b":[["97123","0"]],"a":[["97124","3"]]}'),
      events: [{ type: 'bookUpdate', ...spot, ...none, kind: 'delta', first: 1001, last: 1004, bids: [[97123, 0]], asks: [[97124, 3]], ...at }],
    },
    {
      name: 'changes of a future of the older kind',
      frame: push('futures.order_book_update', '{"t":1732353600101,"s":"BTC_USDT","U":1001,"u":1004,"b":[],"a":[{"p":"97124","s":3}]}'),
      events: [{ type: 'bookUpdate', ...future, ...none, kind: 'delta', first: 1001, last: 1004, bids: [], asks: [[97124, 3]], ...at }],
    },
    {
      name: 'a book by REST',
      frame: gateio.book?.request?.wrap('BTC_USDT', spotBook) ?? '',
      events: [{ type: 'bookUpdate', ...spot, ...none, kind: 'snapshot', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'a book of a future by REST',
      frame: gateio.book?.request?.wrap('BTC_USDT', futuresBook) ?? '',
      events: [{ type: 'bookUpdate', ...future, ...none, kind: 'snapshot', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'five levels',
      stream: 'BTC_USDT@book5',
      frame: push('spot.order_book', '{"t":1732353600101,"lastUpdateId":1000,"s":"BTC_USDT","l":"5","bids":[["97123","1"]],"asks":[["97124","2"]]}'),
      events: [{ type: 'bookUpdate', ...spot, ...none, kind: 'partial', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'twenty levels of a future',
      stream: 'BTC/USDT:USDT@book20',
      frame: push('futures.order_book', '{"t":1732353600101,"id":1000,"contract":"BTC_USDT","asks":[{"p":"97124","s":2}],"bids":[{"p":"97123","s":1}]}', 'all'),
      events: [{ type: 'bookUpdate', ...future, ...none, kind: 'partial', first: 1000, last: 1000, bids: [[97123, 1]], asks: [[97124, 2]], ...at }],
    },
    {
      name: 'legacy changes of a future, sides by sign and a level that leaves both',
      frame: push('futures.order_book', '[{"p":"97123","s":117,"c":"BTC_USDT","id":7},{"p":"97124","s":-9,"c":"BTC_USDT","id":8},{"p":"97125","s":0,"c":"BTC_USDT","id":9}]'),
      events: [{ type: 'bookUpdate', ...future, ...none, kind: 'delta', first: null, last: null, bids: [[97123, 117], [97125, 0]], asks: [[97124, 9], [97125, 0]], ...at }],
    },
    {
      name: 'a quote',
      stream: 'BTC_USDT@quote',
      frame: push('spot.book_ticker', '{"t":1732353600101,"u":7,"s":"BTC_USDT","b":"97123","B":"1.5","a":"97124","A":"2"}'),
      events: [{ type: 'quote', ...spot, bid: 97123, bidSize: 1.5, ask: 97124, askSize: 2, ...at }],
    },
    {
      name: 'a ticker, with a volume that no double holds left out',
      stream: 'BTC_USDT@ticker',
      frame: push('spot.tickers', '{"currency_pair":"BTC_USDT","last":"97123.5","lowest_ask":"97124","highest_bid":"97123","change_percentage":"-5.3","base_volume":"10676.32785905123456789","quote_volume":"1","high_24h":"98000","low_24h":"95000.5"}'),
      events: [{ type: 'ticker', ...spot, last: 97123.5, open: null, high: 98000, low: 95000.5, volume: null, ...at }],
    },
    {
      name: 'the ticker of a perpetual',
      stream: 'BTC/USDT:USDT@funding',
      frame: push('futures.tickers', '[{"contract":"BTC_USDT","last":"97123.5","funding_rate":"-0.000114","mark_price":"97110.25","total_size":"73648.5","volume_24h":"745487","low_24h":"95000.5","high_24h":"98000"}]'),
      events: [
        { type: 'ticker', ...future, last: 97123.5, open: null, high: 98000, low: 95000.5, volume: 745487, ...at },
        { type: 'funding', ...future, rate: -0.000114, markPrice: 97110.25, nextFunding: null, ...at },
        { type: 'openInterest', ...future, openInterest: 73648.5, ...at },
      ],
    },
    {
      name: 'a liquidated short position, closed by buying',
      stream: 'BTC/USDT:USDT@liquidation',
      frame: push('futures.public_liquidates', '[{"price":97123.5,"size":-124,"time_ms":1732353600101,"contract":"BTC_USDT"}]'),
      events: [{ type: 'liquidation', ...future, price: 97123.5, size: 124, side: 'buy', ...at }],
    },
    {
      name: 'a candle that is told to be closed',
      stream: 'BTC_USDT@candle_1m',
      frame: push('spot.candlesticks', '{"t":"1732353540","v":"2362.32","c":"97100","h":"97200.5","l":"96950","o":"97000","n":"1m_BTC_USDT","a":"3.8283","w":true}'),
      events: [{ ...running, ...spot, volume: 3.8283, closed: true }],
    },
    {
      name: 'a new candle, which closes the one before',
      before: [candle(1732353540, '97100')],
      frame: candle(1732353600, '97101'),
      events: [{ ...running, closed: true }, { ...running, start: 1_732_353_600_000_000, close: 97101 }],
    },
    {
      name: 'trades of version 3, oldest first',
      before: ['{"method":"trades.update","params":["BTC_USDT",[]],"id":null}'],
      frame: '{"method":"trades.update","params":["BTC_USDT",[{"id":8,"time":1732353600.1010009,"price":"97123.5","amount":"1","type":"sell"},{"id":7,"time":1732353600.101,"price":"97123.5","amount":"2","type":"buy"}]],"id":null}',
      events: [
        { ...sold, id: '7', size: 2, side: 'buy', ...at },
        { ...sold, id: '8', size: 1, side: 'sell', ...at },
      ],
    },
  ], // prettier-ignore
  control: [
    { name: 'an acknowledgement', frame: '{"time":1,"channel":"spot.trades","event":"subscribe","result":{"status":"success"}}', type: 'ack' },
    { name: 'an error', frame: '{"time":1,"id":7,"channel":"spot.trades","event":"subscribe","error":{"code":2,"message":"unknown currency pair"},"result":null}', type: 'refused' },
    { name: 'an unsubscription', frame: '{"time":1,"channel":"spot.trades","event":"unsubscribe","result":{"status":"success"}}', type: 'ignored' },
    { name: 'a pong', frame: '{"time":1,"channel":"futures.pong","event":"","result":null}', type: 'heartbeat' },
    { name: 'orders of a user', frame: push('spot.orders', '[{"id":"1"}]'), type: 'ignored' },
    { name: 'a trade of the insurance fund', frame: contractTrade('-1').replace('"contract"', '"is_internal":true,"contract"'), type: 'ignored' },
    { name: 'a quote without bids', frame: push('spot.book_ticker', '{"t":1732353600101,"u":7,"s":"BTC_USDT","b":"","B":"","a":"1","A":"2"}'), type: 'ignored' },
    { name: 'a candle without a base volume', frame: push('spot.candlesticks', '{"t":"1732353540","v":"1","c":"1","h":"1","l":"1","o":"1","n":"1m_BTC_USDT"}'), type: 'ignored' },
    { name: 'an empty book', frame: push('futures.order_book', '{"t":0,"id":0,"contract":"BTC_USDT","asks":[],"bids":[]}', 'all'), type: 'ignored' },
    { name: 'a bare book', frame: spotBook, type: 'ignored' },
  ], // prettier-ignore
  broken: [
    { name: 'an unknown channel', frame: push('spot.surprise', '{}'), code: 'unknown' },
    { name: 'a channel of another market', frame: push('options.trades', '[]'), code: 'unknown' },
    { name: 'an unknown event', frame: push('spot.trades', '{}', 'surprise'), code: 'field' },
    { name: 'a message without a channel', frame: '{"hello":1}', code: 'unknown' },
    { name: 'a side that is none', frame: trade(1, '"SELL"'), code: 'field' },
    { name: 'a trade of nothing', frame: contractTrade('0'), code: 'number' },
    { name: 'a symbol that is none', frame: trade().replace('BTC_USDT', 'BTC'), code: 'symbol' },
    { name: 'a time in seconds where milliseconds stand', frame: trade().replace('1732353600101.4578', '1732353600'), code: 'time' },
    { name: 'a size that no double holds', frame: trade().replace('16.4700000000', '16.47000000000000000001'), code: 'inexact' },
    { name: 'a refused request for a book', frame: gateio.book?.request?.wrap('BTC_USDT', '{"label":"INVALID_CURRENCY","message":"Invalid currency"}') ?? '', code: 'shape' },
    { name: 'a page in the place of a book', frame: gateio.book?.request?.wrap('BTC_USDT', '<html>') ?? '', code: 'json' },
    { name: 'changes of two contracts at once', frame: push('futures.order_book', '[{"p":"1","s":1,"c":"BTC_USDT","id":7},{"p":"1","s":1,"c":"ETH_USDT","id":8}]'), code: 'field' },
    { name: 'a method of version 3 that is none', frame: '{"method":"surprise.update","params":[]}', code: 'unknown' },
  ], // prettier-ignore
  instruments: [
    ['btc_usdt', 'BTC_USDT', 'BTC/USDT'],
    ['btcusdt', 'BTC_USDT', 'BTC/USDT'],
    ['ETH-BTC', 'ETH_BTC', 'ETH/BTC'],
    ['QTUM3S_USDT', 'QTUM3S_USDT', 'QTUM3S/USDT'],
    ['btc_usd', 'BTC_USD', 'BTC/USD:BTC'],
    ['BTC_USDT_20210625', 'BTC_USDT_20210625', 'BTC/USDT:USDT-210625'],
    ['BTC_USD_20221230', 'BTC_USD_20221230', 'BTC/USD:BTC-221230'],
  ],
  strangers: ['BTC', 'BTC/USDT:USDC', 'BTC_USDT_2021', 'BTC_USDT_USDT'],
  streams: [
    {
      typed: 'BTC_USDT@trade',
      subscribe: [{ time: 1, id: 1, channel: 'spot.trades', event: 'subscribe', payload: ['BTC_USDT'] }],
      unsubscribe: [{ time: 7, id: 7, channel: 'spot.trades', event: 'unsubscribe', payload: ['BTC_USDT'] }],
      address: 'wss://api.gateio.ws/ws/v4/',
    },
    {
      typed: 'BTC/USDT:USDT@trade',
      subscribe: [{ time: 1, id: 1, channel: 'futures.trades', event: 'subscribe', payload: ['BTC_USDT'] }],
      address: 'wss://fx-ws.gateio.ws/v4/ws/usdt',
    },
    {
      typed: 'BTC/USD:BTC@openInterest',
      subscribe: [{ time: 1, id: 1, channel: 'futures.tickers', event: 'subscribe', payload: ['BTC_USD'] }],
      address: 'wss://fx-ws.gateio.ws/v4/ws/btc',
    },
    ...(
      [
        ['BTC_USDT@quote', 'spot.book_ticker', ['BTC_USDT']],
        ['BTC_USDT@depth', 'spot.obu', ['ob.BTC_USDT.400']],
        ['BTC_USDT@book10', 'spot.order_book', ['BTC_USDT', '10', '100ms']],
        ['BTC/USDT:USDT@book5', 'futures.order_book', ['BTC_USDT', '5', '0']],
        ['BTC_USDT@candle_1w', 'spot.candlesticks', ['7d', 'BTC_USDT']],
        ['BTC/USDT:USDT@liquidation', 'futures.public_liquidates', ['BTC_USDT']],
      ] as const
    ).map(([typed, channel, payload]) => ({
      typed,
      subscribe: [{ time: 1, id: 1, channel, event: 'subscribe', payload }],
    })),
  ],
  recordings: ['gateio', 'gateio_futures', 'gateio_v3'],
})

describe('gateio', () => {
  it('reads the pair of a perpetual, whose name spot has as well', () => {
    expect(gateio.instrument('btc/usdt:usdt')).toEqual({ symbol: 'BTC_USDT', pair: 'BTC/USDT:USDT' })
    expect(gateio.instrument('BTC_USDT')).toEqual({ symbol: 'BTC_USDT', pair: 'BTC/USDT' })
  })

  it('joins the symbols of one channel, and asks once for what two streams share', () => {
    const typed = ['BTC_USDT@trade', 'ETH_USDT@trade', 'BTC_USDT@candle_1m', 'ETH_USDT@candle_1m']
    const frames = gateio.subscribe(typed.map(text => streamOf(gateio, text)), 5) // prettier-ignore
    expect(frames.map(({ text }) => (JSON.parse(text) as { payload: string[] }).payload)).toEqual([
      ['BTC_USDT', 'ETH_USDT'],
      ['1m', 'BTC_USDT'],
      ['1m', 'ETH_USDT'],
    ])
    expect(frames.map(({ request }) => request)).toEqual(['5', '6', '7'])
    const shared = ['ticker', 'funding'].map(channel => streamOf(gateio, `BTC/USDT:USDT@${channel}`))
    const [frame, ...others] = gateio.subscribe(shared, 1)
    expect(JSON.parse(frame?.text ?? '')).toMatchObject({ channel: 'futures.tickers', payload: ['BTC_USDT'] })
    expect([frame?.streams, others]).toEqual([shared, []])
  })

  it('names in an acknowledgement what was asked', () => {
    const frame = '{"time":1,"id":8578128440611119318,"channel":"spot.order_book","event":"subscribe","payload":["ETH_USDT","5","1000ms"],"result":{"status":"success"}}' // prettier-ignore
    expect(decodeLast(gateio, [frame])).toEqual([
      { type: 'ack', request: '8578128440611119318', streams: ['spot.order_book ETH_USDT,5,1000ms'] },
    ])
  })

  it('takes updates by their numbers, and never an answer for the other market', () => {
    const { book } = gateio
    expect(book?.bridge(delta(1000, 1000), delta(990, 1000))).toBe('old')
    expect(book?.bridge(delta(1000, 1000), delta(990, 1003))).toBe('next')
    expect(book?.follow(delta(990, 1003), delta(1004, 1004))).toBe('next')
    expect(book?.follow(delta(990, 1003), delta(1005, 1006))).toBe('gap')
    expect(book?.bridge(delta(1000, 1000), { ...delta(1001, 1001), ...future })).toBe('gap')
  })

  it('knows where the books of both markets lie', () => {
    const url = gateio.book?.request?.url.bind(gateio.book.request)
    expect(url?.('BTC_USDT', null)).toBe(
      'https://api.gateio.ws/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=100&with_id=true',
    )
    expect(url?.('BTC/USDT:USDT', null)).toBe(
      'https://api.gateio.ws/api/v4/futures/usdt/order_book?contract=BTC_USDT&limit=100&with_id=true',
    )
    expect(url?.('BTC_USDT', 'http://127.0.0.1:9000')).toContain('http://127.0.0.1:9000/api/v4/spot/order_book?')
  })

  it('keeps an answer by REST whole, and is not talked into another channel by it', () => {
    const wrap = (body: string): string => gateio.book?.request?.wrap('BTC_USDT', body) ?? ''
    expect(wrap(spotBook)).toContain(spotBook)
    const hostile = wrap('{},"channel":"spot.trades","event":"update"')
    expect(() => decodeLast(gateio, [hostile])).toThrow('result')
  })
})

if (hasShared('recorded/_expected')) {
  describe('gateio, compared', () => {
    it.each(['gateio', 'gateio_futures'])('agrees with tardis-node on trades and books of %s', folder => {
      const steps = tardisSteps(gateio, folder)
      expect(steps.length).toBeGreaterThan(0)
      for (const { index, actual, expected } of steps) expect(actual, String(index)).toEqual(expected)
    })

    it('agrees with tardis-node on funding, open interest and the last price', () => {
      for (const { rows, decoded } of tardisSteps(gateio, 'gateio_futures')) {
        for (const row of rows.filter(({ type }) => type === 'derivative_ticker')) {
          const one = (type: string) => decoded.find(entry => entry.type === type)
          expect(one('ticker')).toMatchObject({ last: row['lastPrice'] })
          expect(one('openInterest')).toMatchObject({ openInterest: row['openInterest'] })
          expect(one('funding')).toMatchObject({ rate: row['fundingRate'], markPrice: row['markPrice'] })
        }
      }
    })

    it('agrees with crypto-msg-parser wherever it speaks of values as sent', () => {
      const assertions = cryptoMsgParserAssertions(gateio, 'gateio').filter(
        ({ test, path }) =>
          // It reads the first trades of a version 3 connection as new ones, tardis-node and genesis as old ones.
          test !== 'trade::spot_20210916' &&
          // It takes a level that leaves the book without a side for an ask alone.
          !(test === 'l2_event::linear_future_update' && path.startsWith('orderbook.bids')),
      )
      expect(assertions.length).toBeGreaterThan(50)
      for (const { test, path, expected, actual } of assertions) expect(actual, `${test} ${path}`).toEqual(expected)
    })

    it.each([
      ['gateio', 'cf-20210422-A'],
      ['gateio_futures', 'cf-20230524-A'],
    ])('synchronises the recorded books of %s without a gap', (folder, session) => {
      const books = replayBooks(gateio, folder, session)
      const moved = [...books].filter(([, { stats }]) => stats.applied > 0)
      expect(moved.length).toBeGreaterThan(1)
      for (const [symbol, { stats, statuses }] of books) {
        expect(statuses, symbol).toEqual([])
        expect(stats, symbol).toMatchObject({ gaps: 0, failed: 0 })
      }
      for (const [symbol, { stats }] of moved) expect(stats.live, symbol).toBe(true)
    })
  })
}
