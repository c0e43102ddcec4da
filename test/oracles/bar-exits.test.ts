import { describe, expect, it } from 'vitest'
import type { BracketRequest, OrderRequest } from '../../src/model/trading.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { bench, candleOf, tradeOf, type Bench } from '../trading/support.js'
import { expectWithin, oracleCases, type OracleCase } from './cases.js'

const HOUR = 3_600_000_000

/** freqtrade's own conventions and callbacks, each with what genesis does instead. */
const FREQTRADE_NOT: Readonly<Record<string, string>> = {
  'freqtrade.tc11':
    'fills a stop at its own price in a bar that opened beyond it and only later came up to it; genesis sells at the open',
  'freqtrade.tc16': 'a table of profit targets by age, -1 for any price: the exit is told to be at the low of its bar',
  'freqtrade.tc18': 'a table of profit targets by age; a strategy of genesis changes its limit order on a timer',
  'freqtrade.tc20': 'as above, with an age inside a bar, which is rounded up to the next one',
  'freqtrade.tc24': 'as above',
  'freqtrade.tc37': 'a callback moves the stop inside the bar of the entry',
  'freqtrade.tc46': 'closes what is open when the data end, at the open of the last bar; genesis leaves it open',
}

interface Signals {
  readonly bars: readonly number[][]
  readonly columns: readonly string[]
  readonly stop_loss: number
  readonly roi: Readonly<Record<string, number>>
  readonly leverage?: number
  readonly trailing_stop?: boolean
  readonly trailing_stop_positive?: number
  readonly trailing_stop_positive_offset?: number
  readonly custom_entry_price?: number
  readonly adjust_entry_price?: number
  /** Minutes. */
  readonly timeout?: number
}

/** An entry at the next open, or at a limit, with its exits attached to it; an exit signal as a market order. */
function freqtrade({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const signals = given as unknown as Signals
  const { bars, columns, leverage = 1, custom_entry_price: limit, timeout } = signals
  const column = (row: readonly number[], name: string): number => row[columns.indexOf(name)] ?? 0
  const desk = bench({ model: 'realistic', account: 'margin', leverage: '10' })
  bars.forEach((row, index) => {
    const prices = ['open', 'high', 'low', 'close'].map(name => column(row, name)) as [number, number, number, number]
    const time = (index + 1) * HOUR
    desk.feed(candleOf(prices, time))
    const held = Number(desk.desk.summary().positions[0]?.size ?? 0)
    const side = column(row, 'enter_long') === 1 ? 'buy' : column(row, 'enter_short') === 1 ? 'sell' : null
    if (side !== null && held === 0 && index + 1 < bars.length) {
      const entry = { side, size: '1', bracket: exitsOf(signals), tag: 'entry' } as const
      const until = timeout === undefined ? {} : ({ timeInForce: 'GTD', expires: time + timeout * 60_000_000 } as const)
      if (limit === undefined) desk.ask({ type: 'market', ...entry })
      else desk.ask({ type: 'limit', price: limit, ...until, ...entry })
    } else if (signals.adjust_entry_price !== undefined && desk.last('entry')?.status === 'open') {
      desk.ask({ type: 'modify', order: 'entry', price: signals.adjust_entry_price })
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

/** freqtrade counts profit on the margin, so that leverage shortens the distances in the price. */
function exitsOf({ stop_loss, roi, leverage = 1, trailing_stop, ...trailing }: Signals): BracketRequest {
  const share = (value: number): string => `${String(Number(((Math.abs(value) * 100) / leverage).toFixed(8)))}%`
  const { trailing_stop_positive: distance = stop_loss, trailing_stop_positive_offset: offset } = trailing
  return {
    stopLoss: share(stop_loss),
    ...(roi['0'] === undefined ? {} : { takeProfit: share(roi['0']) }),
    ...(trailing_stop === true ? { trailing: share(distance) } : {}),
    ...(trailing_stop === true && offset !== undefined ? { activation: share(offset) } : {}),
  }
}

/** The bar of an entry is the one after that in which it was sent, as freqtrade counts. */
function roundTrips(desk: Bench): { entryBar: number; exitBar: number; side: string; returned: number }[] {
  const fills = desk.fills()
  const trips = []
  for (let index = 0; index + 1 < fills.length; index += 2) {
    const [entry, exit] = [fills[index]!, fills[index + 1]!]
    const sign = entry.side === 'buy' ? 1 : -1
    const sent = desk.events.find(event => event.type === 'order' && event.id === entry.order)!
    trips.push({
      entryBar: sent.time / HOUR,
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
  readonly submitted?: string
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
  // Half an hour later the bar is known as far as it has come.
  const inside = String(order.submitted).startsWith('30 min')
  if (inside)
    desk.feed({ ...candleOf([o!, o!, o!, o!], 2 * HOUR), closed: false, time: 1.5 * HOUR, received: 1.5 * HOUR })
  desk.ask(request(order))
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
    const reasons: Readonly<Record<string, string>> = { ...FREQTRADE_NOT, ...LEAN_NOT }

    it.each(cases.filter(({ id }) => reasons[id] === undefined).map(oracle => [oracle.id, oracle] as const))(
      '%s',
      (id, oracle) => {
        runnerOf(id)(oracle)
      },
    )

    it('leaves out only cases that exist, each with its reason', () => {
      const ids = cases.map(({ id }) => id)
      expect(Object.keys(reasons).filter(id => !ids.includes(id))).toEqual([])
    })
  })
}
