import { describe, expect, it } from 'vitest'
import { okx } from '../../../src/exchanges/okx.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const stream = streamOf(okx, 'BTC-USDT@trade')
const request = okx.trades!
const row = (id: number): string =>
  `{"instId":"BTC-USDT","side":"sell","sz":"0.00001","px":"29963.2","source":"0","tradeId":"${String(id)}","ts":"1654161646974"}`
const page = (...rows: readonly string[]): string => `{"code":"0","msg":"","data":[${rows.join(',')}]}`

describe('old trades of OKX', () => {
  it('are asked for from behind, a hundred at most', () => {
    expect(request.url(stream, range(100, 104), null)).toBe(
      'https://www.okx.com/api/v5/market/history-trades?instId=BTC-USDT&type=1&after=105&limit=5',
    )
    expect(request.url(stream, range(1, 500), 'ws://127.0.0.1:9000')).toContain('http://127.0.0.1:9000/api/v5/market/')
    expect(request.most).toBe(100)
    expect(request.url(streamOf(okx, 'BTC-USDT@aggTrade'), range(1, 2), null)).toBeUndefined()
  })

  it('decode oldest first', () => {
    const frame = request.wrap(stream, range(7, 8), page(row(8), row(7)))
    const rest = { price: 29_963.2, size: 0.00001, side: 'sell', time: 1_654_161_646_974_000, received: RECEIVED }
    const head = { type: 'trade', exchange: 'okx', symbol: 'BTC-USDT', pair: 'BTC/USDT', fetched: true }
    expect(decodeLast(okx, [frame])).toEqual([
      { ...head, ...rest, id: '7', ordinal: 7 },
      { ...head, ...rest, id: '8', ordinal: 8 },
    ])
    expect(okx.dialect.topics(frame)).toEqual([])
  })

  it('may be none', () => {
    expect(decodeLast(okx, [request.wrap(stream, range(7, 8), page())])).toEqual([
      { type: 'ignored', what: 'no trades' },
    ])
  })

  it('are served by the box as it asks for them', () => {
    const frames = [5, 6, 7, 8].map(
      id => `{"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"${String(id)}","px":"97001.1","sz":"0.005","side":"sell","ts":"1732353600101"}]}`,
    ) // prettier-ignore
    const address = new URL(request.url(stream, range(6, 7), 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(okx, frames)) ?? ''
    expect(decodeLast(okx, [request.wrap(stream, range(6, 7), body)])).toMatchObject(
      ['6', '7'].map(id => ({ id, price: 97_001.1, size: 0.005, side: 'sell', time: 1_732_353_600_101_000 })),
    )
    expect(request.answer(new URL('http://127.0.0.1:9000/api/v5/market/trades'), past(okx, []))).toBeUndefined()
  })

  it.each(['{"code":"50011","msg":"Too Many Requests","data":[]}', '{"code":"0"}', page('1'), page('{"tradeId":"1"}')])(
    'refuse %s',
    body => {
      expect(() => decodeLast(okx, [request.wrap(stream, range(7, 8), body)])).toThrow()
    },
  )
})
