import { describe, expect, it } from 'vitest'
import { admitCrowd, crowdAccount } from '../../../src/session/chaos/crowd.js'
import { marketFrames } from '../../../src/session/chaos/market.js'
import { Session } from '../../../src/session/session.js'

describe('the crowd of a trial', () => {
  it('fails in every way, and the witness hears everything all the same', async () => {
    const session = new Session({
      command: 'test',
      streams: [],
      feed: null,
      keepDeadLetter: () => undefined,
      filter: null,
    })
    const witness = admitCrowd(session)
    const frames = marketFrames({
      seed: 2,
      symbols: ['BTCUSDT'],
      channels: ['trade', 'bookTicker'],
      rate: 200,
      seconds: 6,
    })
    for (const frame of frames) session.deliver(frame)
    await session.bus.stop({ withinMs: 1_000 })
    const account = crowdAccount(session)
    const trades = frames.filter(({ data }) => data.includes('"e":"trade"')).length
    expect(witness.trades.get('BTCUSDT')).toMatchObject({ count: trades, jumps: 0 })
    expect(witness.quotes).toBe(frames.length - trades)
    expect(account).toMatchObject({ suspended: 1, witnessMissed: 0, bystanderFailures: 0 })
    // Every tenth trade, twenty of the hopeless one, every hundredth and every thousandth.
    expect(account.failures).toBeGreaterThanOrEqual(Math.floor(trades / 10) + 20 + Math.floor(trades / 100))
    expect(account.conflated).toBeGreaterThan(0)
    expect(session.bus.check()).toEqual([])
  })
})
