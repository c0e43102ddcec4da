/** A whole backtest: ticks from a file against the mere reading of it, and bars against grademark. */
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { Random } from '../src/engine/random.js'
import type { Candle } from '../src/model/event.js'
import { JournalSource } from '../src/session/journal-source.js'
import { unpaced } from '../src/session/pace.js'
import { Session } from '../src/session/session.js'
import { planTrading, Trading } from '../src/session/trading.js'
import type { Bench, Contender } from './bench.js'
import { FIRST_MS } from './frames.js'
import { Digest, sink } from './harness.js'
import { writeRecording } from './record.js'
import { scratchPath } from './scratch.js'

const TRADES = 300_000
const BARS = 100_000
const FIRST_BAR_MS = Math.ceil(FIRST_MS / 60_000) * 60_000
const FAST = 20
const SLOW = 100

export const backtestBench: Bench = {
  name: 'backtest',
  about:
    'SMA crossover: decoding, arbiter, bus, strategy, risk, paper exchange with latency, ledger in exact decimals.',
  cases: () => [
    {
      name: 'ticks, from a file',
      unit: 'trades',
      rounds: 5,
      open: async () => {
        const path = scratchPath('backtest.jsonl')
        await writeRecording(path, TRADES, ['binance trade'])
        return [genesisTicks(path), readline(path)]
      },
      targets: { 'readline + JSON.parse, reading alone': 2 },
    },
    {
      name: 'bars, from memory',
      unit: 'bars',
      rounds: 5,
      open: async () => {
        const bars = makeBars(BARS)
        return [await genesisBars(bars), grademark(bars)]
      },
      targets: { grademark: 20 },
    },
  ],
}

async function open(capital: string, parameters: readonly string[]): Promise<{ session: Session; trading: Trading }> {
  const plan = await planTrading({
    strategies: ['sma'],
    parameters,
    capital,
    fees: '0,0',
    latencyMs: 0,
    seed: 1,
  })
  const session = new Session({
    command: 'backtest',
    streams: [],
    feed: null,
    filter: null,
    keepDeadLetter: () => undefined,
  })
  return { session, trading: new Trading(session, plan) }
}

function genesisTicks(path: string): Contender {
  const backtest = async (): Promise<string> => {
    const { session, trading } = await open('10000', ['fast=100', 'slow=500'])
    const source = await JournalSource.open({
      paths: [path],
      exchange: 'binance',
      pace: unpaced(() => performance.now()),
      onCorrupt: 'stop',
      stdin: process.stdin,
    })
    await source.run(
      frame => session.deliver(frame),
      event => session.deliverEvent(event),
    )
    trading.finish()
    for (const desk of trading.desks()) {
      const { failure } = desk.summary()
      if (failure !== null) throw new Error(`the strategy was stopped, and stopped is no measure of speed: ${failure}`)
    }
    return trading.digest()
  }
  return {
    name: 'genesis',
    run: () => backtest().then(() => TRADES),
    digest: backtest,
    note: 'digest of all it did; a signal every 375 trades',
  }
}

function readline(path: string): Contender {
  const read = async (): Promise<number> => {
    let lines = 0
    for await (const text of createInterface({ input: createReadStream(path) })) {
      sink.sum += Object.keys(JSON.parse(text) as object).length
      lines++
    }
    return lines - 1
  }
  return {
    name: 'readline + JSON.parse, reading alone',
    run: read,
    digest: async () => {
      const digest = new Digest()
      digest.add(await read())
      return digest.hex()
    },
    note: 'does nothing with what it reads',
  }
}

