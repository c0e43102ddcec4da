/** Lines that are replaced before they end: planned cut-offs, announced shutdowns, silent stalls (N3, N4, N19), our own standstills (D11, P11), and lines in pairs. */
import { afterAll, describe, expect, it } from 'vitest'
import type { ControlFrame } from '../../src/model/frame.js'
import { RealClock } from '../../src/feed/real-clock.js'
import type { Peer } from '../support/fault-server.js'
import type { Harness, HarnessOptions } from './harness.js'
import { HASTY, Rig, serve, until } from './harness.js'
import { LIMITS_WITH, plainExchange } from './plain-exchange.js'
import { pass, VirtualTime } from './virtual-time.js'

const rig = new Rig()
afterAll(() => rig.end())

/** A market that numbers its trades and sends each to every subscriber, as exchanges do. */
class Market {
  readonly subscribers = new Set<Peer>()
  next = 1

  join = (peer: Peer): Peer => serve(peer, () => this.subscribers.add(peer))

  trade(): void {
    for (const peer of this.subscribers) peer.json({ symbol: 'BTC', trade: this.next })
    this.next++
  }
}

/** Trades every 5 ms for as long as the test runs. */
function busy(market: Market): void {
  const timer = setInterval(() => market.trade(), 5)
  rig.keep(() => {
    clearInterval(timer)
    return Promise.resolve()
  })
}

const missing = (run: Harness): readonly number[] => {
  const seen = new Set(run.ids.map(Number))
  const first = Math.min(...seen)
  const last = Math.max(...seen)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(id => !seen.has(id))
}

describe.concurrent('N19 a planned end', () => {
  it('of a connection’s allowed life: replaced in time, nothing lost', async () => {
    const market = new Market()
    const server = await rig.server(market.join)
    busy(market)
    const exchange = plainExchange({ limits: LIMITS_WITH({ connectionLifeMs: 600 }) })
    const run = rig.run({ urls: [server.url], exchange, timing: HASTY })
    await until(() => run.feed.stats().handovers >= 2, 'two handovers')
    expect(missing(run)).toEqual([])
    const links = run.links().map(link => [link.line, link.state])
    expect(links.slice(0, 3)).toEqual([
      [0, 'connected'],
      [1, 'connected'],
      [0, 'disconnected'],
    ])
    expect(run.links('disconnected').every(link => link.detail.startsWith('renewed'))).toBe(true)
    expect(run.links('connected')[1]?.detail).toContain('to replace line 0')
    expect(run.feed.stats().reconnects).toBe(0)
  })

  it('announced by the exchange: replaced at once, and once only', async () => {
    const market = new Market()
    const server = await rig.server(market.join)
    busy(market)
    const run = rig.run({ urls: [server.url], timing: HASTY })
    await until(() => run.trades.length > 5, 'trades')
    server.peers[0]?.json({ renew: 'serverShutdown' }).json({ renew: 'serverShutdown' })
    await until(() => run.feed.stats().handovers === 1, 'a handover')
    await until(() => server.peers[0]?.closed === true, 'the old connection closed')
    expect(server.peers).toHaveLength(2)
    expect(missing(run)).toEqual([])
  })

  it('that comes before the replacement is ready: the replacement takes over, and the old line stays away', async () => {
    const market = new Market()
    const server = await rig.server((peer, index) => {
      if (index === 1) setTimeout(() => market.join(peer), 200)
      else market.join(peer)
    })
    busy(market)
    const run = rig.run({ urls: [server.url], timing: { ...HASTY, connectMs: 2_000 } })
    await until(() => run.trades.length > 5, 'trades')
    server.peers[0]?.json({ renew: 'closing' })
    await until(() => server.peers.length === 2, 'the replacement connects')
    server.peers[0]?.close(1001)
    await until(() => run.tradeLines.includes(1), 'data on the replacement')
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(server.peers).toHaveLength(2)
    expect(run.feed.report().map(line => line.line)).toEqual([1])
  })

  it('of a quiet market: the replacement is ready once everything is acknowledged', async () => {
    const time = new VirtualTime()
    const server = await rig.server(peer => serve(peer))
    const run = rig.run({ urls: [server.url], clock: time, timers: time })
    await pass(time, 500, () => run.links().length === 1)
    run.feed.renew(0, 'wanted')
    await pass(time, 10_000, () => run.feed.stats().handovers === 1)
    expect(run.links().map(link => [link.line, link.state])).toEqual([
      [0, 'connected'],
      [1, 'connected'],
      [0, 'disconnected'],
    ])
  })
})

