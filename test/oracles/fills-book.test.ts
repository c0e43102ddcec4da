import { describe, expect, it } from 'vitest'
import type { Level } from '../../src/model/event.js'
import type { OrderRequest } from '../../src/model/trading.js'
import { FILL_MODELS } from '../../src/trading/fill-model.js'
import { decimal, decimalOf, textOf } from '../../src/trading/money.js'
import { cancelBehind, levelChanged, reach, type CancelRule } from '../../src/trading/queue.js'
import { WorkingOrder } from '../../src/trading/working-order.js'
import { hasShared } from '../support/shared.js'
import { bench, bookOf, candleOf, quoteOf, tradeOf, type Bench } from '../trading/support.js'
import { marketOf } from '../../src/trading/market.js'
import { expectWithin, oracleCases, type OracleCase } from './cases.js'

type Texts = readonly [string, string]
interface GivenOrder {
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly price?: string | number
  readonly trigger?: string
  readonly qty: string | number
  readonly tif?: 'IOC' | 'FOK'
  readonly post_only?: boolean
}

/** Cases that genesis does not follow, each with its reason. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'nt.l1.slip':
    'fills the rest one tick behind the only price displayed; genesis invents no price and waits for the next quote',
  'freqtrade.dryrun.market.buy.1000.25.564':
    'fills what the book does not hold at its last level; genesis fills only what is displayed',
  'freqtrade.dryrun.market.sell.1000.25.564': 'as above: the average is cut to two ticks by the size beyond the book',
  'freqtrade.dryrun.market.sell.10000.27': 'the result is clamped to 5 % off a reference rate, a price nobody offered',
  'hummingbot.paper.trade-strict': 'anti-oracle: 0.1 traded must not fill 10',
}
/** Slippage as a function of a bar's volume is a model of LEAN; genesis fills at prices that were there. */
const isVolumeShare = (id: string): boolean => id.startsWith('lean.volshare')

const levels = (texts: readonly (readonly [string | number, string | number])[] = []): Level[] =>
  texts.map(([price, size]) => [Number(price), Number(size)])

function request({ side, type, price, trigger, qty, tif, post_only }: GivenOrder): OrderRequest {
  return {
    type: type === 'stop_market' ? 'stop' : (type as OrderRequest['type']),
    side,
    size: String(qty),
    ...(price === undefined ? {} : { price: String(price) }),
    ...(trigger === undefined ? {} : { stopPrice: trigger }),
    ...(tif === undefined ? {} : { timeInForce: tif }),
    ...(post_only === undefined ? {} : { postOnly: post_only }),
  }
}

function withBook(bids: readonly Texts[] | undefined, asks: readonly Texts[] | undefined): Bench {
  const desk = bench()
  desk.feed(bookOf(levels(bids), levels(asks), 1))
  return desk
}

const filledPairs = (desk: Bench): string[][] => desk.fills().map(({ price, size }) => [price, size])
const filledSizes = (desk: Bench): string[] => desk.fills().map(({ size }) => size)
const same = (texts: readonly Texts[]): string[][] =>
  texts.map(([price, size]) => [textOf(decimal(price)), textOf(decimal(size))])

