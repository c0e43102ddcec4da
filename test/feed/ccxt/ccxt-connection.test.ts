import { describe, expect, it } from 'vitest'
import { ccxtExchange } from '../../../src/exchanges/ccxt.js'
import { resolveStream } from '../../../src/exchanges/registry.js'
import { CcxtConnection } from '../../../src/feed/ccxt/ccxt-connection.js'
import { libraryOf, type LoadCcxt } from '../../../src/feed/ccxt/library.js'
import type { Ending } from '../../../src/feed/ending.js'
import { ending } from '../../../src/feed/ending.js'
import { RealClock } from '../../../src/feed/real-clock.js'
import { realTimers } from '../../../src/feed/timers.js'
import type { Decoded } from '../../../src/model/event.js'
import { FakeNetworkError, fakeLibrary, type FakeLibrary, type Script } from './fake-ccxt.js'

const TRADE = {
  id: '7',
  timestamp: 1_732_353_600_101,
  symbol: 'BTC/USDT',
  side: 'sell',
  price: 97_123.5,
  amount: 0.0000001,
  info: { raw: '97123.50' },
}
const BOOK = {
  symbol: 'BTC/USDT',
  timestamp: undefined,
  nonce: 12,
  bids: [
    [97_123, 1.5],
    [97_122, 2],
  ],
  asks: [[97_124, 0.25]],
}

class Peer {
  readonly texts: string[] = []
  readonly endings: Ending[] = []
  opens = 0
  readonly connection: CcxtConnection

  constructor(load: LoadCcxt, address = 'ccxt://gate', proxy: string | null = null) {
    const listener = {
      opened: () => {
        this.opens++
      },
      received: (data: Buffer) => void this.texts.push(data.toString()),
      unanswered: () => undefined,
      ended: (why: Ending) => void this.endings.push(why),
    }
    this.connection = new CcxtConnection({ address, proxy, clock: new RealClock(), timers: realTimers }, listener, load)
  }

  async until(condition: () => boolean): Promise<void> {
    for (let count = 0; count < 400 && !condition(); count++) await new Promise(resolve => setTimeout(resolve, 5))
    expect(condition()).toBe(true)
  }

  /** Events in what came, by the adapter's own decoder. */
  decoded(): Decoded[] {
    const decoder = ccxtExchange('ccxt:gate')!.decoder()
    const out: Decoded[] = []
    for (const text of this.texts) decoder.decode(Buffer.from(text), 1_732_353_600_200_000, out)
    return out
  }

  ask(...typed: readonly string[]): void {
    const streams = typed.map(text => resolveStream(`ccxt:gate:${text}`, 'binance'))
    for (const { text } of ccxtExchange('ccxt:gate')!.subscribe(streams, 1)) this.connection.send(text)
  }
}

async function opened(
  script: Script,
  has?: Readonly<Record<string, unknown>>,
): Promise<{ peer: Peer; library: FakeLibrary }> {
  const library = fakeLibrary(script, has)
  const peer = new Peer(() => Promise.resolve(library))
  await peer.until(() => peer.opens === 1)
  return { peer, library }
}

