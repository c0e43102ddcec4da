/** Trades that were dropped on the way come back by REST, on the stream, in the recording and in its replay. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { eventsIn, startBox, until, type Event } from './box.js'

function idsOf(events: readonly Event[]): number[] {
  return events.filter(event => event['type'] === 'trade').map(event => Number(event['id']))
}

/** Ids between the first and the last that never came. */
function missing(ids: readonly number[]): number {
  return Math.max(...ids) - Math.min(...ids) + 1 - new Set(ids).size
}

const STARTED_MS = 1_732_353_600_000
const STEP_MS = 6
const COUNT = 400
const FIRST = 77_000_000

/** One trade of each exchange whose archive is asked in a way of its own; ids on Deribit are not what steps by one. */
const TRADES: Readonly<Record<string, readonly [stream: string, frame: (n: number, ms: number) => string]>> = {
  coinbase: ['BTC-USD@trade', (n, ms) => `{"type":"match","trade_id":${FIRST + n},"maker_order_id":"a","taker_order_id":"b","side":"sell","size":"0.0125","price":"9712${n % 10}.45","product_id":"BTC-USD","sequence":${n},"time":"${new Date(ms).toISOString()}"}`],
  'coinbase-advanced': ['BTC-USD@trade', (n, ms) => `{"channel":"market_trades","client_id":"","timestamp":"${new Date(ms).toISOString()}","sequence_num":${n},"events":[{"type":"update","trades":[{"trade_id":"${FIRST + n}","product_id":"BTC-USD","price":"9712${n % 10}.45","size":"0.0125","time":"${new Date(ms).toISOString()}","side":"SELL"}]}]}`],
  kraken: ['BTC/USD@trade', (n, ms) => `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":9700${n % 10}.10,"qty":0.00500000,"ord_type":"market","trade_id":${FIRST + n},"timestamp":"${new Date(ms).toISOString()}"}]}`],
  okx: ['BTC-USDT@trade', (n, ms) => `{"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"${FIRST + n}","px":"9700${n % 10}.1","sz":"0.005","side":"sell","ts":"${ms}"}]}`],
  deribit: ['BTC-PERPETUAL@trade', (n, ms) => `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":[{"trade_seq":${250_000_000 + n},"trade_id":"${FIRST + 3 * n}","timestamp":${ms},"tick_direction":0,"price":9712${n % 10}.5,"instrument_name":"BTC-PERPETUAL","index_price":97100.1,"direction":"sell","amount":2000.0}]}}`],
} // prettier-ignore

function recordingOf(name: string, stream: string, frame: (n: number, ms: number) => string): string {
  const path = join(temporaryDirectory('backfill'), `${name}.jsonl`)
  const created = STARTED_MS * 1_000
  const lines = Array.from({ length: COUNT }, (_, n) => {
    const ms = STARTED_MS + n * STEP_MS
    return `{"t":${String(ms * 1_000 + 500)},"c":"${name}","d":${frame(n, ms)}}`
  })
  const header = JSON.stringify({ genesis: 'recording', version: 1, created, streams: [`${name}:${stream}`] })
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
  return path
}

describe.concurrent('--backfill by the archive of', () => {
  it.each(Object.entries(TRADES))('%s brings every trade that was dropped, once', async (name, [stream, frame]) => {
    const path = recordingOf(name, stream, frame)
    const whole = (await genesis(['replay', path, '--speed', 'max', '--json'])).events
    const box = await startBox(path, '--as', name, '--fault', 'drop=1.5%')
    const running = start(['stream', stream, '--exchange', name, '--url', box.url, '--json', '--backfill'])
    // The last trade, or the one before it where that is dropped, tells the last hole.
    const told = (): Event[] => eventsIn(running).filter(event => event['type'] === 'trade')
    const isWhole = (): boolean => {
      const [first, last] = [indexOf(whole, told()[0]), indexOf(whole, told().at(-1))]
      const furthest = Math.max(last, ...told().map(event => indexOf(whole, event)))
      return furthest > COUNT - 10 && told().length === furthest - first + 1
    }
    await until(isWhole, 40_000)
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    const server = await box.stop()
    expect(server['dropped']).toBeGreaterThan(0)
    const trades = events.filter(event => event['type'] === 'trade')
    const inOrder = [...trades].sort((one, other) => indexOf(whole, one) - indexOf(whole, other))
    const first = indexOf(whole, inOrder[0])
    expect(inOrder.map(said)).toEqual(
      whole
        .filter(event => event['type'] === 'trade')
        .slice(first, first + trades.length)
        .map(said),
    )
    expect(summary).toMatchObject({ duplicates: 0, deadLettered: 0 })
    expect(summary['backfill']).toMatchObject({ lost: 0, declined: 0 })
    expect(summary['backfill'].filled).toBeGreaterThan(0)
  })
})

