import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startBinanceServer, tradeMessages, type BinanceServer } from '../support/binance-server.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { until } from './box.js'

let server: BinanceServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

const live = (url: string, ...more: string[]): string[] => ['stream', 'btcusdt@trade', '--url', url, '--json', ...more]

describe('stream against a server that speaks Binance', () => {
  it('subscribes as Binance documents and delivers every trade once and in order', async () => {
    server = await startBinanceServer({ messages: tradeMessages(5_000), burst: 200 })
    const { code, events, summary } = await genesis(live(server.url, '--limit', '5000'))
    expect(code).toBe(0)
    expect(server.requests[0]).toMatchObject({ method: 'SUBSCRIBE', params: ['btcusdt@trade'] })
    const ids = events.filter(event => event['type'] === 'trade').map(event => event['id'])
    expect(ids).toEqual(Array.from({ length: 5_000 }, (_, index) => String(1_000 + index)))
    expect(summary).toMatchObject({ deadLettered: 0, gaps: 0, duplicates: 0, reconnects: 0, events: { trade: 5_000 } })
    expect(summary['frames']).toBe(summary['decoded'] + summary['control'] + summary['deadLettered'])
  })

  it('reads no more than its own reader takes, and loses nothing of it', async () => {
    const count = 150_000
    server = await startBinanceServer({ messages: tradeMessages(count), burst: 500 })
    const { child, finished } = start(live(server.url, '--limit', String(count)), { timeoutMs: 60_000 })
    child.stdout?.pause()
    let unsent = 0
    const standsStill = (): boolean => {
      const before = unsent
      unsent = server?.unsent() ?? 0
      return server?.sent() === count && unsent > 0 && unsent === before
    }
    expect(await until(standsStill, 20_000)).toBe(true)
    child.stdout?.resume()
    const { events, summary } = await finished
    const ids = events.filter(event => event['type'] === 'trade').map(event => Number(event['id']))
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => 1_000 + index))
    expect(summary).toMatchObject({ gaps: 0, reconnects: 0, events: { trade: count } })
  })

  it('prints the keys of the contract in its order', async () => {
    server = await startBinanceServer({ messages: tradeMessages(1) })
    const { stdout } = await genesis(live(server.url, '--limit', '1'))
    expect(stdout.split('\n').find(line => line.includes('"type":"trade"'))).toMatch(
      /^\{"type":"trade","exchange":"binance","symbol":"BTCUSDT","pair":"BTC\/USDT","id":"1000","price":97000,"size":0\.0125,"side":"sell","time":1732400000000000,"received":\d{16}\}$/,
    )
  })

  it('is back within a second after a cut, and loses and repeats nothing that the server still has', async () => {
    server = await startBinanceServer({ messages: tradeMessages(3_000), burst: 20, cutsAt: [700, 1_900] })
    const { code, events, summary } = await genesis(live(server.url, '--limit', '3000'))
    expect(code).toBe(0)
    const ids = events.filter(event => event['type'] === 'trade').map(event => event['id'])
    expect(ids).toEqual(Array.from({ length: 3_000 }, (_, index) => String(1_000 + index)))
    expect(summary).toMatchObject({ gaps: 0, duplicates: 0, reconnects: 2 })
    expect(server.opened).toHaveLength(3)
    for (const [index, cut] of server.cut.entries()) expect(server.opened[index + 1]! - cut).toBeLessThan(1_000)
    const states = events.filter(event => event['type'] === 'status').map(event => event['state'])
    expect(states.filter(state => state === 'connected')).toHaveLength(3)
  })

  it('names a loss that the ids prove', async () => {
    const messages = tradeMessages(300)
    messages.splice(100, 7)
    server = await startBinanceServer({ messages })
    const { events, summary } = await genesis(live(server.url, '--limit', '293'))
    expect(summary).toMatchObject({ gaps: 1 })
    expect(events.find(event => event['state'] === 'gap')).toMatchObject({
      stream: 'btcusdt@trade',
      detail: 'trades 1100 to 1106 missing',
    })
  })

  it('drops copies of a trade and counts them', async () => {
    const messages = tradeMessages(200)
    server = await startBinanceServer({ messages: [...messages.slice(0, 120), ...messages.slice(100)] })
    const { events, summary } = await genesis(live(server.url, '--limit', '200'))
    expect(events.filter(event => event['type'] === 'trade')).toHaveLength(200)
    expect(summary).toMatchObject({ duplicates: 20, gaps: 0 })
  })

  it('keeps broken frames whole in a file that replay reads, and goes on', async () => {
    const messages = tradeMessages(40)
    const broken = [
      '{"stream":"btcusdt@trade","data":{"e":"tra',
      'not json at all',
      '{"stream":"btcusdt@trade","data":{"e":"weather"}}',
    ]
    messages.splice(10, 0, ...broken)
    server = await startBinanceServer({ messages })
    const letters = join(temporaryDirectory('letters'), 'dead.jsonl')
    const { code, summary } = await genesis(live(server.url, '--limit', '40', '--dead-letters', letters))
    expect(code).toBe(0)
    expect(summary).toMatchObject({ deadLettered: 3, events: { trade: 40 } })
    const lines = readFileSync(letters, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines.filter(line => 's' in line).map(line => line['s'])).toEqual(broken.slice(0, 2))
    expect(lines.filter(line => line['control'] === 'deadLetter')).toHaveLength(3)
    const again = await genesis(['replay', letters, '--speed', 'max', '--json'])
    expect(again.summary).toMatchObject({ frames: 3, deadLettered: 3 })
  })

  it('leaves no dead-letter file where there was no dead letter', async () => {
    server = await startBinanceServer({ messages: tradeMessages(5) })
    const state = temporaryDirectory('clean')
    await genesis(live(server.url, '--limit', '5'), { env: { XDG_STATE_HOME: state } })
    expect(readdirSync(join(state, 'genesis', 'dead-letters'))).toEqual([])
  })

  it('ends with the reason where the exchange refuses the subscription', async () => {
    server = await startBinanceServer({
      messages: [],
      refuse: id => JSON.stringify({ code: 2, msg: 'Invalid request: unknown symbol', id }),
    })
    const { code, stderr } = await genesis(live(server.url))
    expect(stderr).toMatch(/refused .*btcusdt@trade.*Invalid request: unknown symbol/)
    expect(code).toBe(2)
  })

  it('ends with exit code 4 and a way out where nothing answers', async () => {
    const { code, stderr } = await genesis(live('ws://127.0.0.1:9'))
    expect(code).toBe(4)
    expect(stderr).toMatch(/ECONNREFUSED|refused/)
    expect(stderr).toContain('--exchange sim')
  })

  it('stops on Ctrl-C with its account and exit code 0', async () => {
    server = await startBinanceServer({ messages: tradeMessages(500) })
    const running = start(live(server.url))
    await running.saw('"id":"1499"')
    running.child.kill('SIGINT')
    const { code, summary } = await running.finished
    expect(code).toBe(0)
    expect(summary).toMatchObject({ ended: 'interrupted', events: { trade: 500 } })
  })

  it('stops after --duration', async () => {
    server = await startBinanceServer({ messages: tradeMessages(10) })
    const { code, summary } = await genesis(live(server.url, '--duration', '500ms'))
    expect(code).toBe(0)
    expect(summary).toMatchObject({ ended: 'duration', events: { trade: 10 } })
  })

  it('synchronises a book by REST snapshot and deltas', async () => {
    const depth = (first: number, last: number): string =>
      `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":17324000000${last},"s":"BTCUSDT","U":${first},"u":${last},"b":[["97000.00","${last}.5"]],"a":[]}}`
    server = await startBinanceServer({
      messages: [depth(11, 12), depth(13, 20), depth(21, 25)],
      depth: () => '{"lastUpdateId":15,"bids":[["97000.00","1.0"],["96999.00","2.0"]],"asks":[["97001.00","3.0"]]}',
    })
    const { events } = await genesis(['stream', 'btcusdt@depth', '--url', server.url, '--json', '--limit', '3'])
    const books = events.filter(event => event['type'] === 'book')
    expect(books[0]).toMatchObject({ snapshot: true, sequence: '15', asks: [[97001, 3]] })
    expect(books.slice(1)).toMatchObject([
      { snapshot: false, sequence: '20', bids: [[97000, 20.5]] },
      { snapshot: false, sequence: '25', bids: [[97000, 25.5]] },
    ])
  })
})

if (hasShared('recorded/binance/trade.hft-btcusdt-20240808.jsonl.gz')) {
  describe('stream of recorded Binance frames', () => {
    it('delivers all of them through a cut', async () => {
      const messages = sharedLines('recorded/binance/trade.hft-btcusdt-20240808.jsonl.gz')
      server = await startBinanceServer({ messages, burst: 100, cutsAt: [4_000] })
      const { events, summary } = await genesis(live(server.url, '--limit', String(messages.length)))
      const ids = events.filter(event => event['type'] === 'trade').map(event => event['id'])
      expect(ids).toEqual(messages.map(message => String((JSON.parse(message) as { data: { t: number } }).data.t)))
      expect(summary).toMatchObject({ duplicates: 0, gaps: 0, deadLettered: 0, reconnects: 1 })
    })
  })
}
