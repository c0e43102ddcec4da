import { describe, expect, it } from 'vitest'
import { kraken } from '../../../src/exchanges/kraken.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const stream = streamOf(kraken, 'BTC/USD@trade')
const request = kraken.trades!
const row = (id: number, time: string, side = 'b'): string =>
  `["30243.40000","0.34507674",${time},"${side}","m","",${String(id)}]`
const page = (...rows: readonly string[]): string =>
  `{"error":[],"result":{"XXBTZUSD":[${rows.join(',')}],"last":"1688671969993150842"}}`

describe('old trades of Kraken', () => {
  it('are asked for from a millisecond before a time, in nanoseconds', () => {
    expect(request.url(stream, range(100, 104, 1_688_669_597_827_736), null)).toBe(
      'https://api.kraken.com/0/public/Trades?pair=XBTUSD&since=1688669597826736000&count=1000',
    )
    expect(request.url(streamOf(kraken, 'DOGE/BTC@trade'), range(1, 1, 2_000_000), 'ws://127.0.0.1:9000/v2')).toBe(
      'http://127.0.0.1:9000/0/public/Trades?pair=XDGXBT&since=1999000000&count=1000',
    )
    expect(request.url(stream, range(100, 104, null), null)).toBeUndefined()
    expect(request.url(streamOf(kraken, 'BTC/USD@book'), range(1, 2), null)).toBeUndefined()
  })

  it('decode from a page, those asked for alone, their time to the microsecond', () => {
    const body = page(row(7, '1688669597.8277369'), row(8, '1688669598.2804112', 's'), row(9, '1688669602.698379'))
    const frame = request.wrap(stream, range(8, 8), body)
    expect(decodeLast(kraken, [frame])).toEqual([
      {
        type: 'trade',
        exchange: 'kraken',
        symbol: 'BTC/USD',
        pair: 'BTC/USD',
        id: '8',
        price: 30_243.4,
        size: 0.34507674,
        side: 'sell',
        time: 1_688_669_598_280_411,
        received: RECEIVED,
        fetched: true,
      },
    ])
    expect(kraken.dialect.topics(frame)).toEqual([])
    expect(decodeLast(kraken, [request.wrap(stream, range(1, 2), body)])).toMatchObject([{ type: 'ignored' }])
  })

  it('go on from the newest trade before what is missing', () => {
    const body = page(row(7, '1688669597.8277369'), row(8, '1688669598.2804112'), row(9, '1688669602.698379'))
    expect(request.reached?.(body, 9)).toBe(1_688_669_598_280_411)
    expect(request.reached?.(body, 7)).toBeNull()
    for (const wrong of ['<html>', '{}', '{"error":["EGeneral:Too many requests"]}', page('1')]) {
      expect(request.reached?.(wrong, 9)).toBeNull()
    }
  })

  it('are served by the box as it asks for them', () => {
    const frames = [5, 6, 7, 8].map(
      id => `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":97000.10,"qty":0.00500000,"ord_type":"market","trade_id":${String(id)},"timestamp":"2024-11-23T09:20:0${String(id)}.123456Z"}]}`,
    ) // prettier-ignore
    const wanted = range(6, 7, 1_732_353_605_123_456)
    const address = new URL(request.url(stream, wanted, 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(kraken, frames)) ?? ''
    expect(decodeLast(kraken, [request.wrap(stream, wanted, body)])).toMatchObject(
      [6, 7].map(id => ({ id: String(id), side: 'sell', size: 0.005, time: 1_732_353_600_123_456 + id * 1e6 })),
    )
    expect(request.reached?.(body, 6)).toBe(1_732_353_605_123_456)
    expect(request.answer(new URL('http://127.0.0.1:9000/0/public/Depth'), past(kraken, []))).toBeUndefined()
  })

  it.each([
    '{"error":["EGeneral:Too many requests"]}',
    '{"error":[],"result":{}}',
    page('[1]'),
    page(row(7, '"soon"')),
    page(row(7, '1688669597.8', 'x')),
  ])('refuse %s', body => {
    expect(() => decodeLast(kraken, [request.wrap(stream, range(1, 9), body)])).toThrow()
  })
})