const health = (run: Harness): readonly unknown[] =>
  run.frames
    .filter((frame): frame is ControlFrame => frame.kind === 'control' && frame.topic === 'health')
    .map(frame => (frame.value as { health: string }).health)

describe.concurrent('a silent stall', () => {
  /** Virtual time in which the market trades every 100 ms, so that the rhythm is learned. */
  async function learned(
    more: HarnessOptions = {},
  ): Promise<{ time: VirtualTime; market: Market; run: Harness; peers: readonly Peer[] }> {
    const time = new VirtualTime()
    const market = new Market()
    const server = await rig.server(peer => market.join(peer))
    const run = rig.run({ urls: [server.url], clock: time, timers: time, ...more })
    const trade = (): void => {
      market.trade()
      time.after(100, trade)
    }
    time.after(100, trade)
    await pass(time, 8_000, () => run.trades.length > 65)
    return { time, market, run, peers: server.peers }
  }

  it('N3 N4 of a busy stream is replaced in under ten seconds, although the server answers pings', async () => {
    const { time, market, run, peers } = await learned()
    market.subscribers.delete(peers[0]!)
    const tookMs = await pass(time, 12_000, () => run.feed.stats().handovers === 1)
    expect(tookMs).toBeLessThan(10_000)
    expect(health(run)).toEqual(['quiet', 'suspect', 'stale'])
    expect(run.feed.stats().probes).toEqual({ started: 1, confirmed: 1, acquitted: 0, abandoned: 0 })
    expect(run.links('stale')[0]?.detail).toContain('while another connection had data')
    expect(run.links('disconnected')[0]?.detail).toContain('stall')
    await pass(time, 500)
    expect(run.tradeLines.at(-1)).toBe(1)
  })

  it('N4 is not seen in a market that went quiet: the probe finds nothing, and the line stays', async () => {
    const { time, market, run, peers } = await learned()
    const all = [...market.subscribers]
    market.join = (peer: Peer) => serve(peer)
    market.subscribers.clear()
    await pass(time, 12_000, () => peers.length === 2 && peers[1]!.closed)
    expect(run.feed.stats().handovers).toBe(0)
    expect(run.feed.stats().probes).toEqual({ started: 1, confirmed: 0, acquitted: 1, abandoned: 0 })
    expect(run.links().map(link => [link.line, link.state])).toEqual([
      [0, 'connected'],
      [1, 'connected'],
      [1, 'disconnected'],
    ])
    for (const peer of all) market.subscribers.add(peer)
    await pass(time, 500)
    expect(run.tradeLines.at(-1)).toBe(0)
    expect(health(run)).not.toContain('stale')
  })

  it('N3 N4 stays unnoticed for as long as pings are answered where the detector is off', async () => {
    const { time, market, run, peers } = await learned({ detector: 'off' })
    market.subscribers.delete(peers[0]!)
    await pass(time, 200)
    const before = run.trades.length
    await pass(time, 12_000)
    expect(peers).toHaveLength(1)
    expect(run.trades).toHaveLength(before)
  })

  it('of our own process is not held against the exchange', async () => {
    const { time, run, peers } = await learned()
    time.freeze(60_000)
    await pass(time, 3_000)
    expect(peers).toHaveLength(1)
    expect(run.links().map(link => link.state)).toEqual(['connected'])
    expect(run.frames.some(frame => frame.kind === 'control' && frame.topic === 'ownStall')).toBe(true)
    expect(run.feed.stats().longestOwnStallMs).toBeGreaterThan(50_000)
  })
})

