/** Coinbase Advanced Trade against the table test, and its count of messages. */
import { describe, expect, it } from 'vitest'
import { coinbaseAdvanced } from '../../src/exchanges/coinbase-advanced.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import { conformance, decodeLast, RECEIVED } from './conformance.js'

const head = { exchange: 'coinbase-advanced', symbol: 'BTC-USD', pair: 'BTC/USD' } as const
const ISO = '2024-11-23T09:20:00.123456789Z'
const times = { time: 1_732_353_600_123_456, received: RECEIVED } as const

function message(channel: string, sequence: number, events: string): string {
  return `{"channel":"${channel}","client_id":"","timestamp":"${ISO}","sequence_num":${String(sequence)},"events":[${events}]}`
}

function level2(type: string, sequence: number, product = 'BTC-USD'): string {
  const update = `{"side":"bid","event_time":"${ISO}","price_level":"97123.44","new_quantity":"0.50"},{"side":"offer","event_time":"${ISO}","price_level":"97123.45","new_quantity":"0"}`
  return message('l2_data', sequence, `{"type":"${type}","product_id":"${product}","updates":[${update}]}`)
}

const TRADE = `{"trade_id":"995098663","product_id":"BTC-USD","price":"97123.45","size":"0.0125","time":"${ISO}","side":"SELL"}`
const OLDER = TRADE.replace('995098663', '995098662').replace('00.123456789Z', '00.1Z').replace('SELL', 'BUY')
const trade = { type: 'trade', ...head, id: '995098663', price: 97123.45, size: 0.0125, side: 'buy', ...times } as const
const TICKER = `{"type":"ticker","product_id":"BTC-USD","price":"97123.45","volume_24_h":"15328.5","low_24_h":"95000","high_24_h":"98000.10","best_bid":"97123.44","best_bid_quantity":"1.5","best_ask":"97123.45","best_ask_quantity":"0.5"}`
const CANDLE = `{"start":"1732353600","high":"97200","low":"97000","open":"97100","close":"97123.45","volume":"42.15","product_id":"BTC-USD"}`
const candle = {
  type: 'candle',
  ...head,
  interval: '5m',
  start: 1_732_353_600_000_000,
  open: 97100,
  high: 97200,
  low: 97000,
  close: 97123.45,
  volume: 42.15,
  closed: false,
  ...times,
} as const
const book: BookUpdate = {
  type: 'bookUpdate',
  ...head,
  kind: 'snapshot',
  first: 4,
  last: 4,
  previous: null,
  checksum: null,
  bids: [[97123.44, 0.5]],
  asks: [[97123.45, 0]],
  texts: null,
  ...times,
}

conformance({
  exchange: coinbaseAdvanced,
  golden: [
    {
      name: 'a trade whose maker sold',
      stream: 'BTC-USD@trade',
      frame: message('market_trades', 3, `{"type":"update","trades":[${TRADE}]}`),
      events: [trade],
    },
    {
      name: 'trades, which arrive newest first, in the order of time',
      stream: 'BTC-USD@trade',
      frame: message('market_trades', 3, `{"type":"update","trades":[${TRADE},${OLDER}]}`),
      events: [{ ...trade, id: '995098662', side: 'sell', time: 1_732_353_600_100_000 }, trade],
    },
    { name: 'a book snapshot', stream: 'BTC-USD@book', frame: level2('snapshot', 4), events: [book] },
    {
      name: 'a book update that follows the snapshot',
      stream: 'BTC-USD@book',
      before: [level2('snapshot', 4), message('heartbeats', 5, '{"heartbeat_counter":3049}')],
      frame: level2('update', 6),
      events: [{ ...book, kind: 'delta', first: 6, last: 6, previous: 4 }],
    },
    {
      name: 'an empty book update',
      stream: 'BTC-USD@book',
      frame: message('l2_data', 4, '{"type":"update","product_id":"BTC-USD","updates":[]}'),
      events: [{ ...book, kind: 'delta', previous: 3, bids: [], asks: [] }],
    },
    {
      name: 'a ticker with its quote',
      stream: 'BTC-USD@quote',
      frame: message('ticker', 12, `{"type":"snapshot","tickers":[${TICKER}]}`),
      events: [
        { type: 'ticker', ...head, last: 97123.45, open: null, high: 98000.1, low: 95000, volume: 15328.5, ...times },
        { type: 'quote', ...head, bid: 97123.44, bidSize: 1.5, ask: 97123.45, askSize: 0.5, ...times },
      ],
    },
    {
      name: 'a candle',
      stream: 'BTC-USD@candle_5m',
      frame: message('candles', 3, `{"type":"update","candles":[${CANDLE}]}`),
      events: [candle],
    },
    {
      name: 'the candle after it, which closes it',
      stream: 'BTC-USD@candle_5m',
      before: [message('candles', 3, `{"type":"update","candles":[${CANDLE}]}`)],
      frame: message('candles', 4, `{"type":"update","candles":[${CANDLE.replace('1732353600', '1732353900')}]}`),
      events: [
        { ...candle, closed: true },
        { ...candle, start: 1_732_353_900_000_000 },
      ],
    },
    {
      name: 'the trades of the REST twin',
      frame: `{"trades":[${TRADE}],"best_bid":"97123.44","best_ask":"97123.45"}`,
      events: [trade],
    },
    {
      name: 'the book of the REST twin',
      frame: `{"pricebook":{"product_id":"BTC-USD","bids":[{"price":"97123.44","size":"0.5"}],"asks":[],"time":"${ISO}"}}`,
      events: [{ ...book, first: null, last: null, asks: [] }],
    },
  ],
  control: [
    {
      name: 'an acknowledgement',
      frame: message(
        'subscriptions',
        0,
        '{"subscriptions":{"level2":["BTC-USD"],"market_trades":["BTC-USD","ETH-USD"]}}',
      ),
      type: 'ack',
    },
    { name: 'a heartbeat', frame: message('heartbeats', 1, '{"heartbeat_counter":"3049"}'), type: 'heartbeat' },
    {
      name: 'the status of products',
      frame: message('status', 1, '{"type":"snapshot","products":[]}'),
      type: 'ignored',
    },
    { name: 'a private message', frame: message('user', 1, '{"type":"snapshot","orders":[]}'), type: 'ignored' },
    { name: 'an error', frame: '{"type":"error","message":"FOO-USD is not a valid product"}', type: 'refused' },
    { name: 'a message without events', frame: message('market_trades', 1, ''), type: 'ignored' },
  ],
  broken: [
    { name: 'a channel nobody knows', frame: message('surprise', 1, '{}'), code: 'unknown' },
    { name: 'a message without a channel', frame: '{"events":[]}', code: 'unknown' },
    { name: 'events that are no list', frame: '{"channel":"ticker","events":{}}', code: 'shape' },
    { name: 'a side nobody knows', frame: level2('update', 3).replace('"bid"', '"both"'), code: 'field' },
    { name: 'a book event of another type', frame: level2('surprise', 3), code: 'field' },
    { name: 'a count that is no number', frame: level2('update', 3).replace(':3,', ':"x",'), code: 'field' },
    { name: 'a time that is none', frame: level2('update', 3).replaceAll(ISO, 'yesterday'), code: 'time' },
  ],
  instruments: [
    ['btc-usd', 'BTC-USD', 'BTC/USD'],
    ['ETH/USDC', 'ETH-USDC', 'ETH/USDC'],
    ['btc-perp-intx', 'BTC-PERP-INTX', 'BTC/USDC:USDC'],
    ['bit-28jul23-cde', 'BIT-28JUL23-CDE', 'BIT-28JUL23-CDE'],
  ],
  strangers: ['BTC', 'BTC/USD:USD'],
  streams: [
    {
      typed: 'btc-usd@trade',
      subscribe: [
        { type: 'subscribe', channel: 'market_trades', product_ids: ['BTC-USD'] },
        { type: 'subscribe', channel: 'heartbeats' },
      ],
      unsubscribe: [{ type: 'unsubscribe', channel: 'market_trades', product_ids: ['BTC-USD'] }],
      address: 'wss://advanced-trade-ws.coinbase.com/',
    },
    {
      typed: 'btc-usd@book',
      subscribe: [
        { type: 'subscribe', channel: 'level2', product_ids: ['BTC-USD'] },
        { type: 'subscribe', channel: 'heartbeats' },
      ],
    },
    {
      typed: 'btc-usd@candle_5m',
      subscribe: [
        { type: 'subscribe', channel: 'candles', product_ids: ['BTC-USD'] },
        { type: 'subscribe', channel: 'heartbeats' },
      ],
    },
  ],
  recordings: ['coinbase_adv'],
})