const RUN: Readonly<Record<string, (given: Record<string, never>, wanted: Record<string, never>) => void>> = {
  'nt.consume.level': (given, wanted) => {
    const { bids, asks } = given['book'] as unknown as { bids: Texts[]; asks: Texts[] }
    const desk = withBook(bids, asks)
    for (const size of given['market_buys'] as unknown as string[]) desk.ask({ type: 'market', side: 'buy', size })
    expect(filledSizes(desk)).toEqual(wanted['fills'])
  },
  'nt.consume.multi': (given, wanted) => {
    const desk = withBook([], (given['book'] as unknown as { asks: Texts[] }).asks)
    const sums = (given['orders'] as unknown as GivenOrder[]).map(order => {
      const before = desk.fills().length
      desk.ask(request(order))
      return desk
        .fills()
        .slice(before)
        .reduce((sum, fill) => sum.plus(fill.size), decimal('0'))
    })
    expect(sums.map(textOf)).toEqual(wanted['filled'])
  },
  'nt.consume.doc': (given, wanted) => {
    const desk = withBook([], (given['book'] as unknown as { asks: Texts[] }).asks)
    const buys = given['market_buys'] as unknown as string[]
    for (const size of buys) desk.ask({ type: 'market', side: 'buy', size })
    expect(filledSizes(desk)).toEqual(wanted['fills'])
    // What is left is what the next order gets: 20 of the old display, 120 of the new one.
    desk.ask({ type: 'market', side: 'buy', size: '1000' })
    expect(filledSizes(desk).at(-1)).toBe((wanted['available_after'] as unknown as string[]).at(-1))
    desk.feed(bookOf([], [[100, Number(given['then_level'])]], 2, false))
    desk.ask({ type: 'market', side: 'buy', size: '1000' })
    expect(filledSizes(desk).at(-1)).toBe(wanted['available_after_update'])
  },
  'nt.stop.trade-seeding': (given, wanted) => {
    const { bids, asks } = given['book'] as unknown as { bids: Texts[]; asks: Texts[] }
    const desk = withBook(bids, asks)
    desk.ask(request(given['order'] as unknown as GivenOrder))
    const [side, price, size] = given['trade'] as unknown as ['buy', string, string]
    desk.feed(tradeOf(Number(price), Number(size), side, 2))
    expect(filledPairs(desk)).toEqual(same(wanted['fills'] as unknown as Texts[]))
  },
  'nt.l1.passive-consumption': (given, wanted) => {
    const desk = bench()
    const quotes = given['quotes'] as unknown as { ask: Texts }[]
    const filled = quotes.map(({ ask }, index) => {
      const before = desk.fills().length
      desk.feed(quoteOf([90, 1], [Number(ask[0]), Number(ask[1])], index + 1))
      if (index === 0) desk.ask(request(given['order'] as unknown as GivenOrder))
      return desk
        .fills()
        .slice(before)
        .reduce((sum, fill) => sum.plus(fill.size), decimal('0'))
    })
    expect(filled.map(textOf)).toEqual(wanted['fill_after_each'])
    const { size, filled: done } = desk.last('s-1')!
    expect(textOf(decimal(size).minus(done))).toBe(wanted['remaining'])
  },
  'nt.trade-through.price': (given, wanted) => {
    const desk = restingAgainstTrade(given)
    expect(desk.fills().map(({ price }) => price)).toEqual([wanted['fill_price']])
  },
  'nt.aggressor': given => {
    expect(restingAgainstTrade(given).fills()).toEqual([])
  },
  // What is protected is an immediate limit so far beyond the best price.
  'nt.protection.boundary': (given, wanted) => {
    const asks = given['asks'] as unknown as Texts[]
    const desk = withBook([], asks)
    const { side, qty } = given['order'] as unknown as GivenOrder
    const price = textOf(decimal(asks[0]![0]).plus(given['points_offset'] as unknown as string))
    desk.ask({ type: 'limit', side, size: String(qty), price, timeInForce: 'IOC' })
    expect(filledPairs(desk)).toEqual(same(wanted['fills'] as unknown as Texts[]))
  },
  'nt.tif.fok': timeInForce,
  'nt.tif.ioc': timeInForce,
  'nt.postonly': timeInForce,
  'nt.bar.limit-partial': (given, wanted) => {
    const { o, h, l, c, v } = given['bar'] as unknown as Record<string, string>
    const desk = bench({ model: 'realistic' })
    desk.feed(candleOf([1500, 1500, 1500, 1500], 3_600_000_000, 1))
    desk.ask(request(given['order'] as unknown as GivenOrder))
    desk.feed(candleOf([Number(o), Number(h), Number(l), Number(c)], 7_200_000_000, Number(v)))
    expect(filledPairs(desk)).toEqual(same([wanted['fill'] as unknown as Texts]))
  },
  'hft.riskadverse': (given, wanted) => {
    const order = working('buy', '10', '5')
    order.ahead = order.levelSize = decimalOf(Number(given['level_qty']))
    const [first, depth, last] = given['events'] as unknown as Record<string, number & [number, number]>[]
    const model = FILL_MODELS.pessimistic
    const trade = (size: number) => reach(order, tradeOf(10, size, 'sell', 1), model)
    trade(first!['trade_same_side_level']!)
    const fronts = [Number(order.ahead)]
    levelChanged(order, decimalOf(depth!['depth']![1]), model)
    fronts.push(Number(order.ahead))
    const left = trade(last!['trade_same_side_level']!)
    // That engine lets the front run below zero by what fills; here it stops at zero and the rest is told.
    fronts.push(Number(order.ahead.minus(left)))
    expect(fronts).toEqual(wanted['front_after'])
    expect(Number(left)).toBe(wanted['fill_qty'])
  },
}

function timeInForce(given: Record<string, never>, wanted: Record<string, never>): void {
  const desk = withBook([], given['asks'])
  desk.ask(request(given['order'] as unknown as GivenOrder))
  const { status, filled } = desk.last('s-1')!
  expect(textOf(decimal(filled))).toBe(textOf(decimal(String(wanted['filled']))))
  expect(status).toBe(String(wanted['status']).replace('canceled', 'cancelled'))
}

function restingAgainstTrade(given: Record<string, never>): Bench {
  const desk = bench()
  const order = given['order'] as unknown as GivenOrder
  const away = order.side === 'buy' ? 200 : 50
  desk.feed(tradeOf(away, 1, 'buy', 1))
  desk.ask(request(order))
  const [side, price, size] = given['trade'] as unknown as ['sell', string, string]
  desk.feed(tradeOf(Number(price), Number(size), side, 2))
  return desk
}