/** All of an event but when it was received. */
function said(event: Event): string {
  return JSON.stringify({ ...event, received: null })
}

function indexOf(whole: readonly Event[], event: Event | undefined): number {
  return whole.findIndex(other => other['type'] === 'trade' && other['id'] === event?.['id'])
}

describe.concurrent('--backfill', () => {
  it('fills the holes of a lossy stream, late but once', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=2%')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json', '--backfill'])
    await until(() => eventsIn(running).filter(event => event['state'] === 'gap').length >= 3, 15_000)
    // The last holes are asked for half a second after they were noticed.
    await new Promise(resolve => setTimeout(resolve, 2_500))
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    const server = await box.stop()
    expect(server['dropped']).toBeGreaterThan(0)
    const { backfill } = summary
    expect(backfill.filled).toBeGreaterThan(0)
    expect(server['restRequests']).toBe(backfill.requests)
    const ids = idsOf(events)
    expect(new Set(ids).size).toBe(ids.length)
    expect(missing(ids)).toBe(backfill.lost)
    expect(summary['duplicates']).toBe(0)
  })

  it('of aggregated trades goes by their own ids', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=3%')
    const running = start(['stream', 'btcusdt@aggTrade', '--exchange', 'sim', '--url', box.url, '--json', '--backfill'])
    await until(() => eventsIn(running).some(event => event['state'] === 'gap'), 15_000)
    await new Promise(resolve => setTimeout(resolve, 2_500))
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    await box.stop()
    const ids = idsOf(events)
    expect(summary['backfill'].filled).toBeGreaterThan(0)
    expect(missing(ids)).toBe(summary['backfill'].lost)
  })

  it('is recorded, so that replay tells the same', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=2%,cut@200')
    const path = join(temporaryDirectory('backfill'), 'lossy.jsonl')
    const running = start([
      'record',
      'btcusdt@trade',
      '--exchange',
      'sim',
      '--url',
      box.url,
      '--json',
      '--backfill',
      '-o',
      path,
    ])
    await until(() => eventsIn(running).filter(event => event['state'] === 'gap').length >= 4, 15_000)
    await new Promise(resolve => setTimeout(resolve, 3_000))
    running.child.kill('SIGINT')
    const recorded = await running.finished
    await box.stop()
    expect(recorded.summary['backfill'].filled).toBeGreaterThan(0)
    const replayed = await genesis(['replay', path, '--exchange', 'sim', '--speed', 'max', '--json'])
    expect(replayed.summary).toMatchObject({
      deadLettered: 0,
      events: { trade: recorded.summary['events'].trade },
      gaps: recorded.summary['gaps'],
      duplicates: recorded.summary['duplicates'],
    })
    const ids = idsOf(replayed.events)
    expect(new Set(ids).size).toBe(ids.length)
    expect(missing(ids)).toBe(recorded.summary['backfill'].lost)
    const { filled, arrived } = recorded.summary['backfill']
    const gaps = await genesis(['gaps', path])
    const rows = gaps.events.filter(row => row['type'] === 'gap')
    const came = rows.reduce((sum, row) => sum + Number(row['backfilled'] ?? 0), 0)
    expect(came).toBe(filled + arrived)
    expect(gaps.summary).toMatchObject({ backfilled: came, missing: recorded.summary['backfill'].lost })
  })

  it('is there for genesis serve, too', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=3%')
    const args = ['btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json', '--backfill', '--port', '0']
    const running = start(['serve', ...args])
    await until(() => eventsIn(running).filter(event => event['state'] === 'gap').length >= 2, 15_000)
    await new Promise(resolve => setTimeout(resolve, 2_500))
    running.child.kill('SIGINT')
    const { summary } = await running.finished
    await box.stop()
    expect(summary['backfill'].filled).toBeGreaterThan(0)
  })

  it('asks for nothing unless told to', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=5%')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json'])
    await until(() => eventsIn(running).some(event => event['state'] === 'gap'), 15_000)
    await new Promise(resolve => setTimeout(resolve, 600))
    running.child.kill('SIGINT')
    const { summary } = await running.finished
    expect(summary).not.toHaveProperty('backfill')
    expect((await box.stop())['restRequests']).toBe(0)
  })
})
