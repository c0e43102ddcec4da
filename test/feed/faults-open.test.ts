/** Faults of open connections: N1 to N5, N15, N16, N18, N22, N24, D1 and D11 of the fault catalogue, over real sockets. */
import { afterAll, describe, expect, it } from 'vitest'
import { RealClock } from '../../src/feed/real-clock.js'
import { frame } from '../support/fault-server.js'
import type { Peer } from '../support/fault-server.js'
import type { Harness } from './harness.js'
import { ATTENTIVE, HASTY, Rig, serve, until } from './harness.js'
import { plainExchange } from './plain-exchange.js'

const rig = new Rig()
afterAll(() => rig.end())

const attentive = plainExchange({ heartbeat: ATTENTIVE })

/** Breaks the first connection after one trade; later connections bring a trade each and live on. */
async function broken(break_: (peer: Peer) => void): Promise<Harness> {
  const server = await rig.server((peer, index) => serve(peer, () => peer.json({ symbol: 'BTC', trade: index })))
  const run = rig.run({ urls: [server.url], exchange: attentive, timing: HASTY })
  await until(() => run.ids.includes('0'), 'a trade before the fault')
  break_(server.peers[0]!)
  await until(() => run.ids.includes('1'), 'a trade after the fault')
  return run
}

const causeOf = (run: Harness): string => run.links('disconnected')[0]?.detail ?? ''

describe.concurrent('a connection that is cut', () => {
  it.each([
    ['N1 reset', (peer: Peer) => peer.reset()],
    ['N2 end without a closing frame', (peer: Peer) => peer.fin()],
    ['N5 cut inside a frame', (peer: Peer) => peer.write(frame(1, Buffer.from('{"symbol"')).subarray(0, 6)).fin()],
  ])('%s: the cause is reset_or_fin and the feed is back', async (_name, break_) => {
    const run = await broken(break_)
    expect(causeOf(run)).toContain('reset_or_fin')
    expect(run.ids).toEqual(['0', '1'])
    expect(run.feed.stats().reconnects).toBe(1)
    expect(run.feed.report()[0]).toMatchObject({ opens: 2, disconnects: 1 })
  })

  it('reports the exchange’s own code and reason', async () => {
    const run = await broken(peer => peer.close(1001, 'going away'))
    expect(causeOf(run)).toBe('closed_by_exchange: closed by the exchange: 1001 going away')
  })

  it('takes “slow” in the reason at its word', async () => {
    const run = await broken(peer => peer.close(1008, 'ErrSlowConsume'))
    expect(causeOf(run)).toContain('slow_consumer')
  })
})

describe.concurrent('without failover', () => {
  it('a cut ends the run: nothing is tried again', async () => {
    const server = await rig.server(peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })))
    const run = rig.run({ urls: [server.url], failover: 'off' })
    await until(() => run.trades.length === 1, 'a trade')
    server.peers[0]!.reset()
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'reset_or_fin', exit: 4 })
    expect(server.peers).toHaveLength(1)
  })
})

describe.concurrent('a connection that goes silent', () => {
  const mute = (peer: Peer): void => {
    peer.answersPings = false
  }

  it.each([
    ['N3 half open', mute],
    [
      'N5 stalled inside a frame',
      (peer: Peer) => {
        mute(peer)
        peer.write(frame(1, Buffer.from('{"symbol":"BTC","trade":9}')).subarray(0, 8))
      },
    ],
    [
      'N5 fragments that are never finished',
      (peer: Peer) => {
        mute(peer)
        peer.write(frame(1, Buffer.from('{"symbol"'), 0x01))
        peer.write(frame(0, Buffer.from(':"BTC"'), 0x00))
      },
    ],
  ])('%s: it is asked, found dead and replaced', async (_name, break_) => {
    const run = await broken(break_)
    expect(causeOf(run)).toContain('stall: silent for')
    expect(run.ids).toEqual(['0', '1'])
    const [line] = run.feed.report()
    expect(line!.wireBytes).toBeGreaterThan(line!.bytes)
  })

  it('N22 a slow server that answers pings is left alone', async () => {
    const server = await rig.server(peer =>
      serve(peer, () => {
        setTimeout(() => peer.json({ symbol: 'BTC', trade: 1 }), 700)
        setTimeout(() => peer.json({ symbol: 'BTC', trade: 2 }), 1_000)
      }),
    )
    const run = rig.run({ urls: [server.url], exchange: attentive, timing: HASTY })
    await until(() => run.trades.length === 2, 'both trades')
    expect(server.peers[0]?.pings).toBeGreaterThan(1)
    expect(run.links().map(link => link.state)).toEqual(['connected'])
  })

  it('N18 answers the server’s pings with their payload', async () => {
    const server = await rig.server(peer => serve(peer, () => peer.ping('abc')))
    rig.run({ urls: [server.url] })
    await until(() => server.peers[0]?.pongs === 1, 'a pong', 1_000)
    expect(server.peers[0]?.pongs).toBe(1)
  })

  it('sends the exchange’s own heartbeat while it is connected', async () => {
    const server = await rig.server(peer => peer.accept())
    rig.run({
      urls: [server.url],
      exchange: plainExchange({ heartbeat: { send: { text: 'ping', everyMs: 50 }, silenceMs: 10_000 } }),
    })
    await until(() => (server.peers[0]?.texts.filter(text => text === 'ping').length ?? 0) >= 3, 'three heartbeats')
    expect(server.peers[0]?.texts[0]).toContain('BTC@trade')
  })
})