function working(side: 'buy' | 'sell', price: string, size: string): WorkingOrder {
  const desk = bench()
  desk.feed(tradeOf(side === 'buy' ? 1_000 : 1, 1, 'buy', 1))
  desk.ask({ type: 'limit', side, price, size })
  return new WorkingOrder(marketOf({ exchange: 'test', symbol: 'BTCUSDT', pair: 'BTC/USDT' })!, desk.last('s-1')!)
}

function marketOrderAverage({ given, expect: wanted, tolerance }: OracleCase): void {
  const desk = bench()
  const { bids, asks, side, qty } = given as unknown as {
    bids: Level[]
    asks: Level[]
    side: 'buy' | 'sell'
    qty: number
  }
  desk.feed(bookOf(bids, asks, 1))
  desk.ask({ type: 'market', side, size: qty })
  const [value, size] = desk
    .fills()
    .reduce(([total, sum], fill) => [total + Number(fill.price) * Number(fill.size), sum + Number(fill.size)], [0, 0])
  expect(size).toBe(qty)
  expectWithin(value / size, wanted['avg_price'], tolerance)
}

function immediateLimit({ given, expect: wanted }: OracleCase): void {
  const desk = bench()
  desk.feed(quoteOf([Number(given['best_bid']), 1_000], [Number(given['best_ask']), 1_000], 1))
  desk.ask({ type: 'limit', side: given['side'] as 'buy', size: '1', price: Number(given['limit']) })
  expect(desk.fills().length > 0).toBe(wanted['filled'])
}

/** hftbacktest's four rules by what genesis would do with the same book, trade and queue. */
function exchangeRule({ given, expect: wanted }: OracleCase): void {
  const { side, price, book, trade, queue_front } = given as unknown as {
    side: 'buy' | 'sell'
    price: number
    book: { best_ask?: number; best_bid?: number }
    trade: { side: 'buy' | 'sell'; price: number } | null
    queue_front: number
  }
  const desk = bench()
  const own: Level[] = queue_front === 0 ? [] : [[price, queue_front]]
  const far: Level = side === 'buy' ? [price + 1, 10] : [price - 1, 10]
  desk.feed(side === 'buy' ? bookOf(own, [far], 1) : bookOf([far], own, 1))
  desk.ask({ type: 'limit', side, size: '1', price })
  if (trade === null)
    desk.feed(side === 'buy' ? bookOf(own, [[book.best_ask!, 10]], 2) : bookOf([[book.best_bid!, 10]], own, 2))
  else desk.feed(tradeOf(trade.price, 1, trade.side, 2))
  expect(desk.fills().length > 0).toBe(wanted['filled'])
}

function probabilities({ given, expect: wanted, tolerance, id }: OracleCase): void {
  for (const [rule, value] of Object.entries(wanted)) {
    const actual = cancelBehind(rule as CancelRule, Number(given['front']), Number(given['back']), Number(given['n']))
    expectWithin(actual, value, tolerance, `${id} ${rule}`)
  }
}

function runnerOf(id: string): ((oracle: OracleCase) => void) | undefined {
  if (id.startsWith('freqtrade.dryrun.market')) return marketOrderAverage
  if (id.startsWith('freqtrade.dryrun.limit')) return immediateLimit
  if (id.startsWith('hft.rule')) return exchangeRule
  if (id.startsWith('hft.prob')) return probabilities
  const run = RUN[id]
  return run && (oracle => run(oracle.given as Record<string, never>, oracle.expect as Record<string, never>))
}

if (hasShared('oracles/fills-book.json')) {
  describe('book fill oracles', () => {
    const cases = oracleCases('fills-book')
    const applies = ({ id }: OracleCase): boolean => NOT_APPLICABLE[id] === undefined && !isVolumeShare(id)

    it.each(cases.filter(applies).map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      const run = runnerOf(id)
      expect(run, `nothing runs ${id}`).toBeDefined()
      run!(oracle)
    })

    it('leaves out only cases that exist', () => {
      const ids = cases.map(({ id }) => id)
      expect(Object.keys(NOT_APPLICABLE).filter(id => !ids.includes(id))).toEqual([])
    })

    it('does not over-fill as the anti-oracle does', () => {
      const anti = cases.find(({ kind }) => kind === 'anti-oracle')!
      const order = anti.given['order'] as GivenOrder
      const trades = anti.given['trades'] as ['sell', number, number][]
      const desk = bench()
      desk.feed(tradeOf(200, 1, 'buy', 1))
      desk.ask(request(order))
      desk.feed(...trades.map(([side, price, size], index) => tradeOf(price, size, side, index + 2)))
      expect(filledSizes(desk)).toEqual(['0.1'])
    })
  })
}
