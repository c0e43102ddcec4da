/** The subscription contract: N20 and N21 of the fault catalogue, over real sockets. */
import { afterAll, describe, expect, it } from 'vitest'
import { HASTY, Rig, serve, until } from './harness.js'
import { LIMITS_WITH, plainExchange, plainStream } from './plain-exchange.js'
import { pass, VirtualTime } from './virtual-time.js'

const rig = new Rig()
afterAll(() => rig.end())

interface Request {
  readonly op: string
  readonly id: number
  readonly streams: readonly string[]
}
const requestsOf = (texts: readonly string[]): readonly Request[] => texts.map(text => JSON.parse(text) as Request)

describe.concurrent('N20 subscriptions', () => {
  it('that are all refused end the run with the exchange’s reason', async () => {
    const server = await rig.server(peer => {
      peer.accept().onText = text => peer.json({ refuse: (JSON.parse(text) as Request).id, reason: 'no such symbol' })
    })
    const run = rig.run({ urls: [server.url], streams: ['NOPE@trade'] })
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'refused', exit: 2 })
    expect(String(run.end?.error)).toContain('refused plain:NOPE@trade: no such symbol')
  })

  it('of which one is refused: that stream is reported, the others go on', async () => {
    const exchange = plainExchange({ limits: LIMITS_WITH({ streamsPerFrame: 1 }) })
    const server = await rig.server(peer => {
      peer.accept().onText = text => {
        const { id, streams } = JSON.parse(text) as Request
        if (streams[0] === 'NOPE@trade') peer.json({ refuse: id, reason: 'unknown' })
        else peer.json({ ack: id }).json({ symbol: 'BTC', trade: 1 })
      }
    })
    const run = rig.run({ urls: [server.url], exchange, streams: ['NOPE@trade', 'BTC@trade'] })
    await until(() => run.trades.length === 1, 'a trade')
    expect(run.links('stale').map(link => [link.streams, link.detail])).toEqual([[['NOPE@trade'], 'refused: unknown']])
    expect(run.feed.report()[0]?.streams.map(({ name, state }) => [name, state])).toEqual([
      ['NOPE@trade', 'refused'],
      ['BTC@trade', 'live'],
    ])
    expect(run.end).toBeNull()
  })

  it('that the answer leaves out are refused, not waited for', async () => {
    const server = await rig.server(peer => {
      peer.accept().onText = text => {
        const { id } = JSON.parse(text) as Request
        peer.json({ ack: id, only: ['BTC@trade'] }).json({ symbol: 'BTC', trade: 1 })
      }
    })
    const run = rig.run({ urls: [server.url], streams: ['NOPE@trade', 'BTC@trade'] })
    await until(() => run.trades.length === 1, 'a trade')
    expect(run.links('stale').map(link => [link.streams, link.detail])).toEqual([
      [['NOPE@trade'], 'refused: the exchange left it out of what it subscribed'],
    ])
    expect(server.peers[0]?.texts).toHaveLength(1)
    expect(run.end).toBeNull()
  })

  it('that failed with another one of the same request are asked for again without it', async () => {
    const server = await rig.server(peer => {
      peer.accept().onText = text => {
        const { id, streams } = JSON.parse(text) as Request
        if (streams.includes('NOPE@trade')) peer.json({ refuseStreams: ['NOPE@trade'], reason: 'unknown' })
        else peer.json({ ack: id }).json({ symbol: 'BTC', trade: 1 })
      }
    })
    const run = rig.run({ urls: [server.url], streams: ['NOPE@trade', 'BTC@trade'], timing: HASTY })
    await until(() => run.trades.length === 1, 'a trade')
    expect(requestsOf(server.peers[0]?.texts ?? []).map(({ streams }) => streams)).toEqual([
      ['NOPE@trade', 'BTC@trade'],
      ['BTC@trade'],
    ])
    expect(run.links('stale').map(link => link.detail)).toEqual(['refused: unknown'])
    expect(run.links('disconnected')).toEqual([])
  })

  it('that nobody acknowledges are requested once more, then the connection is given up', async () => {
    const server = await rig.server((peer, index) => {
      if (index === 0) peer.accept()
      else serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 }))
    })
    const run = rig.run({ urls: [server.url], timing: HASTY })
    await until(() => run.trades.length === 1, 'served by the next connection')
    expect(requestsOf(server.peers[0]?.texts ?? []).map(request => [request.op, request.id])).toEqual([
      ['sub', 1],
      ['sub', 2],
    ])
    expect(run.links('stale')[0]?.detail).toContain('never acknowledged')
    expect(run.links('disconnected')[0]?.detail).toContain('unacknowledged')
  })

  it('are served by data alone: an exchange that forgets to acknowledge is not in fault', async () => {
    const server = await rig.server(peer => {
      peer.accept().onText = () => peer.json({ symbol: 'BTC', trade: 1 })
    })
    const run = rig.run({ urls: [server.url], timing: HASTY })
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(run.feed.report()[0]?.streams[0]).toMatchObject({ state: 'live', arrivals: 1 })
    expect(server.peers[0]?.texts).toHaveLength(1)
  })

  it('that are acknowledged but silent stay acknowledged', async () => {
    const server = await rig.server(peer => serve(peer))
    const run = rig.run({ urls: [server.url], timing: HASTY })
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(run.feed.report()[0]?.streams[0]).toMatchObject({ state: 'acknowledged', arrivals: 0 })
    expect(run.links().map(link => link.state)).toEqual(['connected'])
  })

  it('that were served once and are refused after a reconnect are asked for again', async () => {
    const server = await rig.server((peer, index) => {
      if (index !== 1) serve(peer, () => peer.json({ symbol: 'BTC', trade: index }))
      else peer.accept().onText = text => peer.json({ refuse: (JSON.parse(text) as Request).id, reason: 'too busy' })
    })
    const run = rig.run({ urls: [server.url], random: () => 0.1 })
    await until(() => run.trades.length === 1, 'served')
    server.peers[0]?.reset()
    await until(() => run.trades.length === 2, 'served again')
    expect(run.ids).toEqual(['0', '2'])
    expect(run.links('disconnected')[1]?.detail).toContain('every subscription was refused')
  })

  it('take an answer without a name as theirs', async () => {
    const server = await rig.server(peer => {
      peer.accept().onText = () => peer.json({ ack: null })
    })
    const run = rig.run({ urls: [server.url], timing: HASTY, streams: ['BTC@trade', 'ETH@trade'] })
    await until(
      () => run.feed.report()[0]?.streams.every(({ state }) => state === 'acknowledged') === true,
      'both acknowledged',
    )
    expect(server.peers[0]?.texts).toHaveLength(1)
  })

  it('can be left and requested again', async () => {
    const server = await rig.server(peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })))
    const run = rig.run({ urls: [server.url] })
    await until(() => run.trades.length === 1, 'first')
    run.feed.resubscribe(plainStream('BTC@trade'))
    await until(() => run.trades.length === 2, 'again')
    expect(requestsOf(server.peers[0]?.texts ?? []).map(({ op, id }) => [op, id])).toEqual([
      ['sub', 1],
      ['unsub', 2],
      ['sub', 3],
    ])
  })

  it('answers what the exchange wants answered', async () => {
    const server = await rig.server(peer => {
      serve(peer)
      peer.json({ ask: 'public/test' })
    })
    rig.run({ urls: [server.url] })
    await until(() => server.peers[0]?.texts.includes('public/test') === true, 'the answer')
    expect(server.peers).toHaveLength(1)
  })
})

