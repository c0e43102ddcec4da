import { describe, expect, it } from 'vitest'
import { eventLine } from '../../src/model/event-line.js'
import type { Trade } from '../../src/model/event.js'

const trade: Trade = {
  type: 'trade',
  exchange: 'binance',
  symbol: 'BTCUSDT',
  pair: 'BTC/USDT',
  id: '4839201',
  price: 97123.45,
  size: 0.0125,
  side: 'buy',
  time: 1732400000123000,
  received: 1732400000125871,
}

describe('eventLine', () => {
  it("writes the contract's keys in the contract's order", () => {
    expect(eventLine(trade)).toBe(
      '{"type":"trade","exchange":"binance","symbol":"BTCUSDT","pair":"BTC/USDT","id":"4839201","price":97123.45,"size":0.0125,"side":"buy","time":1732400000123000,"received":1732400000125871}',
    )
  })

  it('writes small and large numbers without an exponent', () => {
    expect(eventLine({ ...trade, price: 1.2e-7, size: 1e21 })).toContain(
      '"price":0.00000012,"size":1000000000000000000000,',
    )
  })

  it('escapes what could steer a terminal and still is JSON', () => {
    const hostile = 'A\u001b[2J\u0007\u009b31m\u202eB\u2028\u0000"\\'
    const line = eventLine({ ...trade, symbol: hostile })
    expect(line).toMatch(/^[\x20-\x7e]*$/)
    expect((JSON.parse(line) as Trade).symbol).toBe(hostile)
  })

  it('keeps letters of any script', () => {
    expect(eventLine({ ...trade, symbol: '币安人生USDT' })).toContain('币安人生USDT')
  })
})
