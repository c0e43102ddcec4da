/** The exchange in a box: a recording in an exchange's own dialect, over real sockets. */
import { afterEach, describe, expect, it } from 'vitest'
import { binance } from '../../../src/exchanges/binance.js'
import { bitfinex } from '../../../src/exchanges/bitfinex.js'
import { coinbase } from '../../../src/exchanges/coinbase.js'
import { coinbaseAdvanced } from '../../../src/exchanges/coinbase-advanced.js'
import type { Exchange } from '../../../src/exchanges/exchange.js'
import { kucoin } from '../../../src/exchanges/kucoin.js'
import { resolveStream } from '../../../src/exchanges/registry.js'
import type { RecordedMessage } from '../../../src/feed/embedded/playback.js'
import {
  startRecordedExchange,
  type RecordedExchange,
  type RecordedExchangeOptions,
} from '../../../src/feed/embedded/recorded-exchange.js'
import { TestClient, until } from './client.js'

const START = 1_732_400_000_000_000
let running: RecordedExchange | undefined
const clients: TestClient[] = []

async function start(
  exchange: Exchange,
  texts: readonly string[],
  options: Partial<RecordedExchangeOptions> = {},
): Promise<RecordedExchange> {
  const messages = (): RecordedMessage[] => texts.map((text, index) => ({ time: START + index * 10_000, text }))
  running = await startRecordedExchange({ exchange, messages, speed: Number.POSITIVE_INFINITY, ...options })
  return running
}

async function connect(path: string): Promise<TestClient> {
  const client = await TestClient.open(`${running!.url}${path}`)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await running?.stop()
  running = undefined
})

const trade = (id: number, symbol = 'BTCUSDT') =>
  `{"e":"trade","E":1732400000000,"s":"${symbol}","t":${String(id)},"p":"97000.10","q":"0.10","T":1732400000000,"m":false,"M":true}`
const combined = (text: string, stream: string) => `{"stream":"${stream}","data":${text}}`
const many = (count: number) => Array.from({ length: count }, (_, index) => combined(trade(index + 1), 'btcusdt@trade'))

