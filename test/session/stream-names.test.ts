import { describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import type { Trade } from '../../src/model/event.js'
import { StreamNames } from '../../src/session/stream-names.js'

const trade: Trade = {
  type: 'trade', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT', id: '1', price: 1, size: 1, side: 'buy', time: 1, received: 1,
} // prettier-ignore

describe('StreamNames', () => {
  it('gives the name as the user wrote it', () => {
    const names = new StreamNames([
      resolveStream('BTC/USDT@trade', 'binance'),
      resolveStream('btcusdt@depth@100ms', 'binance'),
    ])
    expect(names.of(trade)).toBe('BTC/USDT@trade')
    expect(names.of({ ...trade, type: 'bookUpdate' })).toBe('btcusdt@depth@100ms')
  })

  it('gives symbol and channel where nobody asked', () => {
    const names = new StreamNames([])
    expect(names.of(trade)).toBe('btcusdt@trade')
    expect(names.ofTrade({ ...trade, aggregated: true })).toBe('btcusdt@aggTrade')
  })

  it('tells what was asked for of an exchange', () => {
    const names = new StreamNames([
      resolveStream('BTC/USDT@trade', 'binance'),
      resolveStream('BTC-USD@trade', 'coinbase'),
      resolveStream('btcusdt@quote', 'binance'),
    ])
    expect(names.ofExchange('binance')).toEqual(['BTC/USDT@trade', 'btcusdt@quote'])
    expect(names.ofExchange('kraken')).toEqual([])
  })

  it('keeps single and aggregated trades apart where both were asked for', () => {
    const names = new StreamNames([
      resolveStream('btcusdt@trade', 'binance'),
      resolveStream('btcusdt@aggTrade', 'binance'),
    ])
    expect(names.ofTrade(trade)).toBe('btcusdt@trade')
    expect(names.ofTrade({ ...trade, aggregated: true })).toBe('btcusdt@aggTrade')
  })
})
