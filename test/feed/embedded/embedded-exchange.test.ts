/** The embedded exchange over real sockets: Binance's protocol, REST beside it, and faults that add up to the message. */
import { afterEach, describe, expect, it } from 'vitest'
import { sim } from '../../../src/exchanges/sim.js'
import {
  startEmbeddedExchange,
  type EmbeddedExchange,
  type EmbeddedExchangeOptions,
} from '../../../src/feed/embedded/embedded-exchange.js'
import { SimulatedMarket } from '../../../src/feed/embedded/simulated-market.js'
import { BookSync, type BookSyncResult } from '../../../src/market/book-sync.js'
import type { Decoded } from '../../../src/model/event.js'
import { TestClient, until, type Message } from './client.js'

const START = 1_732_400_000_000_000
let running: EmbeddedExchange | undefined
const clients: TestClient[] = []

async function start(options: EmbeddedExchangeOptions = {}): Promise<EmbeddedExchange> {
  running = await startEmbeddedExchange({ symbols: ['BTCUSDT'], rate: 100, ...options })
  return running
}

async function connect(path = '/stream'): Promise<TestClient> {
  const client = await TestClient.open(`${running!.url}${path}`)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await running?.stop()
  running = undefined
})

const get = async (path: string) => {
  const response = await fetch(`${running!.httpUrl}${path}`)
  return { status: response.status, body: await response.json() }
}

describe('subscriptions', () => {
  it('acknowledges, sends combined messages with the name as asked, lists, and stops on request', async () => {
    await start()
    const client = await connect()
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@depth@1000ms'], id: 7 })
    expect(await client.next(message => message.id === 7)).toEqual({ result: null, id: 7 })
    const trade = await client.next(message => message.stream === 'btcusdt@trade')
    expect(trade.data).toMatchObject({ e: 'trade', s: 'BTCUSDT', M: true })
    await client.next(message => message.stream === 'btcusdt@depth@1000ms')
    client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 'list' })
    expect((await client.next(message => message.id === 'list')).result).toEqual([
      'btcusdt@trade',
      'btcusdt@depth@1000ms',
    ])
    client.ask({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@depth@1000ms'], id: 8 })
    await client.next(message => message.id === 8)
    const { sent } = running!.stats()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(running!.stats().sent).toBe(sent)
  })

  it('sends raw messages on /ws and for streams in the address, and can switch', async () => {
    await start()
    const raw = await connect('/ws/btcusdt@trade/ethusdt@bookTicker')
    await raw.next(message => message.e === 'trade')
    await raw.next(message => message.s === 'ETHUSDT' && message.u > 0)
    raw.ask({ method: 'SET_PROPERTY', params: ['combined', true], id: 1 })
    await raw.next(message => message.stream === 'btcusdt@trade')
    const combined = await connect('/stream?streams=btcusdt@aggTrade/btcusdt@kline_1s')
    await combined.next(message => message.stream === 'btcusdt@aggTrade')
    await combined.next(message => message.stream === 'btcusdt@kline_1s')
  })

  it('refuses what Binance refuses, in its words', async () => {
    await start()
    const client = await connect('/ws')
    client.ask('{nonsense')
    expect(await client.next(message => message.code === 3)).toMatchObject({
      msg: expect.stringContaining('Invalid JSON'),
    })
    client.ask({ method: 'SUBSCRIBE', params: ['nosuchthing@trade'], id: 1 })
    expect(await client.next(message => message.id === 1)).toMatchObject({
      code: 2,
      msg: expect.stringContaining('nosuchthing'),
    })
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@nothing'], id: 2 })
    expect(await client.next(message => message.id === 2)).toMatchObject({ code: 2 })
    client.ask({ method: 'FLY', params: [], id: 3 })
    expect(await client.next(message => message.id === 3)).toMatchObject({ code: 2 })
    client.ask({ method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 4 })
    expect(await client.next(message => message.id === 4)).toMatchObject({ code: 1 })
    client.ask({ method: 'GET_PROPERTY', params: ['colour'], id: 5 })
    expect(await client.next(message => message.id === 5)).toMatchObject({ code: 0 })
    client.ask({
      method: 'SUBSCRIBE',
      params: Array.from({ length: 1025 }, (_, i) => `a${String(i)}usdt@trade`),
      id: 6,
    })
    expect(await client.next(message => message.id === 6)).toMatchObject({
      code: 2,
      msg: expect.stringContaining('1024'),
    })
    expect(client.closed).toBeUndefined()
    await expect(TestClient.open(`${running!.url}/elsewhere`)).rejects.toThrow('404')
  })

  it('closes a client that asks too much', async () => {
    await start({ messagesPerSecond: 5 })
    const client = await connect('/ws')
    for (let id = 1; id <= 5; id++) client.ask({ method: 'LIST_SUBSCRIPTIONS', id })
    await client.next(message => message.id === 5)
    client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 6 })
    await until(() => client.closed !== undefined)
    expect(client.closed).toEqual({ code: 1008, reason: 'Too many requests' })
    expect(running!.stats().overLimit).toBe(1)
  })
})

