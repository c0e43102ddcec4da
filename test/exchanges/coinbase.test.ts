/** Coinbase Exchange against the table test. */
import { coinbase } from '../../src/exchanges/coinbase.js'
import type { BookUpdate } from '../../src/model/event.js'
import { conformance, RECEIVED } from './conformance.js'

const head = { exchange: 'coinbase', symbol: 'BTC-USD', pair: 'BTC/USD' } as const
const times = { time: 1_732_353_600_123_456, received: RECEIVED } as const
const ISO = '2024-11-23T09:20:00.123456Z'
const book: Omit<BookUpdate, 'kind' | 'bids' | 'asks'> = {
  type: 'bookUpdate',
  ...head,
  first: null,
  last: null,
  previous: null,
  checksum: null,
  texts: null,
  ...times,
}

const MATCH = `{"type":"match","trade_id":216544,"maker_order_id":"4c2aa376-4bda-4947-84ee-4dc5a6337cba","taker_order_id":"247a6eb2-b5c1-42db-b0ac-cb74b85bcac8","side":"buy","size":"0.01250000","price":"97123.45","product_id":"BTC-USD","sequence":253395153,"time":"${ISO}"}`

conformance({
  exchange: coinbase,
  golden: [
    {
      name: 'a match whose maker bought, so that the taker sold',
      stream: 'BTC-USD@trade',
      frame: MATCH,
      events: [{ type: 'trade', ...head, id: '216544', price: 97123.45, size: 0.0125, side: 'sell', ...times }],
    },
    {
      name: 'a match whose maker sold',
      stream: 'BTC-USD@trade',
      frame: MATCH.replace('"buy"', '"sell"'),
      events: [{ type: 'trade', ...head, id: '216544', price: 97123.45, size: 0.0125, side: 'buy', ...times }],
    },
    {
      name: 'an old ticker without sizes',
      stream: 'BTC-USD@ticker',
      frame: `{"type":"ticker","sequence":108779525,"product_id":"BTC-USD","price":"97123.45","open_24h":"96000","volume_24h":"2610.78538576","low_24h":"95000.10","high_24h":"98000","volume_30d":"70067.30304764","best_bid":"97123.44","best_ask":"97123.45","side":"buy","time":"${ISO}","trade_id":563678,"last_size":"70"}`,
      events: [
        {
          type: 'ticker',
          ...head,
          last: 97123.45,
          open: 96000,
          high: 98000,
          low: 95000.1,
          volume: 2610.78538576,
          ...times,
        },
      ],
    },
    {
      name: 'a ticker with sizes, which is also a quote',
      stream: 'BTC-USD@quote',
      frame: `{"type":"ticker","sequence":1,"product_id":"BTC-USD","price":"97123.45","open_24h":"96000","volume_24h":"2610.7","low_24h":"95000.10","high_24h":"98000","volume_30d":"1","best_bid":"97123.44","best_bid_size":"0.5","best_ask":"97123.45","best_ask_size":"1.25","side":"buy","time":"${ISO}","trade_id":563678,"last_size":"70"}`,
      events: [
        { type: 'ticker', ...head, last: 97123.45, open: 96000, high: 98000, low: 95000.1, volume: 2610.7, ...times },
        { type: 'quote', ...head, bid: 97123.44, bidSize: 0.5, ask: 97123.45, askSize: 1.25, ...times },
      ],
    },
    {
      name: 'a level 2 snapshot, which has no time',
      stream: 'BTC-USD@book',
      frame:
        '{"type":"snapshot","product_id":"BTC-USD","asks":[["97123.45","0.50000000"]],"bids":[["97123.44","2"],["97000.00","0.1"]]}',
      events: [
        {
          ...book,
          kind: 'snapshot',
          time: RECEIVED,
          bids: [
            [97123.44, 2],
            [97000, 0.1],
          ],
          asks: [[97123.45, 0.5]],
        },
      ],
    },
    {
      name: 'a level 2 update',
      stream: 'BTC-USD@book',
      frame: `{"type":"l2update","product_id":"BTC-USD","changes":[["buy","97123.44","0.00000000"],["sell","97123.45","0.75"]],"time":"${ISO}"}`,
      events: [{ ...book, kind: 'delta', bids: [[97123.44, 0]], asks: [[97123.45, 0.75]] }],
    },
    {
      name: 'a level 2 update of the year 1',
      frame:
        '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","97123.44","1"]],"time":"0001-01-01T00:00:00.000000Z"}',
      events: [{ ...book, kind: 'delta', time: RECEIVED, bids: [[97123.44, 1]], asks: [] }],
    },
  ],
  control: [
    { name: 'the last match, which is not new', frame: MATCH.replace('"match"', '"last_match"'), type: 'ignored' },
    {
      name: 'an acknowledgement',
      frame: '{"type":"subscriptions","channels":[{"name":"level2","product_ids":["BTC-USD"]}]}',
      type: 'ack',
    },
    {
      name: 'a heartbeat',
      frame: `{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"${ISO}"}`,
      type: 'heartbeat',
    },
    {
      name: 'an error',
      frame: '{"type":"error","message":"Failed to subscribe","reason":"FOO-USD is not a valid product"}',
      type: 'refused',
    },
    { name: 'the cut of a slow consumer', frame: '{"type":"error","message":"ErrSlowConsume"}', type: 'renew' },
    {
      name: 'an order of the full channel',
      frame: `{"type":"done","time":"${ISO}","product_id":"BTC-USD","sequence":10,"order_id":"d50ec984","reason":"filled","side":"sell"}`,
      type: 'ignored',
    },
    { name: 'a level 3 array', frame: '["open","3","d50ec984"]', type: 'ignored' },
  ],
  broken: [
    { name: 'a type nobody knows', frame: '{"type":"surprise"}', code: 'unknown' },
    { name: 'a message without a type', frame: '{"product_id":"BTC-USD"}', code: 'field' },
    { name: 'a side nobody knows', frame: MATCH.replace('"buy"', '"both"'), code: 'field' },
    { name: 'a product with a control character', frame: MATCH.replace('BTC-USD', 'BTC-\\u001bUSD'), code: 'symbol' },
    { name: 'a time that is none', frame: MATCH.replace(ISO, 'yesterday'), code: 'time' },
    { name: 'a size below zero', frame: MATCH.replace('0.01250000', '-0.01250000'), code: 'number' },
    {
      name: 'a size that a double cannot hold',
      frame: MATCH.replace('0.01250000', '0.12345678901234567890'),
      code: 'inexact',
    },
    { name: 'a trade without id', frame: MATCH.replace('216544', 'null'), code: 'field' },
    {
      name: 'levels that are no list',
      frame: '{"type":"snapshot","product_id":"BTC-USD","asks":{},"bids":[]}',
      code: 'shape',
    },
  ],
  instruments: [
    ['btc-usd', 'BTC-USD', 'BTC/USD'],
    ['btcusd', 'BTC-USD', 'BTC/USD'],
    ['dot/usd', 'DOT-USD', 'DOT/USD'],
    ['dotusd', 'DOT-USD', 'DOT/USD'],
    ['USDTUSD', 'USDT-USD', 'USDT/USD'],
  ],
  strangers: ['BTC', 'BTC/USD:USD', 'BTC-PERP-INTX'],
  streams: [
    {
      typed: 'btc-usd@trade',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'matches', product_ids: ['BTC-USD'] },
            { name: 'heartbeat', product_ids: ['BTC-USD'] },
          ],
        },
      ],
      unsubscribe: [{ type: 'unsubscribe', channels: [{ name: 'matches', product_ids: ['BTC-USD'] }] }],
      address: 'wss://ws-feed.exchange.coinbase.com/',
    },
    {
      typed: 'eth-eur@book',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'level2_batch', product_ids: ['ETH-EUR'] },
            { name: 'heartbeat', product_ids: ['ETH-EUR'] },
          ],
        },
      ],
    },
    {
      typed: 'btc-usd@quote',
      subscribe: [
        {
          type: 'subscribe',
          channels: [
            { name: 'ticker', product_ids: ['BTC-USD'] },
            { name: 'heartbeat', product_ids: ['BTC-USD'] },
          ],
        },
      ],
    },
  ],
  recordings: ['coinbase'],
})
