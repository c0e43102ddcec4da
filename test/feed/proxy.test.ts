import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { printableProxy, proxiesFor } from '../../src/feed/proxy.js'
import { KEY, LOCAL } from './fixtures/certificates.js'
import type { FaultServer } from '../support/fault-server.js'
import { Rig, serve, until } from './harness.js'
import { plainExchange } from './plain-exchange.js'

const rig = new Rig()
afterAll(() => rig.end())

/** A proxy that knows CONNECT and nothing else; every name leads to 127.0.0.1. */
async function proxy(answer = '200 Connection established'): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    sockets.add(client)
    client.on('error', () => undefined)
    client.once('data', head => {
      requests.push(head.toString())
      client.write(`HTTP/1.1 ${answer}\r\n\r\n`)
      if (!answer.startsWith('200')) return void client.end()
      const port = Number(/^CONNECT [^:]+:(\d+)/.exec(head.toString())?.[1])
      const upstream = connect(port, '127.0.0.1')
      sockets.add(upstream)
      upstream.on('error', () => undefined)
      client.pipe(upstream).pipe(client)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  rig.keep(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  return { url: `http://user:p%40ss@127.0.0.1:${String((server.address() as AddressInfo).port)}`, requests }
}

describe('a proxy', () => {
  it('carries WebSockets and snapshots', async () => {
    const { url, requests } = await proxy()
    const server = await rig.server({
      script: peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })),
      http: () => ({ status: 200, body: '{}' }),
    })
    const run = rig.run({ urls: [server.url], proxy: { explicit: [url] }, streams: ['BTC@trade', 'BTC@book'] })
    await until(() => run.trades.length === 1, 'a trade through the proxy')
    run.feed.wantSnapshot('plain', 'BTC')
    await until(() => run.feed.stats().snapshots.fetched === 1, 'a snapshot through the proxy')
    expect(requests).toHaveLength(2)
    expect(requests[0]).toContain(`CONNECT 127.0.0.1:${String(server.port)} HTTP/1.1`)
    expect(requests[0]).toContain(`Proxy-Authorization: Basic ${Buffer.from('user:p@ss').toString('base64')}`)
  })

  it('carries TLS', async () => {
    const { url, requests } = await proxy()
    const server = await rig.server({
      tls: { key: KEY, cert: LOCAL },
      script: peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })),
    })
    const run = rig.run({ urls: [server.url], proxy: { explicit: [url] }, ca: LOCAL })
    await until(() => run.trades.length === 1, 'a trade through the proxy')
    expect(requests).toHaveLength(1)
  })

  it('that wants a login is final, and its password appears nowhere', async () => {
    const { url } = await proxy('407 Proxy Authentication Required')
    const run = rig.run({ proxy: { explicit: [url] } })
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'proxy', exit: 4 })
    expect(JSON.stringify([run.end?.error, String(run.end?.error)])).not.toContain('p%40ss')
  })

  it('that is down gives way to the next one', async () => {
    const { url, requests } = await proxy()
    const server = await rig.server(peer => serve(peer, () => peer.json({ symbol: 'BTC', trade: 1 })))
    const run = rig.run({ urls: [server.url], proxy: { explicit: ['http://127.0.0.1:9', url] } })
    await until(() => run.trades.length === 1, 'a trade by the second proxy')
    expect(requests).toHaveLength(1)
  })

  it('that never answers does not hold up the deadline, and its socket is closed', async () => {
    let closed = false
    const server = createServer(socket => {
      socket.resume()
      socket.on('error', () => undefined)
      socket.on('close', () => (closed = true))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    rig.keep(() => new Promise(resolve => server.close(resolve)))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const run = rig.run({ proxy: { explicit: [url] }, timing: { connectMs: 150 }, giveUpAfter: 1 })
    await until(() => run.end !== null && closed, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'connect_timeout' })
  })
})

