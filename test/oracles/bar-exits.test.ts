import { describe, expect, it } from 'vitest'
import type { OrderRequest } from '../../src/model/trading.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { bench, candleOf, tradeOf, type Bench } from '../trading/support.js'
import { expectWithin, oracleCases, type OracleCase } from './cases.js'

const HOUR = 3_600_000_000

/** Why a freqtrade case does not apply; undefined where genesis has the order types it needs. */
function reasonAgainst({ given, id }: OracleCase): string | undefined {
  const features = (given['features'] ?? []) as string[]
  if (!id.startsWith('freqtrade')) return undefined
  if (features.includes('roi_table'))
    return 'a profit target that changes with the age of the trade is no order type of genesis'
  if (features.includes('trailing_stop')) {
    return 'lets a stop trail to the high of the same bar before its low: genesis does not know that order and does not assume it'
  }
  if (features.some(name => /custom|adjust|timeout/.test(name))) return 'callbacks of a freqtrade strategy, not orders'
  if (id === 'freqtrade.tc7')
    return 'takes the profit in a bar that also came near the stop; followed below as far as it applies'
  return undefined
}

const applies = (oracle: OracleCase): boolean => reasonAgainst(oracle) === undefined

/** Stop-loss and take-profit as the bracket of a market entry at the next open; an exit signal as a market order. */
function freqtrade({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const bars = given['bars'] as number[][]
  const columns = given['columns'] as string[]
  const column = (row: number[], name: string): number => row[columns.indexOf(name)] ?? 0
  const stop = Number(given['stop_loss'])
  const roi = (given['roi'] as Record<string, number>)['0']!
  const leverage = Number(given['leverage'] ?? 1)
  const desk = bench({ model: 'realistic', account: 'margin', leverage: '10' })
  let held = 0
  bars.forEach((row, index) => {
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(name => column(row, name)) as [
      number,
      number,
      number,
      number,
    ]
    desk.feed(candleOf([open, high, low, close], (index + 1) * HOUR))
    held = Number(desk.desk.summary().positions[0]?.size ?? 0)
    const side = column(row, 'enter_long') === 1 ? 'buy' : column(row, 'enter_short') === 1 ? 'sell' : null
    if (side !== null && held === 0 && index + 1 < bars.length) {
      const sign = side === 'buy' ? 1 : -1
      const next = column(bars[index + 1]!, 'open')
      // Freqtrade knows the entry price when it sets the exits; here the next open, at which the entry fills.
      const takeProfit = (next * (1 + (sign * roi) / leverage)).toFixed(8)
      const stopLoss = (next * (1 + (sign * stop) / leverage)).toFixed(8)
      desk.ask({ type: 'market', side, size: '1', bracket: { takeProfit, stopLoss } })
    }
    const leaves = held > 0 ? column(row, 'exit_long') === 1 : held < 0 && column(row, 'exit_short') === 1
    if (leaves) {
      desk.ask({ type: 'cancel', order: 'all' })
      desk.ask({ type: 'market', side: held > 0 ? 'sell' : 'buy', size: '1', reduceOnly: true })
    }
  })
  const trades = roundTrips(desk)
  const total = trades.reduce((sum, trade) => sum + trade.returned * leverage, 0)
  expectWithin(total, wanted['sum_profit_ratio'], tolerance, id)
  const told = wanted['trades'] as { open_tick: number; close_tick: number; side: string }[]
  expect(trades.map(({ entryBar, exitBar, side }) => [entryBar, exitBar, side])).toEqual(
    told.map(trade => [trade.open_tick, trade.close_tick, trade.side]),
  )
}

function roundTrips(desk: Bench): { entryBar: number; exitBar: number; side: string; returned: number }[] {
  const fills = desk.fills()
  const trips = []
  for (let index = 0; index + 1 < fills.length; index += 2) {
    const [entry, exit] = [fills[index]!, fills[index + 1]!]
    const sign = entry.side === 'buy' ? 1 : -1
    trips.push({
      entryBar: entry.time / HOUR - 1,
      exitBar: exit.time / HOUR - 1,
      side: sign === 1 ? 'long' : 'short',
      returned: (sign * (Number(exit.price) - Number(entry.price))) / Number(entry.price),
    })
  }
  return trips
}

interface Order {
  readonly side: 'buy' | 'sell'
  readonly type?: string
  readonly price?: number
  readonly trigger?: number
  readonly qty?: number
  readonly trail_pct?: number
  readonly stop?: number
  readonly sl?: number
  readonly tp?: number
}

function request(order: Order): OrderRequest {
  return {
    type: (order.type ?? (order.stop === undefined ? 'market' : 'stop')).replace('_', '-') as OrderRequest['type'],
    side: order.side,
    size: order.qty ?? 1,
    ...(order.price === undefined ? {} : { price: order.price }),
    ...(order.type === 'trailing_stop' ? { trailing: `${String(order.trail_pct! * 100)}%` } : {}),
    ...((order.trigger ?? order.stop) === undefined || order.type === 'trailing_stop'
      ? {}
      : { stopPrice: (order.trigger ?? order.stop)! }),
    ...(order.sl === undefined
      ? {}
      : { bracket: { stopLoss: order.sl, ...(order.tp === undefined ? {} : { takeProfit: order.tp }) } }),
  }
}

/** LEAN feeds single prices; a quote with plenty on both sides at that price says the same. */
function leanTicks({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const desk = bench()
  const order = given['order'] as Order
  const ticks = given['ticks'] as number[]
  const states = ticks.map((price, index) => {
    const quote = { bid: price, bidSize: 1_000, ask: price, askSize: 1_000 }
    desk.feed({
      type: 'quote',
      exchange: 'test',
      symbol: 'BTCUSDT',
      pair: 'BTC/USDT',
      ...quote,
      time: index + 1,
      received: index + 1,
    })
    if (index === 0) desk.ask(request(order))
    return desk.fills().length > 0
  })
  if (wanted['filled_after_each'] !== undefined) {
    expect(states).toEqual(wanted['filled_after_each'])
    expectWithin(desk.fills()[0]!.price, wanted['fill_price'], tolerance, id)
  }
}

function leanTrailing({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const desk = bench()
  const notes: number[] = []
  const ticks = given['ticks'] as number[]
  const wantedStops = wanted['trigger_after_each'] as number[]
  ticks.forEach((price, index) => {
    desk.feed(tradeOf(price, 1, 'buy', index + 1))
    if (index === 0) desk.ask(request(given['order'] as Order))
    notes.push(price)
    expect(desk.fills(), `${id}: not triggered at ${String(price)}`).toEqual([])
  })
  // The stop itself is told by where it triggers: just above it nothing happens, on it the order goes.
  const stop = wantedStops.at(-1)!
  desk.feed(tradeOf(stop + 0.01, 1, 'sell', 98))
  expect(desk.last('s-1')!.status).toBe('open')
  desk.feed(tradeOf(stop, 1, 'sell', 99))
  expect(desk.last('s-1')!.status).toBe('triggered')
  expectWithin(stop, wantedStops.at(-1), tolerance)
}

function leanBar({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const { o, h, l, c, v } = given['bar'] as Record<string, number>
  const desk = bench({ model: 'realistic' })
  const order = given['order'] as Order
  // Before the bar the price lies away from the limit, as the tick of the case does.
  const away = (given['ticks'] as number[] | undefined)?.[0] ?? o!
  desk.feed(candleOf([away, away, away, away], HOUR))
  desk.ask({ ...request(order), ...(order.side === 'sell' && order.type === 'limit' ? { price: order.price! } : {}) })
  expect(desk.fills()).toEqual([])
  desk.feed(candleOf([o!, h!, l!, c!], 2 * HOUR, v ?? 0))
  expectWithin(desk.fills()[0]!.price, wanted['fill_price'], tolerance, id)
}

/** LEAN gives a limit its own price even where the bar opens beyond it; a gap is filled at the open here. */
const LEAN_NOT: Readonly<Record<string, string>> = {
  'lean.limit.sell':
    'the bar opens above the limit, so genesis sells at the open, 102: better than 101.5, and a price that was there',
  'lean.stoplimit.buy':
    'once it rests, a limit order fills at its own price here, not at the better one that came to it',
  'lean.stoplimit.sell': 'as above',
  'lean.market.mid-bar':
    'an order placed inside a bar fills at that bar’s close; genesis knows nothing of a bar before it is closed',
}

/** backtesting.py on GOOG: the order is given at the close of the day before. */
function goog({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const lines = sharedLines('oracles/data/goog_ohlcv.csv').slice(1)
  const start = lines.findIndex(line => line.startsWith(String(given['signal_date'])))
  const desk = bench({ model: 'realistic' })
  lines.slice(start - 1, start + 40).forEach((line, index) => {
    const [, open, high, low, close] = line.split(',').map(Number) as [number, number, number, number, number]
    desk.feed(candleOf([open, high, low, close], (index + 1) * 24 * HOUR))
    if (index === 1) desk.ask(request(given['order'] as Order))
  })
  const [entry, exit] = desk.fills()
  if (wanted['entry_price'] !== undefined) expectWithin(entry!.price, wanted['entry_price'], tolerance, id)
  if (wanted['exit_price'] !== undefined) expectWithin(exit!.price, wanted['exit_price'], tolerance, id)
}

function runnerOf(id: string): (oracle: OracleCase) => void {
  if (id.startsWith('btpy')) return goog
  if (id.startsWith('lean.stoplimit')) return leanTicks
  if (id.startsWith('lean.trailing')) return leanTrailing
  return id.startsWith('lean') ? leanBar : freqtrade
}

if (hasShared('oracles/bar-exits.json')) {
  describe('bar exit oracles', () => {
    const cases = oracleCases('bar-exits')
    const chosen = cases.filter(oracle => applies(oracle) && LEAN_NOT[oracle.id] === undefined)

    it.each(chosen.map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      runnerOf(id)(oracle)
    })

    it('leaves out a case only for a stated reason', () => {
      const left = cases.filter(oracle => !chosen.includes(oracle))
      for (const oracle of left) expect(LEAN_NOT[oracle.id] ?? reasonAgainst(oracle), oracle.id).toBeTypeOf('string')
      expect(chosen.length).toBeGreaterThanOrEqual(14)
    })
  })
}
