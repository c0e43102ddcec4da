/** Deribit against the table test, two other projects' expectations and its recorded books. */
import { describe, expect, it } from 'vitest'
import { deribit } from '../../src/exchanges/deribit.js'
import { hasShared } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { cryptoMsgParserAssertions, replayBooks, tardisSteps } from './third-party.js'

const head = { exchange: 'deribit', symbol: 'BTC-PERPETUAL', pair: 'BTC/USD:BTC' } as const
const time = 1_732_353_600_101_000
const at = { time, received: RECEIVED }
const update = { type: 'bookUpdate', ...head, checksum: null, texts: null, ...at } as const

const notify = (channel: string, data: string): string =>
  `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"${channel}","data":${data}}}`
const trade = (extra = ''): string =>
  notify(
    'trades.BTC-PERPETUAL.100ms',
    `[{"trade_seq":250000001,"trade_id":"360000001","timestamp":1732353600101,"tick_direction":0,"price":97123.5,"instrument_name":"BTC-PERPETUAL","index_price":97100.1,"direction":"sell","amount":2000.0${extra}}]`,
  )
const candle = (tick: number, close: number): string =>
  notify(
    'chart.trades.BTC-PERPETUAL.1',
    `{"tick":${tick},"open":97000.0,"high":97200.0,"low":96950.5,"close":${close},"volume":1.25,"cost":121000.0}`,
  )
const ticker = (name: string, extra: string): string =>
  notify(
    `ticker.${name}.100ms`,
    `{"timestamp":1732353600101,"state":"open","stats":{"high":98000.0,"low":95000.5,"price_change":1.5,"volume":11897.25,"volume_usd":1.0},"index_price":97100.1,"instrument_name":"${name}","mark_price":97110.25,"best_bid_price":97123.0,"best_bid_amount":10.0,"best_ask_price":97123.5,"best_ask_amount":20.0,"open_interest":1132329370.0${extra}}`,
  )

const sold = { type: 'trade', ...head, id: '360000001', price: 97123.5, size: 2000, side: 'sell', ...at, ordinal: 250_000_001 } as const // prettier-ignore
const running = {
  type: 'candle', ...head, interval: '1m', start: 1_732_353_540_000_000,
  open: 97000, high: 97200, low: 96950.5, close: 97150, volume: 1.25, closed: false, time: RECEIVED, received: RECEIVED,
} as const // prettier-ignore