describe.concurrent('a server that breaks the protocol', () => {
  const text = Buffer.from('{"symbol":"BTC","trade":7}')
  it.each([
    ['reserved bit', frame(1, text, 0xc1), 'WS_ERR_UNEXPECTED_RSV_1'],
    ['unknown opcode', frame(3, text), 'WS_ERR_INVALID_OPCODE'],
    [
      'masked frame',
      Buffer.concat([Buffer.from([0x81, 0x82, 1, 2, 3, 4]), Buffer.from('xx')]),
      'WS_ERR_UNEXPECTED_MASK',
    ],
    ['invalid UTF-8', frame(1, Buffer.from([0xc3, 0x28])), 'WS_ERR_INVALID_UTF8'],
    [
      'N16 a frame that claims 200 MiB',
      Buffer.from([0x81, 127, 0, 0, 0, 0, 0x0c, 0x80, 0, 0]),
      'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    ],
  ])('N15 %s: counted as a protocol error, and the feed is back', async (_name, bytes, code) => {
    const run = await broken(peer => peer.write(bytes))
    expect(causeOf(run)).toContain(`protocol_error: ${code}`)
    expect(run.ids).toEqual(['0', '1'])
  })
})

describe.concurrent('messages that cannot be read', () => {
  it('D1 leaves the connection alone and hands every byte on', async () => {
    const server = await rig.server(peer =>
      serve(peer, () => {
        peer.text('{"symbol":').text('').text('null').text('[]')
        peer.write(frame(2, Buffer.from([0, 1, 2])))
        peer.json({ symbol: 'BTC', trade: 1 })
      }),
    )
    const run = rig.run({ urls: [server.url] })
    await until(() => run.trades.length === 1, 'the trade')
    expect(run.refused.map(refused => refused.data.toString('latin1'))).toEqual([
      '{"symbol":',
      '',
      'null',
      '[]',
      '\0\x01\x02',
    ])
    expect(run.refused.map(refused => refused.binary)).toEqual([false, false, false, false, true])
    expect(server.peers).toHaveLength(1)
  })
})

describe.concurrent('D11 a wall clock that jumps', () => {
  it.each([-3_600_000, 86_400_000])('by %d ms ends nothing and turns no time back', async stepMs => {
    const wall = { stepMs: 0 }
    const clock = new RealClock({ wallMs: () => Date.now() + wall.stepMs, monotonicMs: () => performance.now() })
    const server = await rig.server(peer => serve(peer))
    const run = rig.run({ urls: [server.url], clock, exchange: attentive, timing: HASTY })
    await until(() => run.links('connected').length === 1, 'connected')
    for (let id = 1; id <= 12; id++) {
      if (id === 4) wall.stepMs = stepMs
      server.peers[0]?.json({ symbol: 'BTC', trade: id })
      await until(() => run.trades.length === id, `trade ${String(id)}`)
      // Long enough for the clocks to be compared, and for a deadline that went by the wall clock to be over.
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    expect(run.links('disconnected')).toEqual([])
    expect(server.handshakes).toHaveLength(1)
    const times = run.trades.map(({ received }) => received)
    expect(times).toEqual([...times].sort((one, other) => one - other))
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(60_000_000)
  })
})

describe.concurrent('N24 a server that accepts and closes at once, for ever', () => {
  it.each(['without data', 'with data'])('meets growing delays, %s', async kind => {
    const server = await rig.server(peer =>
      serve(peer, () => {
        if (kind === 'with data') peer.json({ symbol: 'BTC', trade: 1 })
        setTimeout(() => peer.close(1000), 50)
      }),
    )
    rig.run({ urls: [server.url], random: () => 0.999 })
    await new Promise(resolve => setTimeout(resolve, 1_800))
    // Delays of 0.25, 0.5 and 1 s lie between the attempts.
    expect(server.handshakes.length).toBeGreaterThanOrEqual(3)
    expect(server.handshakes.length).toBeLessThanOrEqual(4)
  })
})

describe.concurrent('a consumer that does not read', () => {
  it('is named as the cause when the exchange cuts it off', async () => {
    const server = await rig.server((peer, index) =>
      serve(peer, () => {
        peer.json({ symbol: 'BTC', trade: index })
        if (index === 0) setTimeout(() => peer.reset(), 300)
      }),
    )
    const run = rig.run({ urls: [server.url] })
    await until(() => run.trades.length === 1, 'a trade')
    run.feed.pause()
    await new Promise(resolve => setTimeout(resolve, 400))
    run.feed.resume()
    await until(() => run.ids.includes('1'), 'back again')
    expect(causeOf(run)).toContain('slow_consumer')
  })
})
