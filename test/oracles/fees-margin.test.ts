import { describe, expect, it } from 'vitest'
import { closeValue, openValue, profitOf, type FreqtradeTrade } from '../../src/trading/conventions/freqtrade.js'
import { feeOf } from '../../src/trading/fees.js'
import {
  feeAwareLiquidationPrice,
  isolatedLiquidationPrice,
  liquidationPrice,
  maintenanceMargin,
  marginInterest,
} from '../../src/trading/margin.js'
import { marketOf, notional } from '../../src/trading/market.js'
import { decimal, textOf } from '../../src/trading/money.js'
import { hasShared } from '../support/shared.js'
import { openLedger, fillOf } from '../trading/support.js'
import { expectWithin, oracleCases } from './cases.js'

type Given = Readonly<Record<string, string | number | boolean>>

const SPOT = marketOf({ exchange: 'test', symbol: 'BTCUSDT', pair: 'BTC/USDT' })!
const INVERSE = marketOf({ exchange: 'test', symbol: 'XBTUSD', pair: 'BTC/USD:BTC' })!

const exact = (given: Given, ...names: string[]) =>
  decimal(String(names.map(name => given[name]).find(v => v !== undefined) ?? 0))

function tradeOf(given: Given): FreqtradeTrade {
  return {
    side: given['side'] as 'long' | 'short',
    mode: (given['mode'] ?? 'spot') as FreqtradeTrade['mode'],
    size: exact(given, 'qty'),
    openPrice: exact(given, 'open', 'price'),
    closePrice: exact(given, 'close'),
    openFee: exact(given, 'fee_open', 'fee_rate'),
    closeFee: exact(given, 'fee_close', 'fee_rate'),
    leverage: exact(given, 'leverage'),
    funding: exact(given, 'funding_received'),
    interestRate: exact(given, 'interest_rate_per_day'),
    hours: exact(given, 'hours'),
  }
}

function liquidation(given: Given, id: string): unknown {
  const position = {
    side: given['side'] as 'long' | 'short',
    size: exact(given, 'qty'),
    entryPrice: exact(given, 'open'),
    leverage: exact(given, 'leverage'),
    maintenanceRate: exact(given, 'maint_margin_rate'),
  }
  if (id.includes('.gate.')) return textOf(feeAwareLiquidationPrice(position, exact(given, 'taker_fee')))
  if (id.includes('.bybit.')) return textOf(isolatedLiquidationPrice(position))
  return textOf(liquidationPrice(position, exact(given, 'wallet_balance'), exact(given, 'maint_amount')))
}

/** Books one fill in a real ledger and reads what moved. */
function book(given: Given, feeAsset: 'base' | 'quote'): Readonly<Record<string, string>> {
  const [side, size, price] = [given['side'] as 'buy' | 'sell', exact(given, 'qty'), exact(given, 'price')]
  const schedule = { maker: String(given['fee_rate']), taker: String(given['fee_rate']), asset: feeAsset }
  const { fee, feeAsset: asset } = feeOf(SPOT, schedule, { side, size, price, liquidity: 'taker' })
  const ledger = openLedger({ BTC: '100', USDT: '10000' })
  ledger.apply(fillOf({ side, size: textOf(size), price: textOf(price), fee: textOf(fee), feeAsset: asset }))
  const base = ledger.balance('BTC').minus('100')
  const quote = ledger.balance('USDT').minus('10000')
  return {
    fee_base: asset === 'BTC' ? textOf(fee) : '0',
    fee_quote: asset === 'USDT' ? textOf(fee) : '0',
    receive_base: textOf(base),
    receive_quote: textOf(quote),
    collateral_base: textOf(size),
    collateral_quote: textOf(size.times(price)),
  }
}

function compute(id: string, given: Given, name: string): unknown {
  switch (name) {
    case 'open_value':
      return textOf(openValue(tradeOf(given)))
    case 'close_value':
      return textOf(closeValue(tradeOf(given)))
    case 'profit':
      return textOf(profitOf(tradeOf(given)).profit)
    case 'profit_ratio':
      return textOf(profitOf(tradeOf(given)).ratio)
    case 'interest':
      return textOf(marginInterest(exact(given, 'borrowed'), exact(given, 'rate_per_day'), exact(given, 'hours')))
    case 'liquidation_price':
      return liquidation(given, id)
    case 'commission':
      return textOf(
        feeOf(
          INVERSE,
          { maker: '0', taker: String(given['rate']) },
          { side: 'buy', size: exact(given, 'qty'), price: exact(given, 'price'), liquidity: 'taker' },
        ).fee,
      )
    case 'maintenance_margin':
      return textOf(
        maintenanceMargin(
          notional(given['inverse'] === true ? INVERSE : SPOT, exact(given, 'qty'), exact(given, 'price')),
          exact(given, 'leverage'),
          exact(given, 'margin_maint_rate'),
        ),
      )
    case 'delta_quote':
      return book({ ...given, fee_rate: 0 }, 'quote')['receive_quote']
    case 'delta_base':
      return book({ ...given, fee_rate: 0 }, 'quote')['receive_base']
    case 'fee':
    case 'fee_currency': {
      const schedule = { maker: String(given['maker']), taker: String(given['taker']) }
      const { fee, feeAsset } = feeOf(SPOT, schedule, {
        side: 'sell',
        size: exact(given, 'qty'),
        price: exact(given, 'limit_price'),
        liquidity: 'maker',
      })
      return name === 'fee' ? textOf(fee) : feeAsset
    }
    default:
      return book(given, given['fee_in'] === 'base' ? 'base' : 'quote')[name]
  }
}

if (hasShared('oracles/fees-margin.json')) {
  describe('fee and margin oracles', () => {
    it.each(oracleCases('fees-margin').map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      for (const [name, expected] of Object.entries(oracle.expect)) {
        const actual = compute(id, oracle.given as Given, name)
        if (name === 'fee_currency') expect(actual).toBe(expected)
        else expectWithin(actual, expected, oracle.tolerance, `${id} ${name}`)
      }
    })
  })
}
