import { describe, expect, it } from 'vitest'
import { Ledger, ConservationError } from '../../src/trading/ledger.js'
import { decimal, textOf } from '../../src/trading/money.js'
import { fillOf, openLedger } from './support.js'

describe('spot', () => {
  it('exchanges one asset for the other, fee apart', () => {
    const ledger = openLedger({ USDT: '10000' })
    const [position, equity] = ledger.apply(fillOf({ side: 'buy', size: '0.1', price: '50000.1', fee: '5.00001' }))
    expect(position).toMatchObject({
      size: '0.1',
      cost: '5000.01',
      averagePrice: '50000.1',
      realised: '0',
      unrealised: '0',
    })
    expect(equity).toMatchObject({
      cash: '4994.98999',
      equity: '9994.99999',
      realised: '0',
      unrealised: '0',
      fees: '5.00001',
    })
  })

  it('keeps average cost as cost and quantity: nothing is lost to a third', () => {
    const ledger = openLedger({ USDT: '10000' })
    ledger.apply(fillOf({ side: 'buy', size: '3', price: '10' }))
    ledger.apply(fillOf({ side: 'buy', size: '4', price: '11' }))
    ledger.apply(fillOf({ side: 'sell', size: '1', price: '12' }))
    ledger.apply(fillOf({ side: 'sell', size: '6', price: '12' }))
    const { position } = ledger.holding('test', 'BTCUSDT')
    expect([textOf(position.realised), textOf(position.cost), textOf(position.size)]).toEqual(['10', '0', '0'])
  })

  it('takes fees in a third asset from that asset, valued at its price of the moment', () => {
    const ledger = openLedger({ USDT: '1000', BNB: '2' })
    ledger.learn('BNB', 'USDT', 600)
    const [, equity] = ledger.apply(fillOf({ side: 'buy', size: '1', price: '100', fee: '0.0001', feeAsset: 'BNB' }))
    expect(ledger.statement()).toMatchObject({
      balances: { BNB: '1.9999', BTC: '1', USDT: '900' },
      fees: { BNB: '0.0001' },
    })
    expect(equity).toMatchObject({ fees: '0.06', equity: '2199.94' })
  })

  it('books several instruments and exchanges in one account', () => {
    const ledger = openLedger({ USDT: '1000' })
    ledger.apply(fillOf({ side: 'buy', size: '1', price: '100' }))
    ledger.apply(fillOf({ side: 'sell', size: '1', price: '110', exchange: 'other' }))
    expect(ledger.statement().balances).toEqual({ USDT: '1010', BTC: '0' })
    expect([...ledger.all()].map(({ position }) => textOf(position.size))).toEqual(['1', '-1'])
  })

  it('stops the run when the books do not balance', () => {
    const ledger = openLedger({ USDT: '1000' })
    ledger.apply(fillOf({ side: 'buy', size: '1', price: '100' }))
    ledger.holding('test', 'BTCUSDT').position.bought = decimal('2')
    expect(() => ledger.apply(fillOf({ side: 'buy', size: '1', price: '100' }))).toThrow(ConservationError)
  })
})

describe('perpetuals', () => {
  it('move only profit, fees and funding', () => {
    const ledger = openLedger({ USDT: '1000' }, 'BTC/USDT:USDT')
    ledger.apply(fillOf({ side: 'sell', size: '2', price: '100', fee: '0.1' }))
    const holding = ledger.holding('test', 'BTCUSDT')
    expect(textOf(ledger.fund(holding, 0.0001, 110))).toBe('0.022')
    const [position, equity] = ledger.apply(fillOf({ side: 'buy', size: '3', price: '90' }))
    expect(position).toMatchObject({ size: '1', averagePrice: '90', realised: '20' })
    expect(equity.cash).toBe('1019.922')
    expect(ledger.statement().funding).toEqual({ USDT: '0.022' })
  })

  it('inverse contracts settle in the base asset', () => {
    const ledger = openLedger({ BTC: '1' }, 'BTC/USD:BTC', 'BTC')
    ledger.apply(fillOf({ side: 'buy', size: '10000', price: '50000', feeAsset: 'BTC' }))
    const [position] = ledger.apply(fillOf({ side: 'sell', size: '10000', price: '40000', feeAsset: 'BTC' }))
    expect(position).toMatchObject({ size: '0', realised: '-0.05' })
    expect(ledger.statement().balances).toEqual({ BTC: '0.95' })
  })

  it('follows equity between fills without exact arithmetic, and agrees with it', () => {
    const ledger = openLedger({ USDT: '1000' }, 'BTC/USDT:USDT')
    ledger.apply(fillOf({ side: 'buy', size: '3', price: '100' }))
    const holding = ledger.holding('test', 'BTCUSDT')
    for (const price of [101, 99.5, 130.25]) ledger.mark(holding, price)
    expect(ledger.fastTotal).toBeCloseTo(Number(textOf(ledger.total())), 9)
  })
})

it('refuses balances that are no decimals', () => {
  expect(() => openLedger({ USDT: 'many' })).toThrow()
  expect(Ledger.name).toBe('Ledger')
})
