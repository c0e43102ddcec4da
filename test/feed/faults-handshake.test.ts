/** Faults before a connection is open: N6 to N14, N17 and N25 of the fault catalogue, over real sockets. */
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { ELSEWHERE, EXPIRED, KEY, LOCAL } from './fixtures/certificates.js'
import { HASTY, Rig, serve, until } from './harness.js'
import type { HarnessOptions, Harness } from './harness.js'
import { LIMITS_WITH, plainExchange, plainStream } from './plain-exchange.js'
import type { Peer } from '../support/fault-server.js'

const rig = new Rig()
afterAll(() => rig.end())

const START = { timing: HASTY, random: () => 0.1 }

/** A run against something that never becomes a connection; ends after three attempts. */
async function refusedRun(url: string, more: HarnessOptions = {}): Promise<Harness> {
  const run = rig.run({ urls: [url], giveUpAfter: 3, ...START, ...more })
  await until(() => run.end !== null, 'the run ends')
  return run
}

/** The first handshake fails, the second is served. */
async function secondTry(fail: (peer: Peer) => void): Promise<{ run: Harness; peers: readonly Peer[] }> {
  const server = await rig.server((peer, index) => {
    if (index === 0) fail(peer)
    else serve(peer, () => peer.json({ symbol: 'BTC', trade: index }))
  })
  const run = rig.run({ urls: [server.url], ...START })
  await until(() => run.trades.length === 1, 'the second attempt is served')
  return { run, peers: server.peers }
}

async function rawServer(serveSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    serveSocket(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  rig.keep(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

describe.concurrent('an address that does not answer in time', () => {
  it.each(['ws', 'wss'])('N6 mute, by %s: each attempt ends at its own deadline', async scheme => {
    const address = await rawServer(() => undefined)
    const run = await refusedRun(`${scheme}://${address}`)
    expect(run.end?.error).toMatchObject({ code: 'connect_timeout', exit: 4 })
  })

  it('N6 dripping header bytes does not put the deadline off', async () => {
    const address = await rawServer(socket => {
      let sent = 0
      const drip = setInterval(() => socket.write('HTTP/1.1 101 Switching Protocols\r\n'[sent++] ?? 'x'), 30)
      socket.on('close', () => clearInterval(drip))
    })
    const run = await refusedRun(`ws://${address}`)
    expect(run.end?.error).toMatchObject({ code: 'connect_timeout' })
  })

  it('N7 a reset during the handshake is tried again', async () => {
    const { run } = await secondTry(peer => peer.reset())
    expect(run.links().map(link => link.state)).toEqual(['connected'])
  })

  it('N7 a closed port is named, with what to do, after three attempts and then no more', async () => {
    const server = await rig.server(() => undefined)
    await server.stop()
    const run = rig.run({ urls: [server.url], ...START })
    await until(() => run.feed.report()[0]?.failedAttempts === 5, 'five attempts')
    expect(run.troubles).toHaveLength(1)
    expect(run.troubles[0]).toMatchObject({ cause: 'connect_refused', attempts: 3, address: server.url })
    expect(run.troubles[0]?.hint).toContain('--exchange sim')
    expect(run.end).toBeNull()
  })

  it('N8 a name that does not exist', async () => {
    const run = await refusedRun('ws://no-such-host.invalid', { timing: { connectMs: 5_000 } })
    expect(run.end?.error).toMatchObject({ code: 'dns', exit: 4 })
    expect((run.end?.error as { hint: string }).hint).toContain('--exchange sim')
  })
})

describe.concurrent('N9 certificates', () => {
  const cases: readonly (readonly [string, string, string | undefined, string])[] = [
    ['self-signed', LOCAL, undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['for another host', ELSEWHERE, ELSEWHERE, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', EXPIRED, EXPIRED, 'CERT_HAS_EXPIRED'],
  ]
  it.each(cases)('%s: final, at the first attempt', async (_name, cert, ca, code) => {
    const server = await rig.server({ tls: { key: KEY, cert }, script: peer => serve(peer) })
    const run = rig.run({ urls: [server.url], ...(ca === undefined ? {} : { ca }) })
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'tls', exit: 4 })
    expect(String(run.end?.error)).toContain(code)
    expect((run.end?.error as { hint: string }).hint).toContain('NODE_EXTRA_CA_CERTS')
    expect(server.handshakes).toHaveLength(0)
  })

  it('one that is trusted serves', async () => {
    const script = (peer: Peer): void => void serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 }))
    const server = await rig.server({ tls: { key: KEY, cert: LOCAL }, script })
    const run = rig.run({ urls: [server.url], ca: LOCAL })
    await until(() => run.trades.length === 1, 'a trade over TLS')
    expect(run.links('connected')).toHaveLength(1)
  })
})