describe.concurrent('N21 limits', () => {
  it('of messages are never passed, however many streams are requested at once', async () => {
    const time = new VirtualTime()
    const arrivals: number[] = []
    const server = await rig.server(peer => {
      peer.accept().onText = text => {
        arrivals.push(time.monotonicMs())
        peer.json({ ack: (JSON.parse(text) as Request).id })
      }
    })
    const exchange = plainExchange({
      limits: LIMITS_WITH({ streamsPerFrame: 1, messages: { count: 5, perMs: 1_000 } }),
    })
    const streams = Array.from({ length: 20 }, (_, index) => `S${String(index)}@trade`)
    const run = rig.run({ urls: [server.url], exchange, streams, clock: time, timers: time })
    await pass(time, 10_000, () => arrivals.length === 20)
    const worst = Math.max(...arrivals.map(from => arrivals.filter(at => at >= from && at < from + 950).length))
    expect(worst).toBe(4)
    await until(() => run.feed.report()[0]?.streams.every(({ state }) => state === 'acknowledged') === true, 'all acks')
  })

  it('of streams per connection are kept, with as many connections as that takes', async () => {
    const server = await rig.server(peer => serve(peer))
    const exchange = plainExchange({ limits: LIMITS_WITH({ streamsPerConnection: 300 }) })
    const streams = Array.from({ length: 1_000 }, (_, index) => `S${String(index)}@trade`)
    const run = rig.run({ urls: [server.url], exchange, streams })
    await until(
      () => run.feed.report().every(line => line.streams.every(({ state }) => state === 'acknowledged')),
      'a thousand streams',
    )
    expect(server.peers).toHaveLength(4)
    expect(run.feed.report().map(line => line.streams.length)).toEqual([250, 250, 250, 250])
  })

  it('N23 connections that are cut together do not come back together', async () => {
    const server = await rig.server((peer, index) =>
      serve(peer, () => {
        peer.json({ symbol: 'BTC', trade: index })
      }),
    )
    const exchange = plainExchange({ limits: LIMITS_WITH({ streamsPerConnection: 1 }) })
    const streams = Array.from({ length: 10 }, (_, index) => `S${String(index)}@trade`)
    const run = rig.run({ urls: [server.url], exchange, streams })
    await until(() => run.links('connected').length === 10, 'ten lines')
    await new Promise(resolve => setTimeout(resolve, 1_000))
    for (const peer of server.peers.slice(0, 10)) peer.reset()
    await until(() => run.links('connected').length === 20, 'ten lines again')
    const back = server.handshakes.slice(10)
    expect(back.at(-1)! - back[0]!).toBeGreaterThan(50)
  })
})