conformance({
  exchange: deribit,
  golden: [
    { name: 'a trade', stream: 'BTC-PERPETUAL@trade', frame: trade(), events: [sold] },
    {
      name: 'a trade against a liquidated taker',
      stream: 'BTC-PERPETUAL@liquidation',
      frame: trade(',"liquidation":"T"'),
      events: [sold, { type: 'liquidation', ...head, price: 97123.5, size: 2000, side: 'sell', ...at }],
    },
    {
      name: 'a trade against a liquidated maker, whose order stood on the other side',
      frame: trade(',"liquidation":"M"'),
      events: [sold, { type: 'liquidation', ...head, price: 97123.5, size: 2000, side: 'buy', ...at }],
    },
    {
      name: 'a book snapshot',
      stream: 'BTC-PERPETUAL@book',
      frame: notify(
        'book.BTC-PERPETUAL.100ms',
        '{"type":"snapshot","timestamp":1732353600101,"instrument_name":"BTC-PERPETUAL","change_id":70000000001,"bids":[["new",97123.0,2960.0]],"asks":[["new",97123.5,10.0]]}',
      ),
      events: [
        { ...update, kind: 'snapshot', first: 70000000001, last: 70000000001, previous: null, bids: [[97123, 2960]], asks: [[97123.5, 10]] },
      ],
    },
    {
      name: 'a book change',
      stream: 'BTC-PERPETUAL@book',
      frame: notify(
        'book.BTC-PERPETUAL.100ms',
        '{"type":"change","timestamp":1732353600101,"prev_change_id":70000000001,"instrument_name":"BTC-PERPETUAL","change_id":70000000005,"bids":[["delete",97123.0,0.0],["new",97122.5,30.0]],"asks":[["change",97123.5,6530.0]]}',
      ),
      events: [
        { ...update, kind: 'delta', first: 70000000005, last: 70000000005, previous: 70000000001, bids: [[97123, 0], [97122.5, 30]], asks: [[97123.5, 6530]] },
      ],
    },
    {
      name: 'a grouped book',
      stream: 'BTC-PERPETUAL@book20',
      frame: notify(
        'book.BTC-PERPETUAL.none.20.100ms',
        '{"timestamp":1732353600101,"instrument_name":"BTC-PERPETUAL","change_id":70000000009,"bids":[[97123.0,10.0]],"asks":[[97123.5,20.0]]}',
      ),
      events: [
        { ...update, kind: 'partial', first: 70000000009, last: 70000000009, previous: null, bids: [[97123, 10]], asks: [[97123.5, 20]] },
      ],
    },
    {
      name: 'a quote',
      stream: 'BTC-PERPETUAL@quote',
      frame: notify(
        'quote.BTC-PERPETUAL',
        '{"timestamp":1732353600101,"instrument_name":"BTC-PERPETUAL","best_bid_price":97123.0,"best_bid_amount":10.0,"best_ask_price":97123.5,"best_ask_amount":20.0}',
      ),
      events: [{ type: 'quote', ...head, bid: 97123, bidSize: 10, ask: 97123.5, askSize: 20, ...at }],
    },
    {
      name: 'the ticker of a perpetual, with funding that has an exponent',
      stream: 'BTC-PERPETUAL@funding',
      frame: ticker('BTC-PERPETUAL', ',"last_price":97123.5,"current_funding":6.55e-6,"funding_8h":0.00001'),
      events: [
        { type: 'ticker', ...head, last: 97123.5, open: null, high: 98000, low: 95000.5, volume: 11897.25, ...at },
        { type: 'funding', ...head, rate: 0.00000655, markPrice: 97110.25, nextFunding: null, ...at },
        { type: 'openInterest', ...head, openInterest: 1132329370, ...at },
      ],
    },
    {
      name: 'the ticker of an option that never traded: open interest and no price',
      frame: ticker('BTC-27DEC24-100000-C', ',"last_price":null'),
      events: [
        { type: 'openInterest', exchange: 'deribit', symbol: 'BTC-27DEC24-100000-C', pair: 'BTC/USD:BTC-241227-100000-C', openInterest: 1132329370, ...at },
      ],
    },
    { name: 'a running candle', stream: 'BTC-PERPETUAL@candle_1m', frame: candle(1732353540000, 97150), events: [running] },
    {
      name: 'a new candle, which closes the one before',
      before: [candle(1732353540000, 97150)],
      frame: candle(1732353600000, 97160.5),
      events: [{ ...running, closed: true }, { ...running, start: 1_732_353_600_000_000, close: 97160.5 }],
    },
  ], // prettier-ignore
  control: [
    { name: 'an acknowledgement', frame: '{"jsonrpc":"2.0","id":2,"result":["quote.BTC-PERPETUAL"],"testnet":false}', type: 'ack' },
    { name: 'an accepted heartbeat', frame: '{"jsonrpc":"2.0","id":1,"result":"ok"}', type: 'ack' },
    { name: 'a subscription of nothing', frame: '{"jsonrpc":"2.0","id":2,"result":[]}', type: 'refused' },
    { name: 'an error', frame: '{"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests"}}', type: 'refused' },
    { name: 'a heartbeat', frame: '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}', type: 'heartbeat' },
    { name: 'a test request', frame: '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}', type: 'answer' },
    { name: 'the answer to a test', frame: '{"jsonrpc":"2.0","id":"test","result":{"version":"1.2.26"}}', type: 'ignored' },
    { name: 'a channel that genesis does not report', frame: notify('deribit_price_index.btc_usd', '{"price":1}'), type: 'ignored' },
    {
      name: 'a quote without asks',
      frame: notify(
        'quote.BTC-27DEC24-100000-C',
        '{"timestamp":1732353600101,"instrument_name":"BTC-27DEC24-100000-C","best_bid_price":0.01,"best_bid_amount":10.0,"best_ask_price":0.0,"best_ask_amount":0.0}',
      ),
      type: 'ignored',
    },
  ], // prettier-ignore
  broken: [
    { name: 'an unknown method', frame: '{"jsonrpc":"2.0","method":"surprise","params":{}}', code: 'unknown' },
    { name: 'an unknown channel', frame: notify('surprise.BTC', '{}'), code: 'unknown' },
    { name: 'a message without a kind', frame: '{"jsonrpc":"2.0"}', code: 'shape' },
    { name: 'a side that is none', frame: trade().replace('"sell"', '"SELL"'), code: 'field' },
    { name: 'a time in seconds', frame: trade().replace('1732353600101', '1732353600'), code: 'time' },
    { name: 'an amount that no double holds', frame: trade().replace('2000.0', '2000.000000000000000001'), code: 'inexact' },
    { name: 'a name that is no instrument', frame: trade().replaceAll('BTC-PERPETUAL', 'perpetual'), code: 'symbol' },
    { name: 'an action that is none', frame: notify('book.BTC-PERPETUAL.100ms', '{"type":"change","timestamp":1732353600101,"prev_change_id":1,"instrument_name":"BTC-PERPETUAL","change_id":2,"bids":[["add",1.0,1.0]],"asks":[]}'), code: 'field' },
    { name: 'a resolution that is none', frame: candle(1732353540000, 1).replace('PERPETUAL.1"', 'PERPETUAL.7"'), code: 'field' },
  ], // prettier-ignore
  instruments: [
    ['btc-perpetual', 'BTC-PERPETUAL', 'BTC/USD:BTC'],
    ['ETH_USDC-PERPETUAL', 'ETH_USDC-PERPETUAL', 'ETH/USDC:USDC'],
    ['BTC-26MAR21', 'BTC-26MAR21', 'BTC/USD:BTC-210326'],
    ['BTC/USD:BTC-210409', 'BTC-9APR21', 'BTC/USD:BTC-210409'],
    ['ETH-9APR21-1950-C', 'ETH-9APR21-1950-C', 'ETH/USD:ETH-210409-1950-C'],
    ['XRP_USDC-30JUN23-0d625-P', 'XRP_USDC-30JUN23-0d625-P', 'XRP/USDC:USDC-230630-0.625-P'],
    ['btc_usdc', 'BTC_USDC', 'BTC/USDC'],
    ['BTC-CS-19MAY26-70000_75000', 'BTC-CS-19MAY26-70000_75000', 'BTC/USD:BTC-CS-19MAY26-70000_75000'],
  ],
  strangers: ['BTCUSD', 'BTC-PERP', 'BTC-32MAR21', 'BTC-26XYZ21', 'BTC/USD:ETH', 'BTC/USD:BTC-211326'],
  streams: [
    {
      typed: 'BTC-PERPETUAL@trade',
      subscribe: [
        { jsonrpc: '2.0', id: 1, method: 'public/set_heartbeat', params: { interval: 10 } },
        { jsonrpc: '2.0', id: 2, method: 'public/subscribe', params: { channels: ['trades.BTC-PERPETUAL.100ms'] } },
      ],
      unsubscribe: [
        { jsonrpc: '2.0', id: 7, method: 'public/unsubscribe', params: { channels: ['trades.BTC-PERPETUAL.100ms'] } },
      ],
      address: 'wss://www.deribit.com/ws/api/v2',
    },
    ...(
      [
        ['BTC/USD:BTC@quote', 'quote.BTC-PERPETUAL'],
        ['BTC/USD:BTC@book', 'book.BTC-PERPETUAL.100ms'],
        ['BTC/USD:BTC@book10', 'book.BTC-PERPETUAL.none.10.100ms'],
        ['BTC/USD:BTC@candle_1d', 'chart.trades.BTC-PERPETUAL.1D'],
        ['ETH/USDC:USDC@openInterest', 'ticker.ETH_USDC-PERPETUAL.100ms'],
      ] as const
    ).map(([typed, channel]) => ({
      typed,
      subscribe: [
        expect.objectContaining({ method: 'public/set_heartbeat' }),
        { jsonrpc: '2.0', id: 2, method: 'public/subscribe', params: { channels: [channel] } },
      ],
    })),
  ],
  recordings: ['deribit'],
})