describe('the count of a connection', () => {
  const rule = coinbaseAdvanced.book!

  function updates(frames: readonly string[]): BookUpdate[] {
    const decoder = coinbaseAdvanced.decoder()
    const out: Decoded[] = []
    for (const frame of frames) decoder.decode(Buffer.from(frame), RECEIVED, out)
    return out.filter(decoded => decoded.type === 'bookUpdate')
  }

  it('places every update after the one before it, whatever came between', () => {
    const [snapshot, first, second] = updates([
      level2('snapshot', 0),
      message('subscriptions', 1, '{"subscriptions":{}}'),
      level2('update', 2),
      level2('snapshot', 3, 'ETH-USD'),
      level2('update', 4),
    ]).filter(({ symbol }) => symbol === 'BTC-USD')
    expect(rule.bridge(snapshot!, first!)).toBe('next')
    expect(rule.follow(first!, second!)).toBe('next')
  })

  it('finds a hole for every product, not only for the one whose message is missing', () => {
    const all = updates([
      level2('snapshot', 0),
      level2('snapshot', 1, 'ETH-USD'),
      level2('update', 3),
      level2('update', 4, 'ETH-USD'),
      level2('update', 5, 'ETH-USD'),
    ])
    expect(rule.follow(all[0]!, all[2]!)).toBe('gap')
    expect(rule.follow(all[1]!, all[3]!)).toBe('gap')
    expect(rule.follow(all[3]!, all[4]!)).toBe('next')
  })

  it('finds a hole where a message could not be decoded', () => {
    const decoder = coinbaseAdvanced.decoder()
    const out: Decoded[] = []
    decoder.decode(Buffer.from(level2('snapshot', 0)), RECEIVED, out)
    expect(() => decoder.decode(Buffer.from(level2('update', 1).replace('97123.44', 'x')), RECEIVED, [])).toThrow()
    decoder.decode(Buffer.from(level2('update', 2)), RECEIVED, out)
    expect(rule.follow(out[0] as BookUpdate, out[1] as BookUpdate)).toBe('gap')
  })

  it('knows an update that came twice', () => {
    const all = updates([level2('snapshot', 0), level2('update', 1), level2('update', 1)])
    expect(rule.follow(all[1]!, { ...all[2]!, previous: 0 })).toBe('old')
  })

  it('begins anew for every client that is served a recording', () => {
    const delivered = coinbaseAdvanced.dialect.deliver?.(level2('update', 17), { path: '/', sent: 4, topic: '' })
    expect(delivered).toBe(level2('update', 4))
  })

  it('reads a message without a count', () => {
    const frame = level2('update', 3).replace('"sequence_num":3,', '')
    expect(decodeLast(coinbaseAdvanced, [frame])).toEqual([{ ...book, kind: 'delta', first: null, last: null }])
  })
})
