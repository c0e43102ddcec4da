/** Bitstamp: live trades, pictures of the book, and the book that no number proves. */
import { describe, expect, it } from 'vitest'
import { bitstamp } from '../../src/exchanges/bitstamp.js'
import { BookSync, type BookSyncResult } from '../../src/market/book-sync.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED } from './conformance.js'
import { agreesWithMappers, agreesWithParser } from './tardis-expected.js'

const received = RECEIVED
const time = 1_732_353_599_123_456
const head = { exchange: 'bitstamp', symbol: 'btcusd', pair: 'BTC/USD' }

const TRADE =
  '{"data":{"id":216000477,"timestamp":"1732353599","amount_str":"0.07920000","price_str":"97001.10","amount":0.0792,"price":97001.1,"type":1,"microtimestamp":"1732353599123456","buy_order_id":1443875737346049,"sell_order_id":1443875731320832},"channel":"live_trades_btcusd","event":"trade"}'
const DIFF =
  '{"data":{"timestamp":"1732353599","microtimestamp":"1732353599123456","bids":[["97000","1.50000000"]],"asks":[["97010","0.00000000"]]},"channel":"diff_order_book_btcusd","event":"data"}'
const BODY =
  '{"timestamp": "1732353599", "microtimestamp": "1732353599123456", "bids": [["97000", "1.50000000"]], "asks": [["97010", "0.25000000"]]}'

const trade = { type: 'trade', ...head, id: '216000477', price: 97_001.1, size: 0.0792, side: 'sell', time, received } as const // prettier-ignore
const update = {
  type: 'bookUpdate',
  ...head,
  kind: 'delta',
  first: time,
  last: time,
  previous: null,
  checksum: null,
  bids: [[97_000, 1.5]],
  asks: [[97_010, 0]],
  texts: null,
  time,
  received,
} satisfies BookUpdate
const request = bitstamp.book?.request

