import { describe, expect, it } from 'vitest'
import { coinbaseAdvanced } from '../../../src/exchanges/coinbase-advanced.js'
import { decodeLast, RECEIVED, streamOf } from '../conformance.js'
import { past, range } from './history.js'

const stream = streamOf(coinbaseAdvanced, 'BTC-USD@trade')
const request = coinbaseAdvanced.trades!
const between = (from: number, to: number, since: number | null, until: number | null) => ({ ...range(from, to, since), until }) // prettier-ignore
const row = (id: number, time: string, side = 'SELL'): string =>
  `{"trade_id":"${String(id)}","product_id":"BTC-USD","price":"97123.45","size":"0.0125","time":"${time}","side":"${side}","exchange":"coinbase"}`
const page = (...rows: readonly string[]): string =>
  `{"trades":[${rows.join(',')}],"best_bid":"97123.44","best_ask":"97123.45"}`
const at = (second: number): string => `2024-11-23T09:20:0${String(second)}.123456Z`

describe('old trades of Coinbase Advanced Trade', () => {
  it('are asked for between two times, with a second more at both ends', () => {
    expect(request.url(stream, between(100, 104, 1_732_353_600_999_999, 1_732_353_605_000_000), null)).toBe(
      'https://api.coinbase.com/api/v3/brokerage/market/products/BTC-USD/ticker?limit=1000&start=1732353599&end=1732353607',
    )
    expect(request.url(stream, between(1, 1, 2_000_000, 3_000_000), 'ws://127.0.0.1:9000')).toBe(
      'http://127.0.0.1:9000/api/v3/brokerage/market/products/BTC-USD/ticker?limit=1000&start=1&end=5',
    )
    expect(request.url(stream, between(1, 2, null, 3_000_000), null)).toBeUndefined()
    expect(request.url(stream, between(1, 2, 3_000_000, null), null)).toBeUndefined()
    expect(request.url(stream, range(1, 2, 3_000_000), null)).toBeUndefined()
    const book = streamOf(coinbaseAdvanced, 'BTC-USD@book')
    expect(request.url(book, between(1, 2, 1, 2), null)).toBeUndefined()
  })

  it('decode from a page, those asked for alone, oldest first, with the side of the taker', () => {
    const body = page(row(9, at(4)), row(8, at(3)), row(7, at(2), 'BUY'), row(6, at(1)))
    const frame = request.wrap(stream, range(7, 8), body)
    const head = { type: 'trade', exchange: 'coinbase-advanced', symbol: 'BTC-USD', pair: 'BTC/USD' }
    const rest = { price: 97123.45, size: 0.0125, received: RECEIVED, fetched: true }
    expect(decodeLast(coinbaseAdvanced, [frame])).toEqual([
      { ...head, id: '7', side: 'sell', time: 1_732_353_602_123_456, ...rest },
      { ...head, id: '8', side: 'buy', time: 1_732_353_603_123_456, ...rest },
    ])
    expect(coinbaseAdvanced.dialect.topics(frame)).toEqual([])
    expect(decodeLast(coinbaseAdvanced, [request.wrap(stream, range(1, 2), body)])).toMatchObject([{ type: 'ignored' }]) // prettier-ignore
  })

  it('go on before the oldest trade of an answer that was cut off', () => {
    const body = page(row(9, at(4)), row(8, at(3)))
    expect(request.receded?.(body, 7)).toEqual({ id: 8, time: 1_732_353_603_123_456 })
    expect(request.receded?.(body, 8)).toBeNull()
    for (const wrong of ['<html>', '{}', page(), page('1'), page('{"trade_id":"x"}')]) {
      expect(request.receded?.(wrong, 7)).toBeNull()
    }
  })

  it('are served by the box as it asks for them', () => {
    const frames = [2, 5, 6, 7, 9].map(
      (id, index) => `{"channel":"market_trades","client_id":"","timestamp":"${at(id)}","sequence_num":${String(index)},"events":[{"type":"update","trades":[${row(id, at(id))}]}]}`,
    ) // prettier-ignore
    const wanted = between(6, 6, 1_732_353_605_123_456, 1_732_353_606_123_456)
    const address = new URL(request.url(stream, wanted, 'http://127.0.0.1:9000') ?? '')
    const body = request.answer(address, past(coinbaseAdvanced, frames)) ?? ''
    expect((JSON.parse(body) as { trades: { trade_id: string }[] }).trades.map(({ trade_id: id }) => id)).toEqual(['7', '6', '5']) // prettier-ignore
    expect(decodeLast(coinbaseAdvanced, [request.wrap(stream, wanted, body)])).toMatchObject([
      { id: '6', side: 'buy', size: 0.0125, time: 1_732_353_606_123_456 },
    ])
    address.searchParams.set('limit', '1')
    expect(request.answer(address, past(coinbaseAdvanced, frames))).toMatch(/"trade_id":"7".*\}\],"best_bid"/)
    expect(request.answer(new URL('http://127.0.0.1:9000/api/v3/brokerage/time'), past(coinbaseAdvanced, []))).toBeUndefined() // prettier-ignore
  })

  it.each([
    '{"error":"NOT_FOUND"}',
    '[]',
    page('1'),
    page(row(7, at(1)).replace('97123.45', 'x')),
    page(row(7, at(1), 'X')),
  ])('refuse %s', body => {
    expect(() => decodeLast(coinbaseAdvanced, [request.wrap(stream, range(1, 9), body)])).toThrow()
  })
})
