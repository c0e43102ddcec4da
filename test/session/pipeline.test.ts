import { describe, expect, it } from 'vitest'
import type { Trade } from '../../src/model/event.js'
import type { TradingEvent } from '../../src/model/trading.js'
import { TRADING_EVENTS } from '../../src/session/events.js'
import { Session } from '../../src/session/session.js'
import { planTrading, Trading, type TradingOptions } from '../../src/session/trading.js'

const T0 = 1_732_400_000_000_000
const options: TradingOptions = {
  strategies: ['sma'],
  parameters: ['fast=1', 'slow=2'],
  capital: '10000',
  fees: '0.001,0.001',
  latencyMs: 50,
  model: undefined,
  seed: 1,
}
const trade = (price: number, ms: number): Trade => {
  const time = T0 + ms * 1000
  return {
    type: 'trade',
    exchange: 'binance',
    symbol: 'BTCUSDT',
    pair: 'BTC/USDT',
    id: String(ms),
    price,
    size: 5,
    side: 'buy',
    time,
    received: time,
  }
}

async function open() {
  const session = new Session({
    command: 'test',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const trading = new Trading(session, await planTrading(options))
  const told: { type: string; time: number }[] = []
  for (const type of TRADING_EVENTS) {
    session.bus.subscribe(type, (event: TradingEvent) =>
      told.push({ type: event.type, time: (event.time - T0) / 1000 }),
    )
  }
  return { session, trading, told }
}

describe('TradingPipeline', () => {
  it('lets an order arrive at its own time even if no market event comes then', async () => {
    const { session, told } = await open()
    for (const [price, ms] of [[100, 0], [99, 10], [105, 20]] as const) session.deliverEvent(trade(price, ms)) // prettier-ignore
    expect(told.map(({ type }) => type)).toEqual(['signal', 'order'])
    session.deliver({ kind: 'tick', receivedAt: T0 + 500_000 })
    expect(told.filter(({ type }) => type === 'order').map(({ time }) => time)).toContain(70)
  })

  it('publishes causes before effects', async () => {
    const { session, told } = await open()
    for (let ms = 0; ms < 2_000; ms += 10) session.deliverEvent(trade(100 + 5 * Math.sin(ms / 100), ms))
    const first = told.findIndex(({ type }) => type === 'fill')
    expect(first).toBeGreaterThan(told.findIndex(({ type }) => type === 'order'))
    expect(told.slice(first + 1, first + 3).map(({ type }) => type)).toEqual(['position', 'equity'])
    for (let index = 1; index < told.length; index++)
      expect(told[index]!.time).toBeGreaterThanOrEqual(told[index - 1]!.time)
  })

  it('gives one digest for one sequence of events and another for another', async () => {
    const digestOf = async (last: number): Promise<string> => {
      const { session, trading } = await open()
      for (let ms = 0; ms < 2_000; ms += 10) session.deliverEvent(trade(100 + 5 * Math.sin(ms / 100), ms))
      session.deliverEvent(trade(last, 2_000))
      trading.finish()
      return trading.digest()
    }
    const digest = await digestOf(100)
    expect(await digestOf(100)).toBe(digest)
    expect(await digestOf(101)).not.toBe(digest)
  })

  it('compares with holding only where one instrument was traded', async () => {
    const holdingOf = async (...symbols: string[]): Promise<unknown> => {
      const { session, trading } = await open()
      for (const [index, symbol] of symbols.entries()) {
        session.deliverEvent({ ...trade(100 + index, index), symbol, pair: `${symbol}/USDT` })
      }
      return trading
        .desks()[0]!
        .summary()
        .metrics.find(({ name }) => name === 'holding')?.value
    }
    expect(await holdingOf('A', 'A')).toBeCloseTo(0.01)
    expect(await holdingOf('A', 'B')).toBeNull()
  })

  it('does nothing before the first market event', async () => {
    const { trading } = await open()
    trading.finish()
    expect(trading.desks()).toEqual([])
  })
})