conformance({
  exchange: bitstamp,
  golden: [
    { name: 'a trade', frame: TRADE, stream: 'btcusd@trade', events: [trade] },
    {
      name: 'a trade whose amount has an exponent',
      frame: TRADE.replace('0.07920000', '1E-8'),
      events: [{ ...trade, size: 0.00000001 }],
    },
    { name: 'a change of the book', frame: DIFF, stream: 'BTC/USD@book', events: [update] },
    {
      name: 'a fetched book',
      frame: request?.wrap('btcusd', BODY) ?? '',
      stream: 'BTC/USD@book',
      events: [{ ...update, kind: 'snapshot', asks: [[97_010, 0.25]] }],
    },
    {
      name: 'a picture of the book',
      frame: DIFF.replace('diff_order_book', 'order_book').replace('"0.00000000"', '"0.25000000"'),
      stream: 'BTC/USD@book20',
      events: [{ ...update, kind: 'partial', asks: [[97_010, 0.25]] }],
    },
    {
      name: 'a book of which only the second is known',
      frame: DIFF.replace('"microtimestamp":"1732353599123456",', ''),
      events: [{ ...update, first: 1_732_353_599_000_000, last: 1_732_353_599_000_000, time: 1_732_353_599_000_000 }],
    },
  ],
  control: [
    {
      name: 'an own trade',
      frame: '{"event":"trade","channel":"private-my_trades_btcusd-7","data":{}}',
      type: 'ignored',
    },
    {
      name: 'a bare ticker',
      frame: '{"last":"1.0","bid":"0.9","ask":"1.1","timestamp":"1732353599"}',
      type: 'ignored',
    },
    {
      name: 'an acknowledgement',
      frame: '{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}',
      type: 'ack',
    },
    {
      name: 'the end of a subscription',
      frame: '{"event":"bts:unsubscription_succeeded","channel":"live_trades_btcusd","data":{}}',
      type: 'ack',
    },
    {
      name: 'a refusal',
      frame: '{"event":"bts:error","channel":"","data":{"code":4009,"message":"Connection is unauthorized."}}',
      type: 'refused',
    },
    {
      name: 'the request to reconnect',
      frame: '{"event":"bts:request_reconnect","channel":"","data":""}',
      type: 'renew',
    },
    {
      name: 'the heartbeat',
      frame: '{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}',
      type: 'heartbeat',
    },
    { name: 'an order', frame: '{"event":"order_created","channel":"live_orders_btcusd","data":{}}', type: 'ignored' },
    { name: 'a bare book', frame: BODY, type: 'ignored' },
    { name: 'a bare trade', frame: '{"id":1,"price":2.5,"amount":1,"order_type":1}', type: 'ignored' },
  ],
  broken: [
    { name: 'an unknown event', frame: '{"event":"party","channel":"live_trades_btcusd","data":{}}', code: 'unknown' },
    { name: 'a message of no kind', frame: '{"hello":1}', code: 'unknown' },
    { name: 'data on an unknown channel', frame: DIFF.replace('diff_order_book', 'dice'), code: 'unknown' },
    { name: 'a channel without a pair', frame: TRADE.replace('live_trades_btcusd', 'live_trades_x'), code: 'symbol' },
    { name: 'a third side', frame: TRADE.replace('"type":1', '"type":2'), code: 'field' },
    { name: 'a trade without an id', frame: TRADE.replace('"id":216000477,', ''), code: 'field' },
    { name: 'a negative amount', frame: TRADE.replace('0.07920000', '-0.07920000'), code: 'number' },
    {
      name: 'a price that no double holds',
      frame: TRADE.replace('"97001.10"', '"97001.1000000000001"'),
      code: 'inexact',
    },
    { name: 'a time that is none', frame: TRADE.replace('"1732353599123456"', '"noon"'), code: 'time' },
    { name: 'levels that are none', frame: DIFF.replace('["97000","1.50000000"]', '7'), code: 'shape' },
    { name: 'a book without sides', frame: DIFF.replace('"bids"', '"bid"'), code: 'shape' },
  ],
  instruments: [
    ['btcusd', 'btcusd', 'BTC/USD'],
    ['BTCUSD', 'btcusd', 'BTC/USD'],
    ['BTC/USD', 'btcusd', 'BTC/USD'],
    ['btc-eur', 'btceur', 'BTC/EUR'],
    ['usdtusd', 'usdtusd', 'USDT/USD'],
    ['usdcusdt', 'usdcusdt', 'USDC/USDT'],
    ['ethbtc', 'ethbtc', 'ETH/BTC'],
    ['btcusd-perp', 'btcusd-perp', 'BTC/USD:USD'],
  ],
  strangers: ['btc', 'btc//usd', 'BTC/USDT:USDT'],
  streams: [
    {
      typed: 'btcusd@trade',
      subscribe: [{ event: 'bts:subscribe', data: { channel: 'live_trades_btcusd' } }],
      unsubscribe: [{ event: 'bts:unsubscribe', data: { channel: 'live_trades_btcusd' } }],
      address: 'wss://ws.bitstamp.net/',
    },
    { typed: 'BTC/USD@book', subscribe: [{ event: 'bts:subscribe', data: { channel: 'diff_order_book_btcusd' } }] },
    { typed: 'btc/usd@book20', subscribe: [{ event: 'bts:subscribe', data: { channel: 'order_book_btcusd' } }] },
  ],
  recordings: ['bitstamp'],
  exponents: 'accepted',
})

describe('bitstamp, trades of old', () => {
  const old =
    '{"data":{"microtimestamp":1732353599123,"price":914.38999999999999,"amount":34.390000000000001,"datetime":"1732353599","id":177827396,"order_type":1},"event":"trade","channel":"live_trades_btcusd"}'

  it('reads numbers in 17 digits as the doubles they are, and time in milliseconds', () => {
    const expected = { ...trade, id: '177827396', price: 914.39, size: 34.39, time: 1_732_353_599_123_000 }
    expect(decodeLast(bitstamp, [old])).toEqual([expected])
  })
  it('refuses 17 digits that no double is written in', () => {
    expect(() => decodeLast(bitstamp, [old.replace('914.38999999999999', '914.38999999999998')])).toThrow(
      'cannot be held',
    )
  })
})

