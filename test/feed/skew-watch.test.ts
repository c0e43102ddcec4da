import { afterAll, describe, expect, it } from 'vitest'
import { SkewWatch, skewText } from '../../src/feed/skew-watch.js'
import { RealClock } from '../../src/feed/real-clock.js'
import { Rig, serve, until } from './harness.js'
import { plainExchange } from './plain-exchange.js'

const HOUR = 3_600_000_000
const rig = new Rig()
afterAll(() => rig.end())

describe('SkewWatch', () => {
  it('tells once, after three looks in a row', () => {
    const watch = new SkewWatch()
    expect([HOUR, HOUR, HOUR, HOUR].map(delay => watch.saw('x', 'a@trade', delay))).toEqual([false, false, true, false])
    expect([1, 2, 3].map(() => watch.saw('y', 'a@trade', -HOUR))).toEqual([false, false, true])
  })

  it('takes old messages at the beginning of a stream for what they are', () => {
    const watch = new SkewWatch()
    const delays = [HOUR, HOUR, 50_000, HOUR, HOUR, 60_000_000]
    expect(delays.map(delay => watch.saw('x', 'a@trade', delay))).not.toContain(true)
  })

  it('says which clock is ahead', () => {
    expect(skewText('binance', -HOUR)).toMatch(/^binance: its times are 3600.0s ahead of the clock of this machine/)
    expect(skewText('binance', 90_000_000)).toContain('90.0s behind the clock')
  })
})

describe('D10 times of another clock', () => {
  it('are recorded as a difference, once', async () => {
    // The plain exchange dates a trade when it is received: one whose decoder sees an hour less is an hour behind.
    const plain = plainExchange()
    const exchange = plainExchange({
      decoder: () => {
        const decoder = plain.decoder()
        return {
          decode: (data, received, out) => {
            decoder.decode(data, received, out)
            for (const [index, item] of out.entries()) {
              if (item.type === 'trade') out[index] = { ...item, time: received - HOUR }
            }
          },
        }
      },
    })
    const server = await rig.server(peer => serve(peer))
    const notes: string[] = []
    const run = rig.run({ urls: [server.url], exchange, clock: new RealClock(), note: text => notes.push(text) })
    const skews = (): unknown[] =>
      run.frames.flatMap(frame => (frame.kind === 'control' && frame.topic === 'skew' ? [frame.value] : []))
    await until(() => run.links('connected').length === 1, 'connected')
    for (let id = 1; skews().length === 0; id++) {
      server.peers[0]?.json({ symbol: 'BTC', trade: id })
      await until(() => run.trades.length === id, `trade ${String(id)}`)
      await new Promise(resolve => setTimeout(resolve, 50))
      expect(id).toBeLessThan(400)
    }
    for (let count = 0; count < 10; count++) {
      server.peers[0]?.json({ symbol: 'BTC', trade: 1_000 + count })
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    expect(skews()).toEqual([{ exchange: 'plain', delayMs: 3_600_000 }])
    // A server on this machine has its clock, and speaks of the past because it is asked to.
    expect(notes).toEqual([])
  })
})
