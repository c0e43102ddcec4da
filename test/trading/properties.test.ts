import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Trade } from '../../src/model/event.js'
import type { Fill, OrderRequest } from '../../src/model/trading.js'
import type { FillModelName } from '../../src/trading/fill-model.js'
import { decimal, textOf, ZERO, type Decimal } from '../../src/trading/money.js'
import { bench, bookOf, quoteOf, tradeOf, type Bench } from './support.js'

const cents = (low: number, high: number) => fc.integer({ min: low, max: high }).map(value => value / 100)
const side = fc.constantFrom('buy' as const, 'sell' as const)

const order = fc.record({
  side,
  type: fc.constantFrom('market' as const, 'limit' as const),
  size: cents(1, 500),
  price: cents(9_800, 10_200),
  timeInForce: fc.constantFrom('GTC' as const, 'IOC' as const, 'FOK' as const),
  postOnly: fc.boolean(),
})

const market = fc.oneof(
  fc.record({
    kind: fc.constant('trade' as const),
    side: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    price: cents(9_800, 10_200),
    size: cents(1, 300),
  }),
  fc.record({
    kind: fc.constant('quote' as const),
    middle: cents(9_850, 10_150),
    bidSize: cents(1, 300),
    askSize: cents(1, 300),
  }),
)
const step = fc.oneof({ weight: 3, arbitrary: market }, { weight: 1, arbitrary: order })
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function play(
  steps: readonly Step[],
  options: Parameters<typeof bench>[0] = {},
  quotes: 'quotes' | 'trades' = 'quotes',
): Bench {
  const desk = bench(options)
  desk.feed(tradeOf(100, 1, 'buy', 1))
  steps.forEach((step, index) => {
    const time = (index + 2) * 1_000
    if ('type' in step) desk.ask(request(step))
    else if (step.kind === 'trade') desk.feed(tradeOf(step.price, step.size, step.side, time))
    else if (quotes === 'quotes') {
      desk.feed(quoteOf([step.middle - 0.05, step.bidSize], [step.middle + 0.05, step.askSize], time))
    }
  })
  return desk
}

function request({ price, postOnly, ...rest }: Extract<Step, { type: string }>): OrderRequest {
  return rest.type === 'market' ? rest : { ...rest, price, postOnly }
}

const signed = (fill: Fill): Decimal => (fill.side === 'buy' ? decimal(fill.size) : decimal(fill.size).times(-1))
const total = (values: readonly Decimal[]): Decimal => values.reduce((sum, value) => sum.plus(value), ZERO)

