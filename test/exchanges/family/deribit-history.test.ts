import { describe, expect, it } from 'vitest'
import { deribit } from '../../../src/exchanges/deribit.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const stream = streamOf(deribit, 'BTC-PERPETUAL@trade')
const request = deribit.trades!
const row = (sequence: number, more = ''): string =>
  `{"trade_seq":${String(sequence)},"trade_id":"${String(3 * sequence)}","timestamp":1732353600101,"tick_direction":0,"price":97123.5,"instrument_name":"BTC-PERPETUAL","index_price":97100.1,"direction":"sell","amount":2000.0${more}}`
const page = (...rows: readonly string[]): string =>
  `{"jsonrpc":"2.0","result":{"trades":[${rows.join(',')}],"has_more":false},"usIn":1,"usOut":2,"usDiff":1,"testnet":false}`

describe('old trades of Deribit', () => {
  it('are asked for by their count within the instrument', () => {
    expect(request.url(stream, range(100, 104), null)).toBe(
      'https://www.deribit.com/api/v2/public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&start_seq=100&end_seq=104&count=5&sorting=asc',
    )
    expect(request.url(streamOf(deribit, 'BTC-PERPETUAL@liquidation'), range(1, 2), null)).toBeUndefined()
  })

  it('decode as trades alone, also where somebody was liquidated', () => {
    const frame = request.wrap(stream, range(7, 8), page(row(7), row(8, ',"liquidation":"T"')))
    const rest = { price: 97_123.5, size: 2_000, side: 'sell', time: 1_732_353_600_101_000, received: RECEIVED }
    const head = { type: 'trade', exchange: 'deribit', symbol: 'BTC-PERPETUAL', pair: 'BTC/USD:BTC', fetched: true }
    expect(decodeLast(deribit, [frame])).toEqual([
      { ...head, ...rest, id: '21', ordinal: 7 },
      { ...head, ...rest, id: '24', ordinal: 8 },
    ])
    expect(deribit.dialect.topics(frame)).toEqual([])
  })

  it('may be none', () => {
    expect(decodeLast(deribit, [request.wrap(stream, range(7, 8), page())])).toEqual([
      { type: 'ignored', what: 'no trades' },
    ])
  })

  it('are served by the box as it asks for them', () => {
    const frames = [5, 6, 7, 8].map(
      sequence => `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":[${row(sequence)}]}}`,
    ) // prettier-ignore
    const address = new URL(request.url(stream, range(6, 7), 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(deribit, frames)) ?? ''
    expect(decodeLast(deribit, [request.wrap(stream, range(6, 7), body)])).toMatchObject(
      [6, 7].map(ordinal => ({ ordinal, id: String(3 * ordinal), size: 2_000, side: 'sell', fetched: true })),
    )
    expect(request.answer(new URL('http://127.0.0.1:9000/api/v2/public/test'), past(deribit, []))).toBeUndefined()
  })

  it.each([
    '{"jsonrpc":"2.0","error":{"code":10028,"message":"too_many_requests"}}',
    '{"jsonrpc":"2.0","result":{}}',
    page('1'),
    page('{"trade_seq":1}'),
  ])('refuse %s', body => {
    expect(() => decodeLast(deribit, [request.wrap(stream, range(7, 8), body)])).toThrow()
  })
})