describe('bitstamp, the book', () => {
  const at = (last: number): BookUpdate => ({ ...update, first: last, last })

  it('fetches the book of a symbol, from a custom origin where there is one', () => {
    expect(request?.url('btcusd', null)).toBe('https://www.bitstamp.net/api/v2/order_book/btcusd?group=1')
    expect(request?.url('btcusd', 'ws://127.0.0.1:9000')).toBe('http://127.0.0.1:9000/api/v2/order_book/btcusd?group=1')
  })
  it('drops what the snapshot already holds', () => {
    expect(bitstamp.book?.bridge(at(10), at(9))).toBe('old')
    expect(bitstamp.book?.bridge(at(10), at(10))).toBe('old')
    expect(bitstamp.book?.bridge(at(10), at(11))).toBe('next')
  })
  it('drops a change that was overtaken and applies two of one microsecond', () => {
    expect(bitstamp.book?.follow(at(10), at(9))).toBe('old')
    expect(bitstamp.book?.follow(at(10), at(10))).toBe('next')
  })
  it('cuts pictures to twenty levels', () => {
    const side = Array.from({ length: 100 }, (_, index) => `["${String(100 - index / 10)}","1.0"]`).join()
    const frame = `{"event":"data","channel":"order_book_btcusd","data":{"microtimestamp":"1732353599123456","bids":[${side}],"asks":[]}}`
    expect((decodeLast(bitstamp, [frame])[0] as BookUpdate).bids).toHaveLength(20)
  })
})

describe('bitstamp, third-party expectations', () => {
  // A book change before its snapshot is held back there; here the synchroniser does that.
  agreesWithParser(bitstamp, 'bitstamp')
  agreesWithMappers({
    exchange: bitstamp,
    folder: 'bitstamp',
    symbol: symbol => symbol.toUpperCase(),
    compared: (_test, _index, _message, event) => event.type !== 'book_change' || event.isSnapshot === true,
  })
})

const SESSION = 'recorded/bitstamp/_session.cf-20220105'
if (hasShared(`${SESSION}.jsonl.gz`)) {
  describe('bitstamp, recorded books', () => {
    it('joins every fetched book with the changes, and none is ever crossed', () => {
      const times = sharedLines(`${SESSION}.meta.jsonl.gz`).map(line => Number((JSON.parse(line) as { ts: string }).ts))
      const frames = sharedLines(`${SESSION}.jsonl.gz`).map((frame, index) => ({ at: times[index] ?? 0, frame }))
      const fetched = sharedLines('recorded/bitstamp/_rest.cf-20220105.jsonl.gz').map(line => {
        const { url, ts, body_text: body } = JSON.parse(line) as { url: string; ts: string; body_text: string }
        return { at: Number(ts), frame: request?.wrap(url.split('/').at(-1) ?? '', body) ?? '' }
      })
      const decoder = bitstamp.decoder()
      const books = new Map<string, BookSync>()
      for (const { at, frame } of [...frames, ...fetched].sort((left, right) => left.at - right.at)) {
        const out: Decoded[] = []
        decoder.decode(Buffer.from(frame), Math.round(at * 1e6), out)
        for (const event of out)
          if (event.type === 'bookUpdate') bookOf(books, event).apply(event, [] as BookSyncResult[])
      }
      expect(books.size).toBe(10)
      for (const [pair, sync] of books) {
        expect([sync.stats().gaps, sync.book.crossed], pair).toEqual([0, false])
        expect(sync.stats().snapshots, pair).toBe(1)
      }
      expect([...books.values()].filter(sync => sync.isLive).length).toBeGreaterThan(5)
    })
  })
}

function bookOf(books: Map<string, BookSync>, { exchange, symbol, pair }: BookUpdate): BookSync {
  const known = books.get(pair)
  if (known) return known
  if (bitstamp.book === null) throw new Error('no book rule')
  const sync = new BookSync({ exchange, symbol, pair, stream: `${symbol}@book` }, bitstamp.book)
  books.set(pair, sync)
  return sync
}
