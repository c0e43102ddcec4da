import { describe, expect, it } from 'vitest'
import { eventLine } from '../../src/model/event-line.js'
import { bench, tradeOf } from '../trading/support.js'

/** The keys of each trading event in printed order; scripts and recorded sessions depend on them. */
const KEYS = {
  signal: 'type exchange symbol pair strategy direction size reason time',
  order:
    'type exchange symbol pair strategy id tag side kind size price stopPrice trailing timeInForce expires postOnly reduceOnly group filled status reason time',
  fill: 'type exchange symbol pair strategy id order side price size fee feeAsset liquidity time',
  position: 'type exchange symbol pair strategy size cost averagePrice realised unrealised time',
  equity: 'type strategy asset cash equity realised unrealised fees time',
  refusal: 'type exchange symbol pair strategy side kind size price code detail time',
  halt: 'type strategy blocks code detail time',
}

describe('trading events', () => {
  const desk = bench({ capital: '1000', fees: { maker: '0.001', taker: '0.001' } })
  desk.feed(tradeOf(100.5, 1, 'buy', 1))
  desk.ask({ type: 'signal', direction: 'long', size: 1.5, reason: 'test' })
  desk.feed(tradeOf(100.5, 9, 'buy', 2))
  desk.ask({ type: 'limit', side: 'buy', size: 1e6, price: 1 })
  desk.events.push(...desk.desk.halt('all', 'test'))

  it.each(Object.entries(KEYS))('%s prints its keys in this order', (type, keys) => {
    const found = desk.events.filter(event => event.type === type)
    expect(found.length).toBeGreaterThan(0)
    for (const event of found) expect(Object.keys(event).join(' ')).toBe(keys)
  })

  it('carry money as decimal strings', () => {
    const fill = desk.events.find(event => event.type === 'fill')!
    expect(eventLine(fill)).toBe(
      '{"type":"fill","exchange":"test","symbol":"BTCUSDT","pair":"BTC/USDT","strategy":"s","id":"s-f1","order":"s-1","side":"buy","price":"100.5","size":"1.5","fee":"0.15075","feeAsset":"USDT","liquidity":"taker","time":2}',
    )
  })
})