describe('as binance', () => {
  it('waits for a subscription, then plays every message once, in order and verbatim', async () => {
    const texts = many(5_000)
    await start(binance, texts)
    const client = await connect('/stream')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(client.heard).toEqual([])
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
    await running!.finished
    await until(() => client.heard.length > 5_000)
    expect(client.heard).toEqual(['{"result":null,"id":1}', ...texts])
    expect(client.closed).toBeUndefined()
    expect(running!.stats()).toMatchObject({ sent: 5_000, delivered: 5_000, connections: 1 })
  })

  it('gives a client what it subscribed and no more, in the framing of its address', async () => {
    const texts = [
      combined(trade(1), 'btcusdt@trade'),
      trade(1, 'ETHUSDT'),
      combined(trade(2), 'btcusdt@trade'),
      '{"result":null,"id":1}',
    ]
    await start(binance, texts)
    const raw = await connect('/ws/btcusdt@trade')
    const wrapped = await connect('/stream?streams=ethusdt@trade')
    await running!.finished
    await until(() => raw.heard.length === 2 && wrapped.heard.length === 1)
    expect(raw.heard).toEqual([trade(1), trade(2)])
    expect(wrapped.heard).toEqual([combined(trade(1, 'ETHUSDT'), 'ethusdt@trade')])
  })

  it('waits until a client that asks piece by piece has asked everything', async () => {
    await start(binance, [...many(10), combined(trade(1, 'ETHUSDT'), 'ethusdt@trade')].reverse())
    const client = await connect('/ws')
    client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
    await client.next(message => message.id === 1)
    client.ask({ method: 'SUBSCRIBE', params: ['ethusdt@trade'], id: 2 })
    await running!.finished
    await until(() => client.heard.length === 13)
    expect(client.messages()[2]).toMatchObject({ s: 'ETHUSDT' })
  })

  it('keeps the pace of the recording', async () => {
    await start(binance, many(30), { speed: 1 })
    const client = await connect('/stream?streams=btcusdt@trade')
    const arrivals: number[] = []
    client.socket.on('message', () => arrivals.push(performance.now()))
    await running!.finished
    await until(() => client.heard.length === 30)
    // 30 messages at 10 ms: whatever the machine does, they cannot have come sooner.
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(200)
  })

  it('waits for a listener at full speed, so that a cut loses only what was under way', async () => {
    await start(binance, many(20_000), { faults: 'cut@3000' })
    const first = await connect('/stream?streams=btcusdt@trade')
    await until(() => first.closed !== undefined)
    expect(first.heard.length).toBe(3_000)
    const second = await connect('/stream?streams=btcusdt@trade')
    await running!.finished
    const { delivered, withheld } = running!.stats()
    await until(() => second.heard.length === delivered - 3_000)
    expect(delivered + withheld).toBeLessThanOrEqual(20_000)
    expect(delivered).toBeGreaterThan(19_000)
  })

  it('refuses in the words of the exchange and holds clients to its limits', async () => {
    await start(binance, many(1))
    const client = await connect('/ws')
    client.ask('{nonsense')
    await client.next(message => message.code === 3)
    client.ask({ method: 'SUBSCRIBE', params: Array.from({ length: 1025 }, (_, i) => `s${String(i)}@trade`), id: 9 })
    expect(await client.next(message => message.id === 9)).toMatchObject({ code: 2 })
    for (let id = 20; id < 40; id++) client.ask({ method: 'LIST_SUBSCRIPTIONS', id })
    await until(() => client.closed !== undefined)
    expect(client.closed!.code).toBe(1008)
  })

  it('answers the depth snapshot with the book as of now', async () => {
    const delta = (first: number, last: number, price: string, size: string) =>
      combined(`{"e":"depthUpdate","E":1732400000000,"s":"BTCUSDT","U":${String(first)},"u":${String(last)},"b":[["${price}","${size}"]],"a":[]}`, 'btcusdt@depth@100ms') // prettier-ignore
    const body = '{"lastUpdateId":10,"bids":[["100.0","1.0"]],"asks":[["101.0","2.0"]]}'
    const texts = [
      delta(9, 10, '100.0', '1.0'),
      binance.book!.request!.wrap('BTCUSDT', body),
      delta(11, 12, '99.0', '3'),
      delta(13, 15, '98.5', '4'),
    ]
    await start(binance, texts)
    const pending = fetch(binance.book!.request!.url('BTCUSDT', running!.url))
    const client = await connect('/stream?streams=btcusdt@depth@100ms')
    await running!.finished
    await until(() => client.heard.length === 3)
    expect((await pending).status).toBe(200)
    const now = await (await fetch(`${running!.httpUrl}/api/v3/depth?symbol=BTCUSDT&limit=1000`)).json()
    expect(now).toEqual({
      lastUpdateId: 15,
      bids: [
        ['100', '1'],
        ['99', '3'],
        ['98.5', '4'],
      ],
      asks: [['101', '2']],
    })
    expect((await fetch(`${running!.httpUrl}/api/v3/trades?symbol=BTCUSDT`)).status).toBe(404)
  })

  it('closes at the end where it was asked to, and gives everything to who subscribed nothing where it was asked to', async () => {
    const texts = many(3)
    await start(binance, texts, { atEnd: 'close', unsubscribed: 'everything' })
    const client = await connect('/')
    await until(() => client.closed !== undefined)
    expect(client.closed).toEqual({ code: 1000, reason: 'end of the recording' })
    expect(client.heard).toEqual(texts)
  })

  it('tells of a recording that breaks off', async () => {
    const broken = function* (): Generator<RecordedMessage> {
      yield { time: START, text: many(1)[0]! }
      throw new Error('torn')
    }
    await start(binance, [], { messages: broken })
    const client = await connect('/stream?streams=btcusdt@trade')
    await expect(running!.finished).rejects.toThrow('torn')
    await until(() => client.heard.length === 1)
  })
})

