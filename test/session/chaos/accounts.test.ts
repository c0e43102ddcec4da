import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import type { Trade } from '../../../src/model/event.js'
import { Accounts } from '../../../src/session/chaos/accounts.js'
import { marketFrames } from '../../../src/session/chaos/market.js'
import { Session } from '../../../src/session/session.js'
import { planTrading } from '../../../src/session/trading.js'

const PLAN = { strategies: ['sma'], parameters: ['fast=3', 'slow=9'], capital: '10000', fees: undefined, latencyMs: undefined, model: undefined, seed: 1 } // prettier-ignore

describe('the accounts of a trial', () => {
  it('come to the same digest however the network mixes the symbols and whenever trades arrive', async () => {
    const trades = market()
    const [straight, mixed] = [new Accounts(await planTrading(PLAN)), new Accounts(await planTrading(PLAN))]
    for (const trade of trades) straight.hear(trade)
    for (const trade of shuffledBetweenSymbols(trades)) mixed.hear({ ...trade, received: trade.received + 1_000_000 })
    expect(mixed.close()).toBe(straight.close())
    expect(straight.totals().fills).toBeGreaterThan(0)
  })

  it('come to another one where a single trade is missing', async () => {
    const trades = market()
    const [whole, holed] = [new Accounts(await planTrading(PLAN)), new Accounts(await planTrading(PLAN))]
    for (const trade of trades) whole.hear(trade)
    for (const [index, trade] of trades.entries()) if (index !== 200) holed.hear(trade)
    expect(holed.close()).not.toBe(whole.close())
  })
})

function market(): Trade[] {
  const session = new Session({
    command: 'test',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const trades: Trade[] = []
  session.bus.subscribe('trade', trade => void trades.push(trade))
  for (const frame of marketFrames({ seed: 6, symbols: ['BTCUSDT', 'ETHUSDT'], channels: ['trade'], rate: 40, seconds: 10 })) session.deliver(frame) // prettier-ignore
  return trades
}

function shuffledBetweenSymbols(trades: readonly Trade[]): Trade[] {
  const random = new Random('mix')
  const queues = ['BTCUSDT', 'ETHUSDT'].map(symbol => trades.filter(trade => trade.symbol === symbol))
  const mixed: Trade[] = []
  while (queues.some(queue => queue.length > 0)) {
    const next = random.pick(queues.filter(queue => queue.length > 0)).shift()
    if (next !== undefined) mixed.push(next)
  }
  return mixed
}