describe('the market behind it', () => {
  it('is the one of the seed, byte for byte', async () => {
    await start({ seed: 42, start: START, speed: 50 })
    const client = await connect('/ws/btcusdt@trade')
    await until(() => client.heard.length >= 200)
    const market = new SimulatedMarket({ seed: 42, start: START, rate: 100 })
    const sent: string[] = []
    market.market('BTCUSDT')
    market.advanceTo(START + 30_000_000, {
      wants: stream => stream === 'btcusdt@trade',
      send: (_, text) => void sent.push(text),
    })
    const at = sent.indexOf(client.heard[0]!)
    expect(at).toBeGreaterThanOrEqual(0)
    expect(client.heard.slice(0, 200)).toEqual(sent.slice(at, at + 200))
  })

  it('lets a local book synchronise by the recipe and stay right', async () => {
    await start({ speed: 10 })
    const client = await connect()
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 1 })
    const sync = new BookSync({ exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT', stream: 'x' }, sim.book!)
    const decoder = sim.decoder()
    const out: BookSyncResult[] = []
    let read = 0
    const feed = (text: string) => {
      const decoded: Decoded[] = []
      decoder.decode(Buffer.from(text), 1, decoded)
      for (const item of decoded) if (item.type === 'bookUpdate') sync.apply(item, out)
    }
    const drain = () => {
      for (; read < client.heard.length; read++) feed(client.heard[read]!)
    }
    await until(() => client.heard.length > 3)
    drain()
    const body = await (await fetch(sim.book!.request!.url('BTCUSDT', running!.url))).text()
    feed(sim.book!.request!.wrap('BTCUSDT', body))
    await until(() => {
      drain()
      return sync.stats().applied > 50
    })
    expect(sync.stats()).toMatchObject({ live: true, gaps: 0, snapshotsRefused: 0 })
  })

  it('answers REST as Binance does', async () => {
    await start({ speed: 20 })
    await until(() => running!.stats().clients === 0)
    const client = await connect('/ws/btcusdt@trade')
    await until(() => client.heard.length > 50)
    expect((await get('/api/v3/depth?symbol=BTCUSDT&limit=5')).body.bids).toHaveLength(5)
    expect((await get('/api/v3/exchangeInfo?symbol=ETHUSDT')).body.symbols[0]).toMatchObject({
      symbol: 'ETHUSDT',
      status: 'TRADING',
    })
    const trades = (await get('/api/v3/historicalTrades?symbol=BTCUSDT&fromId=10&limit=3')).body
    expect(trades.map((trade: Message) => trade.id)).toEqual([10, 11, 12])
    const live = client.messages().find(message => message.t === trades[0].id)
    if (live !== undefined)
      expect(trades[0]).toMatchObject({ price: live.p, qty: live.q, time: live.T, isBuyerMaker: live.m })
    const aggregated = (await get('/api/v3/aggTrades?symbol=BTCUSDT&fromId=2&limit=2')).body
    expect(aggregated.map((trade: Message) => trade.a)).toEqual([2, 3])
    expect(await get('/api/v3/depth?symbol=NOSUCHTHING')).toEqual({
      status: 400,
      body: { code: -1121, msg: 'Invalid symbol.' },
    })
    expect((await get('/api/v3/depth')).status).toBe(400)
    expect((await get('/elsewhere')).status).toBe(404)
  })
})