describe('as other exchanges', () => {
  it('speaks the dialect of the adapter: coinbase', async () => {
    const match =
      '{"type":"match","trade_id":7,"maker_order_id":"a","taker_order_id":"b","side":"sell","size":"0.1","price":"97000.1","product_id":"BTC-USD","sequence":9,"time":"2024-11-24T00:00:00.000001Z"}'
    await start(coinbase, [match, match.replaceAll('BTC-USD', 'ETH-USD')])
    const client = await connect('/')
    client.ask({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] })
    await client.next(message => message.type === 'subscriptions')
    await running!.finished
    await until(() => client.heard.includes(match))
    expect(client.messages().filter(message => message.type === 'match')).toHaveLength(1)
  })

  it('tells a late subscriber the story since the last snapshot, so that a book can be had at any time', async () => {
    const changes = (price: string, size: string) =>
      `{"type":"l2update","product_id":"BTC-USD","time":"2024-11-24T00:00:01.000000Z","changes":[["buy","${price}","${size}"]]}`
    const texts = [
      '{"type":"snapshot","product_id":"BTC-USD","bids":[["100.0","1"]],"asks":[["101.0","1"]]}',
      changes('99.0', '2'),
      changes('100.0', '0'),
    ]
    await start(coinbase, texts)
    const request = { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['level2_batch'] }
    const first = await connect('/')
    first.ask(request)
    await running!.finished
    await until(() => first.heard.length === 4)
    const late = await connect('/')
    late.ask(request)
    await until(() => late.heard.length === 4)
    expect(late.messages()[0]).toMatchObject({ type: 'subscriptions' })
    expect(late.heard.slice(1)).toEqual(texts)
  })

  it.each(['named', 'unnamed'])('tells it of a book whose channel is %s in the recording: bitfinex', async kind => {
    const ack = (chanId: number): string =>
      `{"event":"subscribed","channel":"book","symbol":"tBTCUSD","prec":"P0","freq":"F0","len":"25","pair":"BTCUSD","chanId":${String(chanId)}}`
    const contents = ['[[100,1,2],[101,1,-3]]', '[99,2,5]', '[100,0,1]']
    const recorded = contents.map(content => `[880011,${content}]`)
    const streams = [resolveStream('tBTCUSD@book', 'bitfinex')]
    await start(bitfinex, [...(kind === 'named' ? [ack(880_011)] : []), ...recorded], { streams })
    const request = { event: 'subscribe', channel: 'book', symbol: 'tBTCUSD' }
    const first = await connect('/ws/2')
    first.ask(request)
    await running!.finished
    // Before it, what the server is and that the channel is subscribed.
    await until(() => first.heard.length === 5)
    const late = await connect('/ws/2')
    late.ask(request)
    await until(() => late.heard.length === 5)
    const { chanId } = JSON.parse(late.heard[1] ?? '') as { chanId: number }
    expect(late.heard.slice(2)).toEqual(contents.map(content => `[${String(chanId)},${content}]`))
  })

  it('grants a ticket that leads back to itself: kucoin', async () => {
    await start(kucoin, [])
    const response = await fetch(kucoin.ticket!.url(running!.httpUrl), { method: 'POST' })
    const address = kucoin.ticket!.address(await response.text(), 'me')
    expect(address.startsWith(running!.url)).toBe(true)
    const client = await TestClient.open(address)
    clients.push(client)
    await client.next(message => message.type === 'welcome')
  })
})

describe('as coinbase-advanced', () => {
  const message = (channel: string, sequence: number, events: object[]): string =>
    JSON.stringify({ channel, client_id: '', timestamp: '2024-11-23T09:20:00.1Z', sequence_num: sequence, events })
  const tradeOf = (id: number) => [
    { type: 'update', trades: [{ trade_id: String(id), product_id: 'BTC-USD', price: '1.5', size: '1', time: '2024-11-23T09:20:00.1Z', side: 'SELL' }] },
  ] // prettier-ignore
  const candleOf = () => [
    { type: 'update', candles: [{ start: '1732353600', high: '2', low: '1', open: '1', close: '2', volume: '3', product_id: 'BTC-USD' }] },
  ] // prettier-ignore

  it('numbers what each client gets, so that what it did not subscribe is no hole to it', async () => {
    const texts = [
      message('market_trades', 40, tradeOf(1)),
      message('candles', 41, candleOf()),
      message('market_trades', 42, tradeOf(2)),
    ]
    await start(coinbaseAdvanced, texts)
    const client = await connect('/')
    client.ask({ type: 'subscribe', channel: 'market_trades', product_ids: ['BTC-USD'] })
    await running!.finished
    await until(() => client.heard.length === 3)
    const numbers = client.heard.slice(1).map(text => (JSON.parse(text) as { sequence_num: number }).sequence_num)
    expect(numbers).toEqual([0, 1])
  })
})