describe('conservation', () => {
  it('moves nothing but what fills and fees say, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom('quote', 'base', 'received'), (steps, asset) => {
        const capital = { USDT: '1000', BTC: '10' }
        const desk = play(steps, { capital, fees: { maker: '-0.0001', taker: '0.00075', asset } })
        const { balances, positions } = desk.desk.summary()
        const fills = desk.fills()
        const fees = (name: string) =>
          total(fills.filter(fill => fill.feeAsset === name).map(fill => decimal(fill.fee)))
        const base = decimal('10')
          .plus(total(fills.map(signed)))
          .minus(fees('BTC'))
        const quote = decimal('1000')
          .minus(total(fills.map(fill => signed(fill).times(fill.price))))
          .minus(fees('USDT'))
        expect([balances['BTC'], balances['USDT']]).toEqual([textOf(base), textOf(quote)])
        expect(decimal(balances['USDT']!).gte(ZERO)).toBe(true)
        expect(decimal(balances['BTC']!).gte(ZERO)).toBe(true)
        // A fee in the base asset is paid out of the position.
        expect(positions[0]?.size).toBe(textOf(total(fills.map(signed)).minus(fees('BTC'))))
      }),
      { numRuns: 150 },
    )
  })

  it('keeps orders = filled + cancelled + rejected + expired + open, and fills within their order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const desk = play(steps)
        const { counts, openOrders } = desk.desk.summary()
        const orders = desk.events.filter(event => event.type === 'order')
        const filled = orders.filter(({ status }) => status === 'filled').length
        expect(counts.orders).toBe(filled + counts.cancelled + counts.rejected + counts.expired + openOrders.length)
        for (const id of new Set(orders.map(event => event.id))) {
          const sum = total(
            desk
              .fills()
              .filter(fill => fill.order === id)
              .map(fill => decimal(fill.size)),
          )
          const last = orders.findLast(event => event.id === id)!
          expect(textOf(sum)).toBe(last.filled)
          expect(sum.lte(last.size)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('fills', () => {
  it('are never worse than the limit', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('quotes' as const, 'trades' as const),
        (steps, source) => {
          const desk = play(steps, {}, source)
          for (const fill of desk.fills()) {
            const { price } = desk.last(fill.order)!
            if (price === null) continue
            expect(fill.side === 'buy' ? decimal(fill.price).lte(price) : decimal(fill.price).gte(price)).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('take no more from one trade than it traded, all orders together', () => {
    fc.assert(
      fc.property(
        fc.array(order, { minLength: 1, maxLength: 12 }),
        fc.array(market, { maxLength: 20 }),
        (orders, events) => {
          const desk = bench({ model: 'optimistic' })
          desk.feed(tradeOf(100, 1, 'buy', 1))
          for (const wanted of orders) desk.ask(request(wanted))
          events.forEach((event, index) => {
            if (event.kind !== 'trade') return
            const trade: Trade = tradeOf(event.price, event.size, event.side, (index + 2) * 1_000)
            const told = desk.feed(trade).filter(found => found.type === 'fill')
            expect(total(told.map(fill => decimal(fill.size))).lte(String(event.size))).toBe(true)
          })
        },
      ),
      { numRuns: 150 },
    )
  })

  it('take no more from one display than it displayed, all orders together', () => {
    const sizes = fc.array(cents(1, 300), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.array(cents(1, 500), { minLength: 1, maxLength: 10 }), (displayed, wanted) => {
        const desk = bench()
        desk.feed(
          bookOf(
            [[90, 1]],
            displayed.map((size, index) => [100 + index, size]),
            1,
          ),
        )
        for (const size of wanted) desk.ask({ type: 'market', side: 'buy', size })
        const taken = total(desk.fills().map(fill => decimal(fill.size)))
        const there = total(displayed.map(size => decimal(String(size))))
        const asked = total(wanted.map(size => decimal(String(size))))
        expect(textOf(taken)).toBe(textOf(asked.lt(there) ? asked : there))
      }),
      { numRuns: 100 },
    )
  })
})

describe('the three models', () => {
  const filledBy = (model: FillModelName, wanted: OrderRequest, trades: readonly Trade[]): Fill[] => {
    const desk = bench({ model })
    desk.feed(tradeOf(wanted.type === 'limit' ? (wanted.side === 'buy' ? 105 : 95) : 100, 1, 'buy', 1))
    desk.ask(wanted)
    desk.feed(...trades)
    return desk.fills()
  }
  const tape = fc.array(
    fc.record({
      price: cents(9_900, 10_100),
      size: cents(1, 300),
      side: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    }),
    { minLength: 1, maxLength: 30 },
  )
  const MODELS: readonly FillModelName[] = ['pessimistic', 'realistic', 'optimistic']

  it('fill a resting order the more the more optimistic they are', () => {
    fc.assert(
      fc.property(side, cents(9_950, 10_050), cents(1, 500), tape, (way, price, size, events) => {
        const trades = events.map((event, index) => tradeOf(event.price, event.size, event.side, index + 2))
        const sums = MODELS.map(model =>
          Number(
            textOf(
              total(filledBy(model, { type: 'limit', side: way, size, price }, trades).map(fill => decimal(fill.size))),
            ),
          ),
        )
        expect(sums[0]).toBeLessThanOrEqual(sums[1]!)
        expect(sums[1]).toBeLessThanOrEqual(sums[2]!)
      }),
      { numRuns: 200 },
    )
  })

  it('fill a market order the cheaper the more optimistic they are', () => {
    fc.assert(
      fc.property(side, cents(1, 500), tape, (way, size, events) => {
        const trades = events.map((event, index) => tradeOf(event.price, event.size, event.side, index + 2))
        const [bad, fair, good] = MODELS.map(model => {
          const fills = filledBy(model, { type: 'market', side: way, size }, trades)
          return total(fills.map(fill => decimal(fill.size).times(fill.price)))
        })
        const sign = way === 'buy' ? 1 : -1
        expect(bad!.minus(fair!).times(sign).gte(ZERO)).toBe(true)
        expect(fair!.minus(good!).times(sign).gte(ZERO)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

/** A tape with displays: an order is placed in view of quotes or of a book, which change and are traded against. */
describe('the three models in view of a display', () => {
  const MODELS: readonly FillModelName[] = ['pessimistic', 'realistic', 'optimistic']
  const changes = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('trade' as const),
        side: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
        ticks: fc.integer({ min: -6, max: 6 }),
        size: cents(1, 300),
      }),
      fc.record({
        kind: fc.constant('display' as const),
        ticks: fc.integer({ min: -4, max: 4 }),
        bids: fc.array(cents(0, 300), { minLength: 3, maxLength: 3 }),
        asks: fc.array(cents(0, 300), { minLength: 3, maxLength: 3 }),
      }),
    ),
    { minLength: 1, maxLength: 25 },
  )
  const wanted = fc.record({
    type: fc.constantFrom('market' as const, 'limit' as const),
    side,
    size: cents(1, 700),
    ticks: fc.integer({ min: -5, max: 5 }),
    timeInForce: fc.constantFrom('GTC' as const, 'IOC' as const),
  })
  const priceAt = (ticks: number): number => Math.round(10_000 + ticks) / 100
  /** Three levels a side; quotes show the first only. */
  const show = (desk: Bench, source: 'quotes' | 'book', middle: number, sizes: number[][], time: number): void => {
    const [bids, asks] = sizes as [number[], number[]]
    const level = (size: number, tick: number): [number, number] => [priceAt(middle + tick), size]
    if (source === 'quotes') desk.feed(quoteOf(level(bids[0]!, -1), level(asks[0]!, 1), time))
    else {
      const shown = [bids.map((size, at) => level(size, -1 - at)), asks.map((size, at) => level(size, 1 + at))]
      const [lower, upper] = shown.map(side => side.filter(([, size]) => size > 0))
      desk.feed(bookOf(lower!, upper!, time))
    }
  }

  it('fill as much, as early and as cheaply as the next, at least', () => {
    const source = fc.constantFrom('quotes' as const, 'book' as const)
    const arrival = fc.integer({ min: 0, max: 4 })
    fc.assert(
      fc.property(source, arrival, wanted, changes, (source, arrival, { ticks, type, ...order }, events) => {
        const desks = MODELS.map(model => bench({ model }))
        for (const desk of desks) show(desk, source, 0, [[1, 2, 3], [1, 2, 3]], 1) // prettier-ignore
        events.forEach((event, index) => {
          const [pessimistic, realistic, optimistic] = desks.map(desk => {
            if (index === Math.min(arrival, events.length - 1))
              desk.ask({ ...order, type, ...(type === 'limit' ? { price: priceAt(ticks) } : {}) })
            if (event.kind === 'trade') desk.feed(tradeOf(priceAt(event.ticks), event.size, event.side, index + 2))
            else show(desk, source, event.ticks, [event.bids, event.asks], index + 2)
            return desk.fills()
          }) as [Fill[], Fill[], Fill[]]
          expectDominated(pessimistic, realistic, order.side)
          expectDominated(realistic, optimistic, order.side)
        })
      }),
      { numRuns: 1_000 },
    )
  })

  /** `better` has filled at least as much, and what both have filled has cost it no more. */
  function expectDominated(worse: readonly Fill[], better: readonly Fill[], way: 'buy' | 'sell'): void {
    const filled = sizeOf(worse)
    expect(filled.lte(sizeOf(better))).toBe(true)
    const more = valueOf(worse, filled).minus(valueOf(better, filled))
    expect((way === 'buy' ? more : more.times(-1)).gte(ZERO)).toBe(true)
  }

  const sizeOf = (fills: readonly Fill[]): Decimal => total(fills.map(fill => decimal(fill.size)))
  /** What the first `size` of these fills was worth. */
  function valueOf(fills: readonly Fill[], size: Decimal): Decimal {
    let [left, value] = [size, ZERO]
    for (const fill of fills) {
      const part = left.lt(fill.size) ? left : decimal(fill.size)
      value = value.plus(part.times(fill.price))
      left = left.minus(part)
    }
    return value
  }
})

describe('repetition', () => {
  it('gives the same events for the same input', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        expect(JSON.stringify(play(steps).events)).toBe(JSON.stringify(play(steps).events))
      }),
      { numRuns: 30 },
    )
  })
})
