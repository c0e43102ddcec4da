import { describe, expect, it } from 'vitest'
import { ccxtExchange } from '../../src/exchanges/ccxt.js'
import { findExchange, resolveStream } from '../../src/exchanges/registry.js'
import { DecodeError } from '../../src/model/errors.js'
import { decodeLast } from './conformance.js'

const gate = ccxtExchange('ccxt:gate')!
const frame = (kind: string, data: unknown, more: object = {}): string =>
  JSON.stringify({ ccxt: kind, symbol: 'BTC/USDT', ...more, data })
const trade = { id: '7', timestamp: 1_732_353_600_101, side: 'buy', price: 97_123.5, amount: 0.5 }

function codeOf(text: string): string | undefined {
  try {
    decodeLast(gate, [text])
    return undefined
  } catch (error) {
    return error instanceof DecodeError ? error.code : 'thrown'
  }
}

describe('ccxt', () => {
  it('is named by the exchange behind it, in any case', () => {
    expect(findExchange('CCXT:Gate').name).toBe('ccxt:gate')
    expect(resolveStream('ccxt:gate:btc/usdt:usdt@trade', 'binance')).toEqual({
      exchange: 'ccxt:gate',
      symbol: 'BTC/USDT:USDT',
      pair: 'BTC/USDT:USDT',
      channel: 'trade',
      interval: null,
      name: 'btc/usdt:usdt@trade',
    })
    for (const name of ['ccxt', 'ccxt:', 'ccxt:../etc', 'ccxt:gate:io']) expect(ccxtExchange(name)).toBeUndefined()
  })

  it('takes unified pairs only', () => {
    for (const text of ['BTCUSDT', 'BTC-USDT', '', '/', '__proto__']) expect(gate.instrument(text)).toBeUndefined()
  })

  it('asks for each stream by itself', () => {
    const streams = ['trade', 'candle_1h'].map(channel => resolveStream(`ccxt:gate:BTC/USDT@${channel}`, 'binance'))
    expect(gate.subscribe(streams, 4).map(({ text, request }) => [JSON.parse(text), request])).toEqual([
      [{ op: 'subscribe', id: 4, channel: 'trade', symbol: 'BTC/USDT' }, '4'],
      [{ op: 'subscribe', id: 5, channel: 'candle', symbol: 'BTC/USDT', interval: '1h' }, '5'],
    ])
  })

  it('speaks both sides of its words, so that its recordings can be served', () => {
    const { dialect } = gate
    const stream = resolveStream('ccxt:gate:BTC/USDT@candle_1h', 'binance')
    const text = gate.subscribe([stream], 4)[0]?.text ?? ''
    expect(dialect.read(text)).toEqual({ kind: 'subscribe', topics: [dialect.topic(stream)], id: 4 })
    expect(dialect.topics(frame('candle', [], { interval: '1h' }))).toEqual([dialect.topic(stream)])
    expect(decodeLast(gate, [...dialect.accept(dialect.read(text)!)])).toEqual([
      { type: 'ack', request: '4', streams: [] },
    ])
    expect(decodeLast(gate, [...dialect.refuse(dialect.read(text), 'no')])).toEqual([
      { type: 'refused', request: '4', streams: [], reason: 'no' },
    ])
    for (const wrong of ['', '[]', '{"op":"subscribe"}', '{"op":"jump","channel":"trade","symbol":"X"}'])
      expect(dialect.read(wrong)).toBeUndefined()
  })

  it('keeps doubles as the library prints them', () => {
    expect(decodeLast(gate, [frame('trade', [{ ...trade, amount: 0.1 + 0.2, price: 1e-7 }])])).toMatchObject([
      { size: 0.30000000000000004, price: 1e-7 },
    ])
  })

  it('knows what carries no news', () => {
    for (const text of [
      frame('trade', []),
      frame('candle', [], { interval: '1m' }),
      frame('quote', { bid: null, ask: 1 }),
      frame('quote', { bids: [], asks: [[1, 1]] }),
      frame('ticker', { last: null }),
    ]) {
      expect(decodeLast(gate, [text]).map(({ type }) => type)).toEqual(['ignored'])
    }
  })

  it.each([
    ['no id', frame('trade', [{ ...trade, id: undefined }]), 'field'],
    ['a side of its own', frame('trade', [{ ...trade, side: 'up' }]), 'field'],
    ['no price', frame('trade', [{ ...trade, price: null }]), 'number'],
    ['a price of zero', frame('trade', [{ ...trade, price: 0 }]), 'number'],
    ['a time in seconds', frame('trade', [{ ...trade, timestamp: 1_732_353_600 }]), 'time'],
    ['a quote without sizes', frame('quote', { bid: 1, ask: 2 }), 'number'],
    ['a kind nobody knows', frame('weather', {}), 'unknown'],
    ['no symbol', JSON.stringify({ ccxt: 'trade', data: [trade] }), 'field'],
    ['a list', '[]', 'shape'],
    ['no JSON', '{', 'json'],
  ])('refuses %s', (_, text, code) => expect(codeOf(text)).toBe(code))
})