describe('ccxt as a connection', () => {
  it('makes frames of what the library hands out, and the adapter reads them', async () => {
    const { peer } = await opened({
      'watchTrades BTC/USDT': [[TRADE], [{ ...TRADE, id: '8', side: undefined }]],
      'watchTicker BTC/USDT': [
        {
          symbol: 'BTC/USDT',
          timestamp: 1_732_353_600_101,
          last: 97_123.5,
          high: 98_000,
          low: 95_000,
          open: 96_000,
          baseVolume: 1_200.5,
        },
      ],
      'watchBidsAsks BTC/USDT': [
        { 'BTC/USDT': { bid: 97_123, bidVolume: 1.5, ask: 97_124, askVolume: 0.25, timestamp: 1_732_353_600_101 } },
      ],
      'watchOrderBook BTC/USDT': [BOOK],
      'watchOHLCV BTC/USDT 1m': [
        [[1_732_353_540_000, 97_000, 97_200, 96_950, 97_100, 1.25]],
        [[1_732_353_600_000, 97_100, 97_100, 97_100, 97_100, 0.5]],
      ],
    })
    peer.ask('BTC/USDT@trade', 'btc/usdt@ticker', 'BTC/USDT@quote', 'BTC/USDT@book', 'BTC/USDT@candle_1m')
    await peer.until(() => peer.texts.length >= 12)
    const found = peer.decoded()
    const head = { exchange: 'ccxt:gate', symbol: 'BTC/USDT', pair: 'BTC/USDT' }
    const times = { time: 1_732_353_600_101_000, received: 1_732_353_600_200_000 }
    expect(found.filter(({ type }) => type === 'ack')).toHaveLength(5)
    expect(found.filter(({ type }) => type === 'trade')).toEqual([
      { type: 'trade', ...head, id: '7', price: 97_123.5, size: 0.0000001, side: 'sell', ...times },
      { type: 'trade', ...head, id: '8', price: 97_123.5, size: 0.0000001, side: 'unknown', ...times },
    ])
    expect(found.find(({ type }) => type === 'ticker')).toEqual({
      type: 'ticker',
      ...head,
      last: 97_123.5,
      open: 96_000,
      high: 98_000,
      low: 95_000,
      volume: 1_200.5,
      ...times,
    })
    expect(found.find(({ type }) => type === 'quote')).toEqual({
      type: 'quote',
      ...head,
      bid: 97_123,
      bidSize: 1.5,
      ask: 97_124,
      askSize: 0.25,
      ...times,
    })
    expect(found.find(({ type }) => type === 'bookUpdate')).toMatchObject({
      kind: 'snapshot',
      last: 12,
      bids: [
        [97_123, 1.5],
        [97_122, 2],
      ],
      asks: [[97_124, 0.25]],
      time: times.received,
    })
    expect(found.filter(({ type }) => type === 'candle')).toMatchObject([
      { start: 1_732_353_540_000_000, closed: false },
      { start: 1_732_353_540_000_000, closed: true, close: 97_100 },
      { start: 1_732_353_600_000_000, closed: false },
    ])
    expect(peer.texts.find(text => text.includes('"id":"7"'))).toContain('"info":{"raw":"97123.50"}')
    peer.connection.close(ending('stopped', 'done'))
    await peer.connection.closed
  })

  it('takes the best level of the book where the library watches no quotes, and cuts pictures to their depth', async () => {
    const deep = { ...BOOK, bids: Array.from({ length: 500 }, (_, index) => [97_123 - index, 1]) }
    const { peer } = await opened({ 'watchOrderBook BTC/USDT': [deep, deep, deep] }, { watchOrderBook: true })
    peer.ask('BTC/USDT@quote', 'BTC/USDT@book5', 'BTC/USDT@book')
    await peer.until(() => peer.texts.length >= 6)
    const found = peer.decoded()
    expect(found.find(({ type }) => type === 'quote')).toMatchObject({ bid: 97_123, ask: 97_124 })
    const books = found.filter(item => item.type === 'bookUpdate')
    expect(books.map(({ kind, bids }) => [kind, bids.length])).toEqual([
      ['partial', 5],
      ['snapshot', 100],
    ])
  })

  it('refuses what the exchange has not, by the request', async () => {
    const { peer } = await opened({}, { watchTrades: true })
    peer.ask('BTC/USDT@ticker', 'DOGE/USDT@trade')
    expect(peer.decoded()).toEqual([
      { type: 'refused', request: '1', streams: [], reason: 'the library has no watchTicker for this exchange' },
      { type: 'refused', request: '2', streams: [], reason: 'no market DOGE/USDT' },
    ])
  })

  it('refuses a stream whose first watch fails, and keeps the others', async () => {
    const broken = (): never => {
      throw new Error('not for you')
    }
    const { peer } = await opened({
      'watchTrades BTC/USDT': [broken],
      'watchTrades ETH/USDT': [[{ ...TRADE, symbol: 'ETH/USDT' }]],
    })
    peer.ask('BTC/USDT@trade', 'ETH/USDT@trade')
    await peer.until(() => peer.texts.length >= 4)
    expect(peer.decoded()).toContainEqual({ type: 'refused', request: '1', streams: [], reason: 'not for you' })
    expect(peer.endings).toEqual([])
  })

  it('ends, to be opened anew, where the network fails', async () => {
    const broken = (): never => {
      throw new FakeNetworkError('gone')
    }
    const { peer, library } = await opened({ 'watchTrades BTC/USDT': [[TRADE], broken] })
    peer.ask('BTC/USDT@trade')
    await peer.until(() => peer.endings.length === 1)
    expect(peer.endings[0]).toMatchObject({ cause: 'network', final: false, detail: 'ccxt FakeNetworkError: gone' })
    await peer.connection.closed
    expect(library.created[0]?.closed).toBe(1)
  })

  it('stops watching what nobody wants, and holds back while paused', async () => {
    const { peer, library } = await opened({ 'watchTrades BTC/USDT': [[TRADE], [{ ...TRADE, id: '8' }]] })
    peer.connection.pause()
    peer.ask('BTC/USDT@trade')
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(peer.texts).toHaveLength(1)
    peer.connection.resume()
    await peer.until(() => peer.texts.length === 3)
    const [stream] = [resolveStream('ccxt:gate:BTC/USDT@trade', 'binance')]
    for (const { text } of ccxtExchange('ccxt:gate')!.unsubscribe([stream], 2)) peer.connection.send(text)
    peer.connection.close(ending('stopped', 'done'))
    await peer.connection.closed
    expect(library.created[0]?.calls).toEqual(['watchTrades BTC/USDT', 'watchTrades BTC/USDT', 'watchTrades BTC/USDT'])
    expect(peer.endings).toHaveLength(1)
  })

  it('says how to install the library where it is missing, and for good', async () => {
    const missing: NodeJS.ErrnoException = new Error("Cannot find package 'ccxt'")
    missing.code = 'ERR_MODULE_NOT_FOUND'
    const peer = new Peer(() => Promise.reject(missing))
    await peer.until(() => peer.endings.length === 1)
    expect(peer.endings[0]).toMatchObject({
      final: true,
      detail: 'the ccxt library is not installed',
      hint: 'install it beside genesis: npm install ccxt',
    })
  })

  it('names the nearest exchange where the library has none of the name', async () => {
    const peer = new Peer(() => Promise.resolve(fakeLibrary({})), 'ccxt://kraken2')
    await peer.until(() => peer.endings.length === 1)
    expect(peer.endings[0]).toMatchObject({ final: true, hint: 'did you mean ccxt:kraken?' })
  })

  it('hands the proxy on', async () => {
    const library = fakeLibrary({})
    const peer = new Peer(() => Promise.resolve(library), 'ccxt://gate', 'http://127.0.0.1:3128/')
    await peer.until(() => peer.opens === 1)
    expect(library.created[0]?.options).toMatchObject({
      httpsProxy: 'http://127.0.0.1:3128/',
      wssProxy: 'http://127.0.0.1:3128/',
    })
  })

  it('reads the module as it is published', () => {
    class Network extends Error {}
    class Gate {
      readonly has = {}
    }
    const library = libraryOf({ default: { pro: { gate: Gate, Precise: 1 } }, NetworkError: Network })
    expect(library.ids).toEqual(['gate'])
    expect(library.create('gate', {})).toBeInstanceOf(Gate)
    expect(library.create('constructor', {})).toBeUndefined()
    expect(library.isOfNetwork(new Network())).toBe(true)
    expect(library.isOfNetwork(new Error())).toBe(false)
  })
})