describe('deribit', () => {
  it('names a channel that several streams share once', () => {
    const streams = ['ticker', 'funding', 'openInterest'].map(channel => streamOf(deribit, `BTC-PERPETUAL@${channel}`))
    const [, frame] = deribit.subscribe(streams, 1)
    expect(JSON.parse(frame?.text ?? '')).toMatchObject({ params: { channels: ['ticker.BTC-PERPETUAL.100ms'] } })
    expect(frame?.streams).toEqual(streams)
  })

  it('acknowledges what the answer lists, so that a channel that was left out is refused', () => {
    const frame = '{"jsonrpc":"2.0","id":2,"result":["quote.BTC-PERPETUAL"]}'
    expect(decodeLast(deribit, [frame])).toEqual([
      { type: 'ack', request: '2', streams: ['quote.BTC-PERPETUAL'], rest: 'refused' },
    ])
  })

  it('answers a test request with a call that the exchange in a box takes for a ping', () => {
    const [answer] = decodeLast(deribit, ['{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}'])
    expect(answer?.type === 'answer' && deribit.dialect.read(answer.text)?.kind).toBe('ping')
  })

  it('lets a combination trade below zero and does not repeat its legs', () => {
    const frame = notify(
      'trades.BTC-CS-19MAY26-70000_75000.100ms',
      '[{"timestamp":1732353600101,"price":-0.0125,"amount":0.1,"direction":"sell","instrument_name":"BTC-CS-19MAY26-70000_75000","trade_seq":1,"legs":[{"trade_id":"2","instrument_name":"BTC-19MAY26-75000-C"}],"trade_id":"3"}]',
    )
    expect(decodeLast(deribit, [frame])).toMatchObject([{ type: 'trade', id: '3', price: -0.0125 }])
  })

  it('places changes by the id of the one before', () => {
    const [frame] = decodeLast(deribit, [notify('book.BTC-PERPETUAL.100ms', '{"timestamp":1732353600101,"instrument_name":"BTC-PERPETUAL","change_id":5,"bids":[],"asks":[]}')]) // prettier-ignore
    if (frame?.type !== 'bookUpdate' || !deribit.book) throw new Error('no book')
    const delta = (previous: number | null, last: number) => ({ ...frame, kind: 'delta', previous, first: last, last }) as const // prettier-ignore
    expect(deribit.book.bridge(frame, delta(5, 9))).toBe('next')
    expect(deribit.book.bridge(frame, delta(3, 5))).toBe('old')
    expect(deribit.book.follow(delta(5, 9), delta(10, 12))).toBe('gap')
    expect(deribit.book.follow(delta(5, 9), delta(null, 12))).toBe('gap')
  })
})