describe('proxiesFor', () => {
  const environment = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'plain:2', NO_PROXY: 'example.org, .internal:8443' }
  it.each([
    ['wss://stream.binance.com:9443', 'http://secure:1/'],
    ['ws://stream.binance.com', 'http://plain:2/'],
    ['wss://example.org', null],
    ['wss://ws.example.org', null],
    ['wss://notexample.org', 'http://secure:1/'],
    ['wss://a.internal:8443', null],
    ['wss://a.internal:443', 'http://secure:1/'],
    ['wss://127.0.0.1:9443', null],
    ['wss://localhost', null],
  ])('%s by %s', (address, expected) => {
    expect(proxiesFor(address, { environment })).toEqual([expected])
  })

  it('prefers what the user said, and lower case to upper', () => {
    expect(proxiesFor('wss://x', { explicit: ['http://mine:1'], environment })).toEqual(['http://mine:1/'])
    const both = { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }
    expect(proxiesFor('wss://x', { environment: both })).toEqual(['http://lower:1/'])
    expect(proxiesFor('wss://x', { environment: { ALL_PROXY: 'http://all:1', NO_PROXY: '' } })).toEqual([
      'http://all:1/',
    ])
    expect(proxiesFor('wss://x', { environment: { HTTPS_PROXY: 'http://p', NO_PROXY: '*' } })).toEqual([null])
  })

  it.each(['socks5://host:1080', 'http://', 'ftp://x'])('refuses %s', text => {
    expect(() => proxiesFor('wss://x', { explicit: [text] })).toThrow(/not a proxy|not supported/)
  })

  it('prints a proxy without its password', () => {
    expect(printableProxy('http://user:secret@host:8080')).toBe('http://host:8080')
  })
})

describe('a ticket', () => {
  it('is fetched before each connection', async () => {
    const server = await rig.server({
      script: (peer, index) => serve(peer, () => peer.json({ symbol: 'BTC', trade: index })),
      http: (_path, index) => ({ status: 200, body: `token${String(index)}` }),
    })
    const exchange = plainExchange({
      ticket: {
        url: base => `${base ?? ''}/bullet`,
        method: 'POST',
        address: body => `${server.url}/?token=${body}`,
      },
    })
    const run = rig.run({ urls: [server.url], exchange })
    await until(() => run.trades.length === 1, 'a connection')
    server.peers[0]?.reset()
    await until(() => run.trades.length === 2, 'another')
    expect(server.peers.map(peer => peer.path)).toEqual(['/?token=token0', '/?token=token1'])
  })

  it("comes from the host of its market, and leads to that market's connection", async () => {
    const markets = await Promise.all(
      ['BTC', 'XBTM'].map(symbol =>
        rig.server({
          script: peer => serve(peer, streams => streams.forEach(() => peer.json({ symbol, trade: 1 }))),
          http: path => ({ status: 200, body: `${symbol}${path}` }),
        }),
      ),
    )
    const [spot, contracts] = markets
    if (spot === undefined || contracts === undefined) throw new Error('two servers')
    const hostOf = (symbol: string): FaultServer => (symbol === 'BTC' ? spot : contracts)
    const exchange = plainExchange({
      endpoints: [spot.url],
      address: ({ symbol }, base) => base.replace(spot.url, hostOf(symbol).url),
      ticket: {
        url: (_base, stream) => `${hostOf(stream?.symbol ?? '').url.replace('ws', 'http')}/bullet`,
        method: 'POST',
        address: body => `${body.startsWith('BTC/') ? spot.url : contracts.url}/?token=${body}`,
      },
    })
    const run = rig.run({ streams: ['BTC@trade', 'XBTM@trade'], exchange })
    await until(() => run.trades.length === 2, 'trades of both markets')
    expect(run.trades.map(({ symbol }) => symbol).sort()).toEqual(['BTC', 'XBTM'])
    expect(markets.map(({ peers }) => peers.map(({ path }) => path))).toEqual([
      ['/?token=BTC/bullet'],
      ['/?token=XBTM/bullet'],
    ])
  })

  it('that is not to be had is tried again, and told', async () => {
    const server = await rig.server({ script: peer => serve(peer), http: () => ({ status: 500 }) })
    const exchange = plainExchange({
      ticket: { url: base => `${base ?? ''}/bullet`, method: 'POST', address: body => body },
    })
    const run = rig.run({ urls: [server.url], exchange, giveUpAfter: 2, random: () => 0.1 })
    await until(() => run.end !== null, 'the run ends')
    expect(run.end?.error).toMatchObject({ code: 'ticket', exit: 4 })
  })
})
