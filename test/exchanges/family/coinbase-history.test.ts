import { describe, expect, it } from 'vitest'
import { coinbase } from '../../../src/exchanges/coinbase.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const stream = streamOf(coinbase, 'BTC-USD@trade')
const request = coinbase.trades!
const row = (id: number, side: string) =>
  `{"trade_id":${String(id)},"side":"${side}","size":"0.0125","price":"97123.45","time":"2024-11-23T09:20:00.123456Z"}`

describe('old trades of Coinbase', () => {
  it('are asked for from behind', () => {
    expect(request.url(stream, range(100, 104), null)).toBe(
      'https://api.exchange.coinbase.com/products/BTC-USD/trades?after=105&limit=5',
    )
    expect(request.url(streamOf(coinbase, 'BTC-USD@quote'), range(1, 2), null)).toBeUndefined()
  })

  it('decode oldest first, the maker’s side turned round', () => {
    const frame = request.wrap(stream, range(7, 8), `[${row(8, 'buy')},${row(7, 'sell')}]`)
    const rest = { price: 97_123.45, size: 0.0125, time: 1_732_353_600_123_456, received: RECEIVED, fetched: true }
    const head = { type: 'trade', exchange: 'coinbase', symbol: 'BTC-USD', pair: 'BTC/USD' }
    expect(decodeLast(coinbase, [frame])).toEqual([
      { ...head, id: '7', side: 'buy', ...rest },
      { ...head, id: '8', side: 'sell', ...rest },
    ])
    expect(coinbase.dialect.topics(frame)).toEqual([])
  })

  it('are served by the box as it asks for them', () => {
    const frames = [5, 6, 7, 8].map(id => `{"type":"match","trade_id":${String(id)},"maker_order_id":"a","taker_order_id":"b","side":"sell","size":"0.0125","price":"97123.45","product_id":"BTC-USD","sequence":1,"time":"2024-11-23T09:20:00.123456Z"}`) // prettier-ignore
    const address = new URL(request.url(stream, range(6, 7), 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(coinbase, frames)) ?? ''
    expect(decodeLast(coinbase, [request.wrap(stream, range(6, 7), body)])).toMatchObject(
      ['6', '7'].map(id => ({ id, side: 'buy', time: 1_732_353_600_123_456, fetched: true })),
    )
    expect(request.answer(new URL('http://127.0.0.1:9000/products'), past(coinbase, []))).toBeUndefined()
  })

  it('may be none', () => {
    expect(decodeLast(coinbase, [request.wrap(stream, range(7, 8), '[]')])).toEqual([
      { type: 'ignored', what: 'no trades' },
    ])
  })

  it.each(['{}', '[1]', '[{"trade_id":1}]', '{"message":"NotFound"}'])('refuse %s', body => {
    expect(() => decodeLast(coinbase, [request.wrap(stream, range(7, 8), body)])).toThrow()
  })
})
