/** L10: what a feed opens it closes, whatever happened on the way. */
import { afterAll, describe, expect, it } from 'vitest'
import { Harness, HASTY, Rig, serve, until } from './harness.js'
import { LiveFeed } from '../../src/feed/live-feed.js'
import { plainExchange, plainStream } from './plain-exchange.js'

const rig = new Rig()
afterAll(() => rig.end())

const held = (): string[] =>
  process.getActiveResourcesInfo().filter(name => /TCP|TLS|Timeout|Immediate|GetAddrInfo/.test(name))

describe('a stopped feed', () => {
  it.each([
    ['while everything runs', async () => Promise.resolve()],
    ['after a cut, while it waits', async (run: Harness) => until(() => run.links('disconnected').length > 0, 'a cut')],
  ])('leaves no socket and no timer, %s', async (_name, wait) => {
    const server = await rig.server({
      script: (peer, index) =>
        serve(peer, () => {
          peer.json({ symbol: 'BTC', trade: index })
          if (index === 0) setTimeout(() => peer.reset(), 100)
        }),
      http: () => null,
    })
    const before = held().length
    const run = new Harness({
      urls: [server.url],
      lines: 2,
      timing: HASTY,
      tickMs: 20,
      streams: ['BTC@trade', 'BTC@book'],
    })
    await until(() => run.trades.length > 1, 'trades on both lines')
    run.feed.wantSnapshot('plain', 'BTC')
    run.feed.renew(1, 'wanted')
    run.feed.subscribe(plainStream('ETH@trade'))
    await wait(run)
    await run.feed.stop('enough')
    const delivered = run.frames.length
    await until(() => server.sockets.size === 0 && held().length <= before, 'all gone', 2_000)
    expect(run.frames.length).toBe(delivered)
    expect(run.end).toEqual({ error: null })
  })

  it('stops while it still connects, and may be stopped twice', async () => {
    const server = await rig.server(() => undefined)
    const before = held().length
    const run = new Harness({ urls: [server.url] })
    await until(() => server.peers.length === 1, 'a handshake')
    await Promise.all([run.feed.stop('enough'), run.feed.stop('again')])
    await until(() => server.sockets.size === 0 && held().length <= before, 'all gone', 2_000)
    expect(run.frames).toEqual([])
  })

  it('that its consumer made fail ends the run with the consumer’s error, sockets closed', async () => {
    const server = await rig.server(peer => serve(peer, () => peer.text('{"trade":"x"}').text('{"explode":1}')))
    const failure = new Error('a bug of the consumer')
    const exchange = plainExchange()
    const feed = new LiveFeed({
      streams: [plainStream('BTC@trade')],
      exchanges: new Map([['plain', exchange]]),
      urls: [server.url],
    })
    const done = feed.run(frame => {
      if (frame.kind === 'data') throw failure
      return undefined
    })
    await expect(done).rejects.toBe(failure)
    await until(() => server.sockets.size === 0, 'sockets closed')
  })
})