interface Bar {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** A minute each, from a full minute on; every bar opens where the last one closed. Waves let the averages cross without dithering, which grademark would miss. */
function makeBars(count: number): Bar[] {
  const random = new Random('bars')
  let cents = 9_700_000
  return Array.from({ length: count }, (_, index) => {
    const open = cents
    cents += Math.round(800 * Math.sin(index / 40)) + random.int(-100, 100)
    const high = Math.max(open, cents) + random.int(0, 500)
    const low = Math.min(open, cents) - random.int(0, 500)
    return {
      time: FIRST_BAR_MS + index * 60_000,
      open: open / 100,
      high: high / 100,
      low: low / 100,
      close: cents / 100,
    }
  })
}

/** Entry and exit of a position: bar and price of each. */
type RoundTrip = readonly [entered: number, entry: number, left: number, exit: number]

async function genesisBars(bars: readonly Bar[]): Promise<Contender> {
  const candles = bars.map((bar): Candle => {
    const start = bar.time * 1000
    const time = start + 59_999_999
    const { open, high, low, close } = bar
    const prices = { open, high, low, close, volume: 1_000, closed: true }
    const head = { type: 'candle', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const
    return { ...head, interval: '1m', start, ...prices, time, received: time }
  })
  const backtest = async (): Promise<RoundTrip[]> => {
    const { session, trading } = await open('1000000', [`fast=${FAST}`, `slow=${SLOW}`, 'on=candle', 'size=1'])
    const trips: RoundTrip[] = []
    let entry: [number, number] | undefined
    session.bus.subscribe('fill', ({ time, price, side }) => {
      const bar = Math.floor(time / 60_000_000) * 60_000
      if (side === 'buy') entry = [bar, Number(price)]
      else if (entry !== undefined) trips.push([...entry, bar, Number(price)])
    })
    for (const candle of candles) session.deliverEvent(candle)
    trading.finish()
    return trips
  }
  return Promise.resolve({
    name: 'genesis',
    run: () => backtest().then(() => bars.length),
    digest: () => backtest().then(digestOf),
    note: 'round trips: when and at what price',
  })
}

interface Grademark {
  readonly backtest: (
    strategy: object,
    series: unknown,
  ) => { entryTime: number; entryPrice: number; exitTime: number; exitPrice: number; exitReason: string }[]
}

interface DataForge {
  DataFrame: new (rows: readonly object[]) => unknown
}

/** The averages are made beforehand in one pass, which is faster than its own rolling windows. */
function grademark(bars: readonly Bar[]): Contender {
  const require = createRequire(import.meta.url)
  const { backtest } = require('grademark') as Grademark
  const { DataFrame } = require('data-forge') as DataForge
  const strategy = {
    entryRule: (enter: () => void, { bar }: { bar: { crossed: string } }) => {
      if (bar.crossed === 'up') enter()
    },
    exitRule: (exit: () => void, { bar }: { bar: { crossed: string } }) => {
      if (bar.crossed === 'down') exit()
    },
  }
  const run = (): RoundTrip[] =>
    backtest(strategy, new DataFrame(withCrossings(bars)))
      .filter(({ exitReason }) => exitReason === 'exit-rule')
      .map(trade => [trade.entryTime, trade.entryPrice, trade.exitTime, trade.exitPrice])
  return {
    name: 'grademark',
    run: () => {
      sink.sum += run().length
      return bars.length
    },
    digest: () => digestOf(run()),
  }
}

function withCrossings(bars: readonly Bar[]): object[] {
  let [fast, slow] = [0, 0]
  let above: boolean | undefined
  return bars.map((bar, index) => {
    fast += bar.close - (bars[index - FAST]?.close ?? 0)
    slow += bar.close - (bars[index - SLOW]?.close ?? 0)
    if (index < SLOW - 1) return { ...bar, crossed: '' }
    const difference = fast / FAST - slow / SLOW
    const was = above
    if (Math.abs(difference) > 1e-9) above = difference > 0
    const crossed = was === undefined || was === above ? '' : above === true ? 'up' : 'down'
    return { ...bar, crossed }
  })
}

function digestOf(trips: readonly RoundTrip[]): string {
  const digest = new Digest()
  for (const trip of trips) digest.add(trip)
  return digest.hex()
}
