import { afterEach, describe, expect, it } from 'vitest'
import { FaultServer } from '../support/fault-server.js'
import type { FaultServerOptions } from '../support/fault-server.js'
import { Harness, serve, until } from './harness.js'
import type { HarnessOptions } from './harness.js'
import { plainStream } from './plain-exchange.js'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function start(
  options: FaultServerOptions,
  more: HarnessOptions = {},
): Promise<{ server: FaultServer; run: Harness }> {
  const server = await FaultServer.start(options)
  cleanups.push(() => server.stop())
  const run = new Harness({ urls: [server.url], ...more })
  cleanups.push(() => run.feed.stop('test over'))
  return { server, run }
}

describe('LiveFeed', () => {
  it('subscribes, delivers every message in order and reports the link', async () => {
    const { run } = await start({
      script: peer =>
        serve(peer, () => {
          for (let id = 1; id <= 100; id++) peer.json({ symbol: 'BTC', trade: id })
        }),
    })
    await until(() => run.trades.length === 100, '100 trades')
    expect(run.ids).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)))
    expect(run.links().map(link => [link.state, link.streams])).toEqual([['connected', ['BTC@trade']]])
    await run.feed.stop('enough')
    expect(run.links().map(link => link.state)).toEqual(['connected', 'disconnected'])
    expect(run.end).toEqual({ error: null })
  })

  it('is back within a second after a cut, with its streams subscribed again', async () => {
    const { run, server } = await start({
      script: (peer, index) => serve(peer, () => peer.json({ symbol: 'BTC', trade: index })),
    })
    await until(() => run.trades.length === 1, 'a trade')
    server.peers[0]?.reset()
    await until(() => run.trades.length === 2, 'a trade on the second connection', 1_000)
    expect(server.peers[1]?.texts[0]).toContain('BTC@trade')
    expect(run.links().map(link => link.state)).toEqual(['connected', 'disconnected', 'connected'])
    expect(run.links('disconnected')[0]?.detail).toContain('reset_or_fin')
    expect(run.links('connected')[1]?.detail).toMatch(/reconnected .* after \d+ ms \(reset_or_fin\)/)
  })

  it('fetches a snapshot and delivers it on the line of the book', async () => {
    const { run } = await start(
      {
        script: peer => serve(peer),
        http: (path, index) =>
          index === 0 ? { status: 503 } : { status: 200, body: `{"path":${JSON.stringify(path)}}` },
      },
      { streams: ['BTC@book'] },
    )
    await until(() => run.links().length === 1, 'connected')
    run.feed.wantSnapshot('plain', 'BTC')
    run.feed.wantSnapshot('plain', 'BTC')
    await until(() => run.frames.some(frame => frame.kind === 'data' && frame.data.includes('snapshot')), 'a snapshot')
    const texts = run.frames.flatMap(frame => (frame.kind === 'data' ? [frame.data.toString()] : []))
    expect(texts.filter(text => text.includes('snapshot'))).toEqual(['{"snapshot":"BTC","body":{"path":"/depth/BTC"}}'])
  })

  it('says so on the stream when a snapshot is not to be had, and can be asked again', async () => {
    const { run, server } = await start(
      {
        script: peer => serve(peer),
        http: (_path, index) => (index < 4 ? { status: 500 } : { status: 200, body: '{}' }),
      },
      { streams: ['BTC@book', 'BTC@trade'], random: () => 0.05 },
    )
    await until(() => run.links().length === 1, 'connected')
    run.feed.wantSnapshot('plain', 'BTC')
    await until(() => run.links('stale').length === 1, 'given up')
    expect(run.links('stale')[0]).toMatchObject({ streams: ['BTC@book'] })
    expect(run.links('stale')[0]?.detail).toMatch(/no book snapshot after 4 attempts: HTTP 500/)
    expect(server.httpRequests).toBe(4)
    run.feed.wantSnapshot('plain', 'BTC')
    await until(() => run.feed.stats().snapshots.fetched === 1, 'fetched after all')
  })

  it('waits with a snapshot for as long as the exchange asks', async () => {
    const { run, server } = await start(
      {
        script: peer => serve(peer),
        http: (_path, index) =>
          index === 0 ? { status: 429, headers: { 'Retry-After': '1' } } : { status: 200, body: '{}' },
      },
      { streams: ['BTC@book'], random: () => 0 },
    )
    await until(() => run.links().length === 1, 'connected')
    const asked = performance.now()
    run.feed.wantSnapshot('plain', 'BTC')
    await until(() => run.feed.stats().snapshots.fetched === 1, 'fetched')
    expect(performance.now() - asked).toBeGreaterThanOrEqual(990)
    expect(server.httpRequests).toBe(2)
  })

  it('subscribes and unsubscribes while it runs', async () => {
    const { run, server } = await start({
      script: peer =>
        serve(peer, streams => streams.forEach(name => peer.json({ symbol: name.split('@')[0], trade: 1 }))),
    })
    await until(() => run.trades.length === 1, 'first stream')
    run.feed.subscribe(plainStream('ETH@trade'))
    await until(() => run.trades.length === 2, 'second stream')
    run.feed.unsubscribe(plainStream('ETH@trade'))
    await until(() => server.peers[0]?.texts.some(text => text.includes('unsub')) === true, 'unsubscribed')
    expect(server.peers).toHaveLength(1)
    expect(run.feed.report()[0]?.streams.map(({ name }) => name)).toEqual(['BTC@trade'])
  })
})
