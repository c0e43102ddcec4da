import { describe, expect, it } from 'vitest'
import { findExchange } from '../../src/exchanges/registry.js'
import type { Decoded } from '../../src/model/event.js'
import { knownMessages } from '../../src/session/known-messages.js'

const trade = (id: number, price = '97000.10'): Buffer =>
  Buffer.from(`{"e":"trade","E":${id},"s":"BTCUSDT","t":${id},"p":"${price}","q":"0.1","T":${id},"m":true,"M":true}`)

function decoded(data: Buffer): Decoded[] {
  const out: Decoded[] = []
  findExchange('binance').decoder().decode(data, 5, out)
  return out
}

describe('knownMessages', () => {
  it('says of messages in a layout that was learned what a decoder would find, and nothing of others', () => {
    for (let id = 1; id < 4; id++) decoded(trade(id))
    const readKnown = knownMessages()
    expect(readKnown('binance', trade(77), 5)).toEqual(decoded(trade(77))[0])
    for (const other of ['{"e":"trade"', '{"a":1}', trade(1, '9e4').toString(), trade(1, 'ä').toString()])
      expect(readKnown('binance', Buffer.from(other), 5), other).toBeUndefined()
    expect(readKnown('binance', trade(78), 6)).toMatchObject({ type: 'trade', id: '78', received: 6 })
  })

  it('knows nothing of exchanges whose messages have no layouts, or that are none', () => {
    const readKnown = knownMessages()
    expect(readKnown('bitfinex', trade(1), 5)).toBeUndefined()
    expect(readKnown('nowhere', trade(1), 5)).toBeUndefined()
  })
})
