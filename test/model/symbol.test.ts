import { describe, expect, it } from 'vitest'
import { nearest, parsePair, splitConcatenated } from '../../src/model/symbol.js'

describe('parsePair', () => {
  it.each([
    ['btc/usdt', { base: 'BTC', quote: 'USDT', settle: null, expiry: null }],
    ['BTC/USDT:USDT', { base: 'BTC', quote: 'USDT', settle: 'USDT', expiry: null }],
    ['BTC/USD:BTC-241227', { base: 'BTC', quote: 'USD', settle: 'BTC', expiry: '241227' }],
  ])('reads %s', (text, parts) => expect(parsePair(text)).toEqual(parts))

  it.each(['BTCUSDT', 'BTC/', '/USDT', 'BTC/USDT/X', 'BTC/USDT:'])('refuses %j', text =>
    expect(parsePair(text)).toBeUndefined(),
  )
})

describe('splitConcatenated', () => {
  it.each([
    ['BTCUSDT', 'BTC', 'USDT'],
    ['ethbtc', 'ETH', 'BTC'],
    ['BTCFDUSD', 'BTC', 'FDUSD'],
    ['BTCUSD', 'BTC', 'USD'],
    ['1000SATSUSDT', '1000SATS', 'USDT'],
  ])('splits %s', (symbol, base, quote) => expect(splitConcatenated(symbol)).toEqual({ base, quote }))

  it('leaves a symbol alone that ends in no known quote asset', () => {
    expect(splitConcatenated('XYZ')).toBeUndefined()
    expect(splitConcatenated('USDT')).toBeUndefined()
  })
})

describe('nearest', () => {
  it('finds the near miss and nothing far away', () => {
    expect(nearest('binace', ['binance', 'coinbase'])).toBe('binance')
    expect(nearest('zzzzzz', ['binance', 'coinbase'])).toBeUndefined()
  })
})
