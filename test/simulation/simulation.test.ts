/**
 * Two thousand worlds, each made of one seed: connections are cut, go mute, are refused, carry garbage, copies and holes, clocks are set and
 * the process stands still, in virtual time. Whatever happens, nothing is invented, nothing that arrived is lost, what is missing is
 * named, the account balances, the tape repeats the run, and once the weather is good every stream flows.
 * A failure names its seed: `seed=N npx vitest run test/simulation` runs that world alone.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Book, Trade } from '../../src/model/event.js'
import { planTrading, type TradingPlan } from '../../src/session/trading.js'
import type { MadeTrade } from './markets.js'
import type { Desk } from './world.js'

vi.mock('ws', async () => {
  const { SimulatedSocket } = await import('./socket.js')
  return { WebSocket: SimulatedSocket }
})
const { World } = await import('./world.js')

const SEEDS = 2_000
const PER_TEST = 100
const BAD_MS = 60_000
const GOOD_MS = 45_000
/** Every so many worlds one is made twice. */
const TWICE = 50

let plan: TradingPlan
beforeAll(async () => {
  plan = await planTrading({
    strategies: ['sma'],
    parameters: ['fast=2', 'slow=5'],
    capital: '100000',
    fees: '0.001,0.001',
    latencyMs: 50,
    model: undefined,
    seed: 1,
  })
})

const chosen = process.env['seed']
const batches =
  chosen === undefined ? Array.from({ length: SEEDS / PER_TEST }, (_, index) => index * PER_TEST) : [Number(chosen)]

describe('simulated worlds', () => {
  it.each(batches)('from seed %i on', { timeout: 300_000 }, async first => {
    const count = chosen === undefined ? PER_TEST : 1
    const before = { ...weathered }
    for (let seed = first; seed < first + count; seed++) {
      const digests = await lived(seed)
      if (seed % TWICE === 0) expect(await lived(seed), `seed ${String(seed)} made twice`).toEqual(digests)
    }
    expect(weathered.faults - before.faults).toBeGreaterThan(count)
    expect(weathered.reconnects - before.reconnects).toBeGreaterThanOrEqual(count === 1 ? 0 : count)
  })
})

/** What all worlds went through. */
const weathered = { faults: 0, reconnects: 0 }

/** Lets one world live and checks what must hold of it. @returns its digests. */
async function lived(seed: number): Promise<readonly string[]> {
  const world = new World(seed, plan)
  const delivered = new Map<string, Set<string>>()
  for (const venue of world.venues) {
    venue.onArrival.push(text => {
      const [, symbol, id] = /"s":"(\w+)","t":(\d+)/.exec(text) ?? []
      const match = /"type":"match","trade_id":(\d+)/.exec(text)?.[1]
      const [key, number] = match === undefined ? [symbol, id] : ['BTC-USD', match]
      if (key === undefined || number === undefined) return
      delivered.set(key, (delivered.get(key) ?? new Set()).add(number))
    })
  }
  await world.live(BAD_MS, GOOD_MS)
  const { desk, feed, venues, time } = world
  weathered.faults += venues.reduce((sum, { counts }) => sum + counts.faults, 0)
  weathered.reconnects += feed.stats().reconnects
  const about = `seed ${String(seed)}`

  expect(desk.session.checkAccount(), about).toBeUndefined()
  const garbage = venues.reduce((sum, { counts }) => sum + counts.garbage, 0)
  const arrived = venues.reduce((sum, { counts }) => sum + counts.arrived, 0)
  const summary = desk.session.summary('interrupted', 0)
  expect([summary.deadLettered, summary.frames, desk.deadLetters.length], `${about}: frames`).toEqual([
    garbage,
    arrived,
    garbage,
  ])
  checkTrades(desk, about, delivered, symbol => world.made(symbol))
  checkBook(desk, about, world.coinbase)

  const again = world.replayed()
  expect(again.digests(), `${about}: replayed`).toEqual(desk.digests())
  expect(time.waiting, `${about}: timers left`).toBe(0)
  return desk.digests()
}

/** Nothing invented, nothing twice, nothing that arrived withheld, and every hole between the first and the last in the ledger. */
function checkTrades(
  desk: Desk,
  about: string,
  delivered: ReadonlyMap<string, ReadonlySet<string>>,
  made: (symbol: string) => ReadonlyMap<string, MadeTrade>,
): void {
  const bySymbol = new Map<string, Trade[]>()
  for (const trade of desk.trades) {
    const known = bySymbol.get(trade.symbol)
    if (known === undefined) bySymbol.set(trade.symbol, [trade])
    else known.push(trade)
  }
  expect([...bySymbol.keys()].sort(), `${about}: every market is heard of`).toEqual(['BTC-USD', 'BTCUSDT', 'ETHUSDT'])
  for (const [symbol, trades] of bySymbol) {
    const what = `${about}: ${symbol}`
    const known = made(symbol)
    expect(
      trades.filter(trade => !isAs(trade, known.get(trade.id))),
      `${what}: invented`,
    ).toEqual([])
    const ids = trades.map(({ id }) => Number(id))
    const published = new Set(ids)
    expect(published.size, `${what}: once each`).toBe(ids.length)
    expect(
      [...(delivered.get(symbol) ?? [])].filter(id => !published.has(Number(id))),
      `${what}: withheld`,
    ).toEqual([])
    const [first, last] = [Math.min(...ids), Math.max(...ids)]
    expect(last, `${what}: flows in the end`).toBe(Math.max(...[...known.keys()].map(Number)))
    const missing = new Set<number>()
    for (let id = first; id <= last; id++) if (!published.has(id)) missing.add(id)
    const stream = symbol === 'BTC-USD' ? 'btc-usd@trade' : `${symbol.toLowerCase()}@trade`
    const named = new Set<number>()
    for (const row of desk.session.gaps.list()) {
      if (row.stream !== stream || row.from === null || row.to === null) continue
      for (let id = Number(row.from); id <= Number(row.to); id++) if (!published.has(id)) named.add(id)
    }
    expect(
      [...named].sort((a, b) => a - b),
      `${what}: holes`,
    ).toEqual([...missing])
  }
}

/** A consumer that follows the events has the market's book in the end, and none that it was told is gone. */
function checkBook(
  desk: Desk,
  about: string,
  market: { readonly bids: ReadonlyMap<string, string>; readonly asks: ReadonlyMap<string, string> },
): void {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  expect(desk.books[0]?.snapshot, `${about}: a book begins with a snapshot`).toBe(true)
  for (const book of desk.books) apply(sides, book)
  for (const side of ['bids', 'asks'] as const) {
    const real = [...market[side]].map(([price, size]) => [Number(price), Number(size)])
    expect([...sides[side]].sort(byPrice), `${about}: ${side}`).toEqual(real.sort(byPrice))
  }
}

function isAs({ price, size, side }: Trade, made: MadeTrade | undefined): boolean {
  return made?.price === price && made.size === size && made.side === side
}

function apply(sides: Record<'bids' | 'asks', Map<number, number>>, book: Book): void {
  for (const side of ['bids', 'asks'] as const) {
    if (book.snapshot) sides[side].clear()
    for (const [price, size] of book[side]) {
      if (size === 0) sides[side].delete(price)
      else sides[side].set(price, size)
    }
  }
}

function byPrice(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0)
}