describe.concurrent('HTTP answers in place of a WebSocket', () => {
  it('N10 429: waits for Retry-After, and so do the other lines to that host', async () => {
    const server = await rig.server((peer, index) => {
      if (index === 0) peer.respond(429, { 'Retry-After': '1' })
      else serve(peer, ([name = '']) => peer.json({ symbol: name.split('@')[0], trade: index }))
    })
    const exchange = plainExchange({ limits: LIMITS_WITH({ streamsPerConnection: 1 }) })
    const run = rig.run({ urls: [server.url], random: () => 0, exchange })
    await until(() => server.handshakes.length > 0, 'the first attempt')
    await new Promise(resolve => setTimeout(resolve, 100))
    run.feed.subscribe(plainStream('ETH@trade'))
    await until(() => run.trades.length === 2, 'both served at last')
    const [first = 0, second = 0, third = 0] = server.handshakes
    expect(Math.min(second, third) - first).toBeGreaterThanOrEqual(990)
  })

  it('N10 418 without a header: stays away for two minutes', async () => {
    const server = await rig.server(peer => peer.respond(418))
    const run = rig.run({ urls: [server.url], random: () => 0 })
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(server.handshakes).toHaveLength(1)
    expect(run.end).toBeNull()
  })

  it.each([403, 451])('N11 %d: final, at the first attempt, with alternatives', async status => {
    const server = await rig.server(peer => peer.respond(status))
    const run = rig.run({ urls: [server.url] })
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ exit: 4, hint: expect.stringMatching(/--exchange/) as string })
    expect(String(run.end?.error)).toContain(`HTTP ${String(status)}`)
    expect(server.handshakes).toHaveLength(1)
  })

  it.each([502, 503])('N12 %d: tried again', async status => {
    const { run } = await secondTry(peer => peer.respond(status))
    expect(run.ids).toEqual(['1'])
  })

  it('N13 301: not followed, and the new place is named', async () => {
    const server = await rig.server(peer => peer.respond(301, { Location: 'wss://evil.example/ws' }))
    const run = rig.run({ urls: [server.url] })
    await until(() => run.end !== null, 'the run ends')
    expect(String(run.end?.error)).toContain('redirected to wss://evil.example/ws')
    expect(server.handshakes).toHaveLength(1)
  })

  it('N14 a wrong accept key: something that is not a WebSocket answered', async () => {
    const server = await rig.server(peer => peer.accept('bm90IHRoZSBrZXk='))
    const run = await refusedRun(server.url)
    expect(run.end?.error).toMatchObject({ code: 'not_websocket' })
  })

  it('N14 no HTTP at all', async () => {
    const address = await rawServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'))
    const run = await refusedRun(`ws://${address}`)
    expect(run.end?.error).toMatchObject({ code: 'not_websocket' })
  })

  it('N17 compression that was not offered is refused', async () => {
    const server = await rig.server(peer => {
      peer.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n')
      peer.write(`Sec-WebSocket-Accept: ${peer.acceptKey()}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`)
    })
    const run = await refusedRun(server.url)
    expect(run.end?.error).toMatchObject({ code: 'not_websocket' })
    expect(String(run.end?.error)).toContain('extension')
  })
})

describe.concurrent('ways to the exchange', () => {
  it('takes the next endpoint when one is dead, and stays there', async () => {
    const dead = await rig.server(() => undefined)
    await dead.stop()
    const server = await rig.server((peer, index) => serve(peer, () => peer.json({ symbol: 'BTC', trade: index })))
    const run = rig.run({ urls: [dead.url, server.url], ...START })
    await until(() => run.trades.length === 1, 'a trade')
    server.peers[0]?.reset()
    await until(() => run.trades.length === 2, 'two connections to the living endpoint')
    expect(run.feed.report()[0]?.failover.routes.map(route => route.attempts)).toEqual([1, 2])
  })

  it('takes the next endpoint when one refuses by law', async () => {
    const refusing = await rig.server(peer => peer.respond(451))
    const server = await rig.server(peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })))
    const run = rig.run({ urls: [refusing.url, server.url], ...START })
    await until(() => run.trades.length === 1, 'served by the other')
    expect(run.end).toBeNull()
  })

  it('N25 finds a server that listens on IPv4 only under a name of both families', async () => {
    const server = await rig.server(peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })))
    const run = rig.run({ urls: [`ws://localhost:${String(server.port)}`] })
    await until(() => run.trades.length === 1, 'a trade')
    expect(run.links('connected')).toHaveLength(1)
  })

  it.each(['ftp://host', 'http://host', 'nonsense', 'file:///etc/passwd'])('refuses the address %s', url => {
    expect(() => rig.run({ urls: [url] })).toThrow(/not a WebSocket address/)
  })

  it('says so where an exchange has no address', () => {
    expect(() => rig.run({ exchange: plainExchange({ endpoints: [] }) })).toThrow(/no address/)
  })
})