if (hasShared('recorded/_expected')) {
  describe('deribit, compared', () => {
    it('agrees with tardis-node on trades, liquidations and books', () => {
      const steps = tardisSteps(deribit, 'deribit')
      expect(steps.length).toBeGreaterThan(0)
      for (const { index, actual, expected } of steps) expect(actual, String(index)).toEqual(expected)
    })

    it('agrees with tardis-node on open interest, funding and the last price', () => {
      for (const { rows, decoded } of tardisSteps(deribit, 'deribit')) {
        for (const row of rows.filter(({ type }) => type === 'derivative_ticker')) {
          const one = (type: string) => decoded.find(entry => entry.type === type)
          expect(one('ticker')).toMatchObject({ last: row['lastPrice'] })
          expect(one('openInterest')).toMatchObject({ openInterest: row['openInterest'] })
          expect(one('funding')).toMatchObject({ rate: row['fundingRate'], markPrice: row['markPrice'] })
        }
      }
    })

    it('agrees with crypto-msg-parser wherever it speaks of values as sent', () => {
      const assertions = cryptoMsgParserAssertions(deribit, 'deribit')
      expect(assertions.length).toBeGreaterThan(50)
      for (const { test, path, expected, actual } of assertions) expect(actual, `${test} ${path}`).toEqual(expected)
    })
  })

  describe.each(['cf-20210405', 'cf-20210722'])('deribit, books of %s', session => {
    it('are synchronised without a gap', () => {
      const books = replayBooks(deribit, 'deribit', session)
      expect(books.size).toBe(10)
      for (const [symbol, { stats, statuses }] of books) {
        expect(statuses, symbol).toEqual([])
        expect(stats, symbol).toMatchObject({ live: true, gaps: 0, ignored: 0, discarded: 0 })
      }
    })
  })
}
