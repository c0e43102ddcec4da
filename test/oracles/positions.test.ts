import { describe, expect, it } from 'vitest'
import { marketOf, notional } from '../../src/trading/market.js'
import { decimal, divide, textOf, toNumber, ZERO, type Decimal } from '../../src/trading/money.js'
import { PositionState } from '../../src/trading/position.js'
import { hasShared } from '../support/shared.js'
import { expectWithin, oracleCases, type OracleCase } from './cases.js'

interface GivenFill {
  readonly side: 'buy' | 'sell'
  readonly qty: string
  readonly price: string
  readonly fee?: string
}

interface Given {
  readonly fills?: GivenFill[]
  readonly legs_signed_qty_price?: [number, number][]
  readonly mark?: string
  readonly inverse?: boolean
  readonly fee_rate?: string | number
  readonly fee_rate_taker?: string
  readonly avg?: string
  readonly qty?: string
  readonly add_price?: string
  readonly add_qty?: string
}

/** A position and what its fees were, fill by fill. */
class Account {
  readonly position: PositionState
  fees = ZERO
  /** Fees of the round trip at hand, and its largest size: what conventions that spread entry fees need. */
  entryFees = ZERO
  largest = ZERO
  closed: { realised: Decimal } | undefined

  constructor(private readonly given: Given) {
    const pair = given.inverse === true ? 'BTC/USD:BTC' : 'BTC/USD'
    this.position = new PositionState(marketOf({ exchange: 'x', symbol: 'x', pair })!)
  }

  take(fill: GivenFill): void {
    const { position } = this
    const [size, price] = [decimal(fill.qty), decimal(fill.price)]
    const rate = decimal(String(this.given.fee_rate_taker ?? this.given.fee_rate ?? 0))
    const fee = fill.fee === undefined ? notional(position.market, size, price).times(rate) : decimal(fill.fee)
    position.apply(fill.side, size, price)
    this.fees = this.fees.plus(fee)
    expect(position.discrepancy()).toBeUndefined()
  }
}

const signedSide = (size: Decimal) => (size.eq(ZERO) ? 'flat' : size.gt(ZERO) ? 'long' : 'short')

/** Realised less fees, as NautilusTrader tells it. */
function nautilus({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const g = given as Given
  const account = new Account(g)
  for (const fill of g.fills ?? []) account.take(fill)
  const { position, fees } = account
  const mark = decimal(g.mark ?? '0')
  const realised = position.realised.minus(fees)
  const unrealised = g.mark === undefined ? ZERO : position.unrealised(mark)
  const average = position.averagePrice()
  const actual: Record<string, unknown> = {
    side: signedSide(position.size),
    qty: textOf(position.size),
    avg_open: average === null ? null : textOf(average),
    realized: textOf(realised),
    unrealized: textOf(unrealised),
    total: textOf(realised.plus(unrealised)),
    fees: textOf(fees),
    notional: g.mark === undefined ? null : textOf(notional(position.market, position.size.abs(), mark)),
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'side') expect(actual[name]).toBe(value)
    // Its currencies have two digits in some cases; a value told with less is compared with what was told.
    else expectWithin(actual[name], value, tolerance, `${id} ${name}`)
  }
}