describe('faults', () => {
  const identities = () => {
    const stats = running!.stats()
    expect(stats.offered).toBe(stats.delivered + stats.dropped + stats.withheld + stats.lost + stats.held)
    expect(stats.sent).toBe(stats.delivered + stats.duplicated + stats.garbage)
    return stats
  }

  it('adds up to the message what it dropped, doubled, reordered and made up', async () => {
    await start({ rate: 2000, faults: 'garbage=1%,dup=2%,drop=1%,reorder=1%', seed: 3 })
    const client = await connect('/ws/btcusdt@trade')
    await until(() => running!.stats().delivered >= 3000)
    client.ask({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
    await client.next(message => message.id === 1)
    const stats = identities()
    for (const count of [stats.garbage, stats.duplicated, stats.dropped, stats.reordered])
      expect(count).toBeGreaterThan(3)
    expect(client.heard.length).toBe(stats.sent + 1)
    const ids = client.messages().filter(message => message.e === 'trade' && message.T > 0).map(message => message.t as number) // prettier-ignore
    expect(ids.length).toBe(stats.delivered + stats.duplicated)
    expect(new Set(ids).size).toBe(stats.delivered)
    expect(Math.max(...ids) - Math.min(...ids) + 1 - stats.delivered).toBeLessThanOrEqual(stats.dropped + stats.held)
    expect(ids.filter((id, index) => index > 0 && id < ids[index - 1]!).length).toBe(stats.reordered - stats.held)
  })

  it('cuts after the message it names, after sending everything before', async () => {
    await start({ rate: 1000, faults: 'cut@150,cut@300' })
    const first = await connect('/ws/btcusdt@trade')
    await until(() => first.closed !== undefined)
    expect(first.closed!.code).toBe(1006)
    expect(first.heard.length).toBe(150)
    const second = await connect('/ws/btcusdt@trade')
    await until(() => second.closed !== undefined)
    expect(second.heard.length).toBe(150)
    const third = await connect('/ws/btcusdt@trade')
    await until(() => third.heard.length > 400)
    expect(identities().cuts).toBe(2)
  })

  it('stalls a connection without closing it, and serves the next one', async () => {
    await start({ rate: 1000, faults: 'stall@50' })
    const client = await connect('/ws/btcusdt@trade')
    await until(() => running!.stats().withheld > 20)
    expect(client.heard.length).toBe(50)
    client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
    let pongs = 0
    client.socket.on('pong', () => pongs++)
    client.socket.ping()
    const next = await connect('/ws/btcusdt@trade')
    await until(() => next.heard.length > 100)
    expect([client.heard.length, client.closed, pongs]).toEqual([50, undefined, 0])
    identities()
  })

  it('announces a shutdown and then closes', async () => {
    await start({ rate: 1000, faults: 'shutdown@20' })
    const client = await connect('/stream?streams=btcusdt@trade')
    await client.next(message => message.stream === '!serverShutdown' && message.data.e === 'serverShutdown')
    await until(() => client.closed !== undefined)
    expect(client.closed!.code).toBe(1001)
  })

  it('answers late, never, or not at all', async () => {
    await start({ faults: 'late-ack=300ms,busy=2' })
    await expect(connect()).rejects.toThrow('status 429, retry after 1')
    await expect(connect()).rejects.toThrow('status 429')
    const client = await connect()
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
    await client.next(message => message.stream === 'btcusdt@trade')
    expect(client.messages().some(message => message.id === 1)).toBe(false)
    await client.next(message => message.id === 1)
    expect(running!.stats()).toMatchObject({ acksDelayed: 1, refusedConnections: 2 })
  })

  it('refuses every connection with the status it was given', async () => {
    await start({ faults: 'status=451' })
    await expect(connect()).rejects.toThrow('status 451')
    await expect(connect()).rejects.toThrow('status 451')
  })
})

describe('load', () => {
  it('carries a busy market of several symbols without losing a message', async () => {
    const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT']
    await start({ symbols, rate: 6_000, seed: 9 })
    const client = await connect(`/ws/${symbols.map(symbol => `${symbol.toLowerCase()}@trade`).join('/')}`)
    await until(() => client.heard.length >= 30_000)
    client.ask({ method: 'UNSUBSCRIBE', params: symbols.map(symbol => `${symbol.toLowerCase()}@trade`), id: 1 })
    await client.next(message => message.id === 1)
    expect(client.heard.length - 1).toBe(running!.stats().sent)
  })
})
