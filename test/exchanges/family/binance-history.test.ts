import { describe, expect, it } from 'vitest'
import { binance } from '../../../src/exchanges/binance.js'
import { binanceFutures } from '../../../src/exchanges/binance-futures.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const trades = streamOf(binance, 'btcusdt@trade')
const aggregated = streamOf(binance, 'btcusdt@aggTrade')

describe('old trades of Binance', () => {
  it('are asked for by their ids, on the exchange’s own host or a custom one', () => {
    const request = binance.trades!
    expect(request.url(trades, range(100, 104), null)).toBe(
      'https://api.binance.com/api/v3/historicalTrades?symbol=BTCUSDT&fromId=100&limit=5',
    )
    expect(request.url(aggregated, range(100, 5_000), 'http://127.0.0.1:9000')).toBe(
      'http://127.0.0.1:9000/api/v3/aggTrades?symbol=BTCUSDT&fromId=100&limit=1000',
    )
    expect(request.url(streamOf(binance, 'btcusdt@book'), range(1, 2), null)).toBeUndefined()
  })

  it('of futures are public in their aggregated form only', () => {
    const request = binanceFutures.trades!
    expect(request.url(streamOf(binanceFutures, 'btcusdt@trade'), range(1, 2), null)).toBeUndefined()
    expect(request.url(streamOf(binanceFutures, 'btcusdt@aggTrade'), range(1, 2), null)).toBe(
      'https://fapi.binance.com/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=1&limit=2',
    )
  })

  const head = { type: 'trade', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' }
  const rest = { time: 1_732_353_600_123_000, received: RECEIVED, fetched: true }

  it('decode from single trades', () => {
    const body =
      '[{"id":100,"price":"97123.45000000","qty":"0.0125","quoteQty":"1","time":1732353600123,"isBuyerMaker":true,"isBestMatch":true}]'
    expect(decodeLast(binance, [binance.trades!.wrap(trades, range(1, 1_000), body)])).toEqual([
      { ...head, id: '100', price: 97_123.45, size: 0.0125, side: 'sell', ...rest },
    ])
  })

  it('decode from aggregated trades', () => {
    const body = '[{"a":7,"p":"97123.45","q":"0.5","f":1,"l":2,"T":1732353600123,"m":false,"M":true}]'
    expect(decodeLast(binance, [binance.trades!.wrap(aggregated, range(1, 1_000), body)])).toEqual([
      { ...head, id: '7', price: 97_123.45, size: 0.5, side: 'buy', ...rest, aggregated: true },
    ])
  })

  it('are sent to no subscriber of a recording, for the exchange never sends them', () => {
    expect(binance.dialect.topics(binance.trades!.wrap(trades, range(1, 1_000), '[]'))).toEqual([])
  })

  it('are served by the box as it asks for them', () => {
    const frames = [5, 6, 7, 8].map(id => `{"stream":"btcusdt@trade","data":{"e":"trade","E":1732353600124,"s":"BTCUSDT","t":${String(id)},"p":"97123.45","q":"0.0125","T":1732353600123,"m":true,"M":true}}`) // prettier-ignore
    const request = binance.trades!
    const address = new URL(request.url(trades, range(6, 7), 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(binance, frames)) ?? ''
    const served = decodeLast(binance, [request.wrap(trades, range(6, 7), body)])
    expect(served).toMatchObject(
      ['6', '7'].map(id => ({ ...head, id, price: 97_123.45, size: 0.0125, side: 'sell', fetched: true })),
    )
    expect(
      request.answer(new URL('http://127.0.0.1:9000/api/v3/depth?symbol=BTCUSDT'), past(binance, [])),
    ).toBeUndefined()
  })

  it.each(['{}', '[1]', '[{"id":1}]', '[{"id":1,"price":"0","qty":"1","time":1732353600123,"isBuyerMaker":true}]'])(
    'refuse %s',
    body => {
      expect(() => decodeLast(binance, [binance.trades!.wrap(trades, range(1, 1_000), body)])).toThrow()
    },
  )
})
