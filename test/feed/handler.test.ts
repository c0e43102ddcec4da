import { afterEach, describe, expect, it } from 'vitest'
import { TranscendentalEventBus } from '../../src/engine/bus.js'
import { ExchangeWebSocketHandler } from '../../src/feed/handler.js'
import type { FeedEvent } from '../../src/model/event.js'
import { FaultServer } from '../support/fault-server.js'
import type { Peer, Script } from '../support/fault-server.js'
import { until } from './harness.js'

const servers: FaultServer[] = []
const handlers: ExchangeWebSocketHandler[] = []
afterEach(async () => {
  for (const handler of handlers.splice(0)) await handler.disconnectAll()
  for (const server of servers.splice(0)) await server.stop()
})

async function start(script: Script): Promise<{ url: string; server: FaultServer; handler: ExchangeWebSocketHandler }> {
  const snapshot = '{"lastUpdateId":10,"bids":[["99","1"]],"asks":[["101","2"]]}'
  const server = await FaultServer.start({ script, http: () => ({ status: 200, body: snapshot }) })
  const handler = new ExchangeWebSocketHandler('binance')
  servers.push(server)
  handlers.push(handler)
  return { url: server.url, server, handler }
}

/** Speaks Binance: acknowledges, then calls back with the names subscribed. */
function binance(peer: Peer, subscribed: (names: readonly string[]) => void): void {
  peer.accept()
  peer.onText = text => {
    const { method, params, id } = JSON.parse(text) as { method: string; params: string[]; id: number }
    peer.json({ result: null, id })
    if (method === 'SUBSCRIBE') subscribed(params)
  }
}

const trade = (id: number, s = 'BTCUSDT'): unknown => ({
  e: 'trade', E: 1_700_000_000_000, s, t: id, p: '97000.10', q: '0.01', T: 1_700_000_000_000, m: false,
}) // prettier-ignore

describe('ExchangeWebSocketHandler', () => {
  it('calls back with normalised events and stops when told', async () => {
    const { handler, url, server } = await start(peer => binance(peer, () => peer.json(trade(1)).json(trade(2))))
    const events: FeedEvent[] = []
    await handler.connectToStream('btcusdt@trade', event => events.push(event), { url })
    await until(() => events.length >= 3, 'two trades and a status')
    expect(events.map(event => event.type)).toEqual(['status', 'trade', 'trade'])
    expect(events[1]).toMatchObject({ exchange: 'binance', symbol: 'BTCUSDT', id: '1', price: 97000.1, side: 'buy' })
    expect(handler.streams()).toEqual(['btcusdt@trade'])
    await handler.disconnectFromStream('btcusdt@trade')
    await until(() => server.sockets.size === 0, 'socket closed')
    expect(handler.streams()).toEqual([])
  })

  it('tells of a second trade under an id that another one had, and keeps to the first', async () => {
    const other = { ...(trade(1) as object), p: '97000.20' }
    const { handler, url } = await start(peer => binance(peer, () => peer.json(trade(1)).json(other).json(trade(2))))
    const events: FeedEvent[] = []
    await handler.connectToStream('btcusdt@trade', event => events.push(event), { url })
    await until(() => events.some(event => event.type === 'trade' && event.id === '2'), 'the last trade')
    expect(
      events.map(event => (event.type === 'trade' ? event.price : event.type === 'status' && event.state)),
    ).toEqual(['connected', 97000.1, 'drift', 97000.1])
  })

  it('synchronises a book through the REST snapshot', async () => {
    const delta = (first: number, last: number): unknown => ({
      e: 'depthUpdate', E: 1_700_000_000_000, s: 'BTCUSDT', U: first, u: last, b: [['99', '0']], a: [],
    }) // prettier-ignore
    const { handler, url } = await start(peer =>
      binance(peer, () => {
        peer.json(delta(9, 11))
        setTimeout(() => peer.json(delta(12, 12)), 100)
      }),
    )
    const events: FeedEvent[] = []
    await handler.connectToStream('btcusdt@depth', event => events.push(event), { url })
    await until(() => events.some(event => event.type === 'book' && event.sequence === '12'), 'the last delta')
    const books = events.filter(event => event.type === 'book')
    expect(books[0]?.snapshot).toBe(true)
    expect(books.slice(1).every(book => !book.snapshot)).toBe(true)
    expect(books.at(-1)?.sequence).toBe('12')
  })

  it('keeps one callback’s failure from the others and counts it', async () => {
    const { handler, url } = await start(peer =>
      binance(peer, ([name = '']) => peer.json(trade(1, name.slice(0, 7).toUpperCase()))),
    )
    let heard = 0
    await handler.connectToStream('btcusdt@trade', () => Promise.reject(new Error('async')), { url })
    await handler.connectToStream('ethusdt@trade', () => heard++, { url })
    await until(() => heard > 0, 'the other stream')
    expect(handler.stats().callbackFailures).toBeGreaterThan(0)
  })

  it('waits, sockets and all, for a subscriber of the bus with a queue, which misses nothing', async () => {
    const count = 5_000
    const { handler, url } = await start(peer =>
      binance(peer, () => {
        for (let id = 1; id <= count; id++) peer.json(trade(id))
      }),
    )
    const states: string[] = []
    const bus = new TranscendentalEventBus<{ trade: FeedEvent }>({
      onPressure: ({ state }) => {
        states.push(state)
        if (state === 'high') handler.pause()
        else handler.resume()
      },
    })
    const heard: string[] = []
    const slow = async (event: FeedEvent): Promise<void> => {
      await new Promise(resolve => setImmediate(resolve))
      if (event.type === 'trade') heard.push(event.id)
    }
    const subscription = bus.subscribe('trade', slow, { delivery: 'queue', capacity: 1_024 })
    bus.start()
    const forward = (event: FeedEvent): void => {
      if (event.type === 'trade') void bus.emit('trade', event)
    }
    await handler.connectToStream('btcusdt@trade', forward, { url })
    await until(() => heard.length === count, 'every trade', 20_000)
    expect(heard).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)))
    expect(states.slice(0, 2)).toEqual(['high', 'normal'])
    expect(subscription.stats()).toMatchObject({ emitted: count, delivered: count, shed: 0, failed: 0 })
    expect(bus.check()).toEqual([])
    await bus.stop()
  })

  it('rejects where the exchange refuses the stream', async () => {
    const { handler, url } = await start(peer => {
      peer.accept()
      peer.onText = text => peer.json({ code: 2, msg: 'Invalid symbol', id: (JSON.parse(text) as { id: number }).id })
    })
    await expect(handler.connectToStream('nopenope/usdt@trade', () => undefined, { url })).rejects.toThrow(
      /refused .*Invalid symbol/,
    )
  })

  it('refuses an exchange or a stream that is not there', async () => {
    expect(() => new ExchangeWebSocketHandler('binanse')).toThrow(/unknown exchange/)
    await expect(new ExchangeWebSocketHandler('binance').connectToStream('btcusdt', () => undefined)).rejects.toThrow(
      /is no stream/,
    )
  })

  it('rejects where nothing answers, after the attempts it was given', async () => {
    const { server, url } = await start(() => undefined)
    await server.stop()
    const handler = new ExchangeWebSocketHandler('binance', { giveUpAfter: 2 })
    const failure = await handler.connectToStream('btcusdt@trade', () => undefined, { url }).catch((e: unknown) => e)
    expect(failure).toMatchObject({ exit: 4, code: 'connect_refused' })
    expect((failure as { hint: string }).hint).toContain('--exchange sim')
  })
})
