import { describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import type { Candle, Quote, Trade } from '../../src/model/event.js'
import { StreamFilter } from '../../src/session/stream-filter.js'

const head = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT', time: 1, received: 1 }
const trade: Trade = { type: 'trade', ...head, id: '1', price: 1, size: 1, side: 'buy' }
const quote: Quote = { type: 'quote', ...head, bid: 1, bidSize: 1, ask: 2, askSize: 1 }
const candle: Candle = {
  type: 'candle',
  ...head,
  interval: '1m',
  start: 0,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 1,
  closed: true,
}

const filter = (...texts: string[]): StreamFilter => new StreamFilter(texts.map(text => resolveStream(text, 'binance')))

describe('StreamFilter', () => {
  it('lets through the channels, pairs and intervals that were asked for, and nothing else of the market', () => {
    const wanted = filter('btcusdt@trade', 'btcusdt@kline_1m')
    expect(wanted.passes(trade)).toBe(true)
    expect(wanted.passes(quote)).toBe(false)
    expect(wanted.passes(candle)).toBe(true)
    expect(wanted.passes({ ...candle, interval: '5m' })).toBe(false)
    expect(wanted.passes({ ...trade, pair: 'ETH/USDT' })).toBe(false)
    expect(wanted.passes({ ...trade, exchange: 'kraken' })).toBe(false)
  })

  it('tells a perpetual from the spot pair of the same symbol', () => {
    expect(filter('bybit:BTCUSDT@trade').passes({ ...trade, exchange: 'bybit', pair: 'BTC/USDT:USDT' })).toBe(false)
  })

  it('lets every status pass', () => {
    const status = { type: 'status', exchange: 'x', stream: 'y', state: 'gap', detail: '', time: 1 } as const
    expect(filter('btcusdt@trade').passes(status)).toBe(true)
  })
})