describe.concurrent('D11 P11 a standstill of our own', () => {
  /** Connected and trading, until the process stands still; the server has forgotten the first connection meanwhile. */
  async function forgotten(
    meanwhile: (peer: Peer) => void,
  ): Promise<{ time: VirtualTime; run: Harness; peers: readonly Peer[]; market: Market }> {
    const time = new VirtualTime()
    const market = new Market()
    const server = await rig.server(peer => market.join(peer))
    const run = rig.run({ urls: [server.url], clock: time, timers: time })
    await pass(time, 2_000, () => market.subscribers.size === 1)
    market.trade()
    await pass(time, 2_000, () => run.trades.length === 1)
    const [peer] = server.peers
    meanwhile(peer!)
    market.subscribers.delete(peer!)
    time.freeze(6_000)
    return { time, run, peers: server.peers, market }
  }

  const CAUSE = 'own_stall: this process stood still for [56]\\d{3} ms; '

  it('of which the connection died is found out within seconds, although the market is quiet', async () => {
    const { time, run, market } = await forgotten(peer => (peer.answersPings = false))
    const tookMs = await pass(time, 20_000, () => run.feed.stats().handovers === 1)
    expect(tookMs).toBeLessThan(5_000)
    expect(run.links().map(link => [link.line, link.state])).toEqual([
      [0, 'connected'],
      [1, 'connected'],
      [0, 'stale'],
      [0, 'disconnected'],
    ])
    expect(run.links('disconnected')[0]?.detail).toMatch(new RegExp(`^${CAUSE}no answer to a ping in 2000 ms$`))
    market.trade()
    await pass(time, 2_000, () => run.ids.includes('2'))
    expect(run.tradeLines).toEqual([0, 1])
  })

  it('in which the exchange closed the connection is its cause', async () => {
    const { time, run } = await forgotten(peer => peer.reset())
    await pass(time, 20_000, () => run.links('connected').length === 2)
    expect(run.links('disconnected')[0]?.detail).toMatch(new RegExp(`^${CAUSE}connection cut without a close message$`))
    expect(run.feed.stats().handovers).toBe(0)
  })

  it('that the connection survived costs a ping, and nothing else', async () => {
    const { time, run, peers } = await forgotten(() => undefined)
    await pass(time, 10_000)
    expect(peers).toHaveLength(1)
    expect(peers[0]!.pings).toBeGreaterThan(0)
    expect(run.links().map(link => link.state)).toEqual(['connected'])
  })

  it('is not held against a connection that had what lay unread but is dead: only what comes after the question counts', async () => {
    const { time, run, market } = await forgotten(peer => {
      peer.answersPings = false
      peer.json({ symbol: 'BTC', trade: 2 })
    })
    await pass(time, 20_000, () => run.feed.stats().handovers === 1)
    expect(run.ids).toEqual(['1', '2'])
    expect(run.links('disconnected')[0]?.detail).toMatch(new RegExp(CAUSE))
    expect(market.subscribers.size).toBe(1)
  })

  it.each([
    { name: 'a sleeping machine that lost its connection', answersPings: false, handovers: 1 },
    { name: 'a clock that is set', answersPings: true, handovers: 0 },
  ])('is suspected where the wall clock runs ahead: $name', async ({ answersPings, handovers }) => {
    const time = new VirtualTime()
    const market = new Market()
    const server = await rig.server(peer => market.join(peer))
    const wall = { aheadMs: 0 }
    const wallMs = (): number => time.now() / 1_000 + wall.aheadMs
    const clock = new RealClock({ wallMs, monotonicMs: time.monotonicMs })
    const run = rig.run({ urls: [server.url], clock, timers: time })
    await pass(time, 2_000, () => market.subscribers.size === 1)
    for (const peer of server.peers) peer.answersPings = answersPings
    wall.aheadMs = 3_600_000
    await pass(time, 10_000, () => run.feed.stats().handovers === 1)
    expect(run.feed.stats().handovers).toBe(handovers)
    expect(server.peers).toHaveLength(1 + handovers)
    expect(run.links('disconnected').map(({ detail }) => detail.split(',')[0])).toEqual(
      handovers === 0 ? [] : ['own_stall: this machine slept'],
    )
  })
})

describe.concurrent('two lines', () => {
  it('bring every message twice, by endpoints of their own, and losing either loses nothing', async () => {
    const market = new Market()
    const [first, second] = await Promise.all([rig.server(market.join), rig.server(market.join)])
    busy(market)
    const run = rig.run({ urls: [first.url, second.url], lines: 2 })
    await until(() => run.tradeLines.includes(0) && run.tradeLines.includes(1), 'both lines')
    expect([first.peers.length, second.peers.length]).toEqual([1, 1])
    first.peers[0]?.reset()
    await until(() => run.links('connected').length === 3, 'the first line is back')
    second.peers[0]?.reset()
    await until(() => run.links('connected').length === 4, 'the second line is back')
    expect(missing(run)).toEqual([])
    expect(run.feed.report().map(line => [line.line, line.copy])).toEqual([
      [0, 0],
      [1, 1],
    ])
  })
})
