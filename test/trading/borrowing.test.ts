import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, textOf } from '../../src/trading/money.js'
import { bench, tradeOf, type Bench } from './support.js'

const MINUTE = 60_000_000

/** 1,000 USDT, up to five times that on margin, 0.24 % a day: 0.01 % an hour. */
function margin(borrowRates: Record<string, string> | null = { '*': '0.24' }, capital = '1000'): Bench {
  const desk = bench({
    account: 'margin',
    leverage: '5',
    capital,
    ...(borrowRates === null ? {} : { borrowRates }),
  })
  desk.feed(tradeOf(100, 1, 'buy', 1))
  return desk
}

/** A market order that fills at once at the price of the minute. */
function take(desk: Bench, side: 'buy' | 'sell', size: string, minute: number, price = 100): void {
  desk.ask({ type: 'market', side, size })
  desk.feed(tradeOf(price, 1_000, side, minute * MINUTE))
}

const passes = (desk: Bench, minute: number, price = 100): void =>
  void desk.feed(tradeOf(price, 1, 'sell', minute * MINUTE))
const interest = (desk: Bench): unknown => desk.desk.summary().interest
const cash = (desk: Bench): string | undefined => desk.desk.summary().balances['USDT']

describe('interest on debts', () => {
  it('is paid for each begun hour of what is owed, and becomes debt itself', () => {
    const desk = margin()
    take(desk, 'buy', '20', 1)
    passes(desk, 60)
    expect([interest(desk), cash(desk)]).toEqual([{}, '-1000'])
    passes(desk, 61)
    expect([interest(desk), cash(desk)]).toEqual([{ USDT: '0.1' }, '-1000.1'])
    passes(desk, 121)
    // 1,000.1 owed in the second hour, 0.10001 for it.
    expect([interest(desk), cash(desk)]).toEqual([{ USDT: '0.20001' }, '-1000.20001'])
    expect(desk.events.filter(({ type }) => type === 'equity')).toHaveLength(3)
  })

  it('is due in the asset that was sold short', () => {
    const desk = margin({ BTC: '0.24', USDT: '99' })
    take(desk, 'sell', '10', 1)
    passes(desk, 62, 90)
    expect(interest(desk)).toEqual({ BTC: '0.001' })
    expect(desk.desk.summary().balances).toEqual({ USDT: '2000', BTC: '-10.001' })
    expect(desk.desk.summary().equity.equity).toBe('1099.91')
  })

  it('counts a begun hour whole, on the most that was owed in it', () => {
    const desk = margin()
    take(desk, 'buy', '12', 1)
    take(desk, 'buy', '18', 20)
    take(desk, 'sell', '30', 30)
    take(desk, 'buy', '11', 50)
    take(desk, 'sell', '11', 55)
    passes(desk, 61)
    // 2,000 owed from minute 20 to 30.
    expect([interest(desk), cash(desk)]).toEqual([{ USDT: '0.2' }, '999.8'])
    passes(desk, 500)
    expect(interest(desk)).toEqual({ USDT: '0.2' })
    take(desk, 'buy', '20', 501)
    desk.desk.stop()
    expect(Object.keys(interest(desk) as object)).toEqual(['USDT'])
    expect(cash(desk)).toBe('-1000.30002')
  })

  it('is nothing where no rate was told, for the asset or at all', () => {
    for (const rates of [null, { BTC: '5' }]) {
      const desk = margin(rates)
      take(desk, 'buy', '20', 1)
      passes(desk, 600)
      desk.desk.stop()
      expect([interest(desk), cash(desk)]).toEqual([{}, '-1000'])
    }
  })

  it('is the only other thing that moves a balance, whatever is traded when', () => {
    const trade = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      size: fc.integer({ min: 1, max: 4_000 }).map(size => (size / 100).toFixed(2)),
      price: fc.integer({ min: 9_000, max: 11_000 }).map(price => price / 100),
      after: fc.integer({ min: 1, max: 200 }),
    })
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 20 }), trades => {
        const desk = margin({ USDT: '0.5', BTC: '0.3' }, '100000')
        let minute = 1
        for (const { side, size, price, after } of trades) take(desk, side, size, (minute += after), price)
        passes(desk, minute + 90)
        desk.desk.stop()
        const { balances, interest: paid } = desk.desk.summary()
        const expected = { USDT: decimal('100000').minus(paid['USDT'] ?? '0'), BTC: decimal('0').minus(paid['BTC'] ?? '0') } // prettier-ignore
        for (const { side, size, price } of desk.fills()) {
          const value = decimal(size).times(price)
          expected.BTC = side === 'buy' ? expected.BTC.plus(size) : expected.BTC.minus(size)
          expected.USDT = side === 'buy' ? expected.USDT.minus(value) : expected.USDT.plus(value)
        }
        expect([balances['USDT'], balances['BTC'] ?? '0']).toEqual([textOf(expected.USDT), textOf(expected.BTC)])
      }),
      { numRuns: 100 },
    )
  })
})