function fold({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const account = new Account(given)
  for (const [qty, price] of (given as Given).legs_signed_qty_price!) {
    account.take({ side: qty > 0 ? 'buy' : 'sell', qty: String(Math.abs(qty)), price: String(price) })
  }
  expectWithin(textOf(account.position.size), wanted['net_qty'], tolerance, id)
  expectWithin(toNumber(account.position.averagePrice() ?? ZERO), wanted['avg_price'], tolerance, id)
}

/**
 * Barter counts a flip as the close of one position and the start of another, shares a flip's fee between them by size, and
 * expects an exit to cost what the entry did.
 */
function barter({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const fills = (given as Given).fills!
  const account = new Account(given)
  const { position } = account
  let [fees, realisedBefore, entryFees] = [ZERO, ZERO, ZERO]
  let closed: Decimal | undefined
  for (const fill of fills) {
    const before = position.size
    account.take(fill)
    const flipped = before.times(position.size).lt(ZERO)
    if (flipped) {
      const share = divide(decimal(fill.fee!).times(before.abs()), decimal(fill.qty))
      closed = position.realised.minus(fees).minus(share)
      realisedBefore = position.realised
      fees = decimal(fill.fee!).minus(share)
    } else fees = fees.plus(decimal(fill.fee!))
    if (before.eq(ZERO)) entryFees = fees
  }
  const realised = position.realised.minus(realisedBefore).minus(fees)
  const mark = decimal(fills.at(-1)!.price)
  const exitFees = divide(entryFees.times(position.size.abs()), decimal(fills[0]!.qty))
  const actual: Record<string, unknown> = {
    avg_open: textOf(position.averagePrice() ?? ZERO),
    new_avg: textOf(position.averagePrice() ?? ZERO),
    qty: textOf(position.size),
    new_qty: textOf(position.size.abs()),
    realized: textOf(realised),
    new_realized: textOf(realised),
    closed_realized: closed === undefined ? null : textOf(closed),
    unrealized: textOf(position.unrealised(mark).minus(exitFees)),
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (name === 'new_side') expect(signedSide(position.size)).toBe(value)
    else expectWithin(actual[name], value, tolerance, `${id} ${name}`)
  }
}

function average({ given, expect: wanted, id }: OracleCase): void {
  const { avg, qty, add_price, add_qty } = given as Given
  const account = new Account({})
  account.take({ side: 'buy', qty: qty!, price: avg! })
  account.take({ side: 'buy', qty: add_qty!, price: add_price! })
  const { cost, size } = account.position
  expectWithin(textOf(divide(cost, size)), wanted['avg'], { abs: 1e-12 }, id)
  // The quotient itself to 24 places, beyond what a double could tell.
  expect(textOf(divide(cost, size)).slice(0, 24)).toBe(String(wanted['avg']).slice(0, 24))
}

/** freqtrade charges the entry fee of the part sold when it is sold. */
function freqtrade({ given, expect: wanted, tolerance, id }: OracleCase): void {
  const g = given as Given
  const rate = decimal(String(g.fee_rate))
  const account = new Account({})
  const steps = wanted['after_each'] as Readonly<Record<string, number | null>>[]
  let cumulative = ZERO
  g.fills!.forEach((fill, index) => {
    const { position } = account
    const [size, costBefore, realisedBefore] = [decimal(fill.qty), position.cost, position.realised]
    account.take(fill)
    if (fill.side === 'sell') {
      const costOfPart = costBefore.minus(position.cost)
      const fees = costOfPart.times(rate).plus(size.times(decimal(fill.price)).times(rate))
      const profit = position.realised.minus(realisedBefore).minus(fees)
      cumulative = cumulative.plus(profit)
      expectWithin(textOf(profit), steps[index]!['fill_realized'], tolerance, `${id} fill ${String(index)}`)
    }
    expectWithin(textOf(cumulative), steps[index]!['cum_realized'], tolerance, `${id} ${String(index)}`)
    if (!position.size.eq(ZERO)) {
      expectWithin(textOf(position.size), steps[index]!['open_qty'], tolerance, `${id} ${String(index)}`)
      expectWithin(textOf(position.averagePrice()!), steps[index]!['avg_open'], tolerance, `${id} ${String(index)}`)
      expectWithin(textOf(position.cost), steps[index]!['stake'], tolerance, `${id} ${String(index)}`)
    }
  })
  expectWithin(textOf(cumulative), wanted['end_profit'], tolerance, id)
}

function suiteOf(id: string): (oracle: OracleCase) => void {
  if (id.startsWith('nt.fold')) return fold
  if (id.startsWith('barter.avg')) return average
  if (id.startsWith('barter')) return barter
  return id.startsWith('freqtrade') ? freqtrade : nautilus
}

if (hasShared('oracles/positions.json')) {
  describe('position oracles', () => {
    it.each(oracleCases('positions').map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      suiteOf(id)(oracle)
    })
  })
}
