import { describe, expect, it } from 'vitest'
import type { Trade } from '../../src/model/event.js'
import type { StrategyHandlers } from '../../src/model/trading.js'
import { perInstrument } from '../../src/strategies/per-instrument.js'

const trade = (symbol: string, price: number): Trade => {
  return {
    type: 'trade',
    exchange: 'x',
    symbol,
    pair: symbol,
    id: String(price),
    price,
    size: 1,
    side: 'buy',
    time: 1,
    received: 1,
  }
}

function counting(): { handlers: StrategyHandlers; made: () => number } {
  let made = 0
  const handlers = perInstrument(() => {
    made++
    let sum = 0
    return {
      onTrade: ({ price }) => ({ type: 'signal', direction: 'long', reason: String((sum += price)) }),
      onTimer: name => ({ type: 'signal', direction: 'flat', reason: `${name} ${sum}` }),
    }
  })
  return { handlers, made: () => made }
}

describe('perInstrument', () => {
  it('keeps the state of instruments apart', () => {
    const { handlers, made } = counting()
    const reasons = [trade('A', 1), trade('B', 10), trade('A', 2), trade('B', 20)].map(event =>
      handlers.onTrade?.(event),
    )
    expect(reasons).toMatchObject([{ reason: '1' }, { reason: '10' }, { reason: '3' }, { reason: '30' }])
    expect(made()).toBe(2)
  })

  it('tells a timer to every instance', () => {
    const { handlers } = counting()
    handlers.onTrade?.(trade('A', 1))
    handlers.onTrade?.(trade('B', 10))
    expect(handlers.onTimer?.('t', 1)).toMatchObject([{ reason: 't 1' }, { reason: 't 10' }])
  })

  it('offers what the strategy handles and nothing else', () => {
    expect(Object.keys(counting().handlers).sort()).toEqual(['onTimer', 'onTrade'])
  })
})
