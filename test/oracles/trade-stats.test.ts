import { describe, expect, it } from 'vitest'
import { leanTradeStatistics } from '../../src/trading/conventions/lean.js'
import { drawdownsOf } from '../../src/trading/metrics/drawdowns.js'
import { mean, sum } from '../../src/trading/metrics/statistics.js'
import { accountDrawdown, compoundGrowth, expectancy, profitFactor, winRate } from '../../src/trading/metrics/trades.js'
import { decimal, divide, textOf } from '../../src/trading/money.js'
import { hasShared } from '../support/shared.js'
import { expectWithin, oracleCases } from './cases.js'

type Given = Readonly<Record<string, unknown>>

const number = (given: Given, name: string): number => Number(given[name])
const numbers = (given: Given, name: string): number[] => given[name] as number[]
const exact = (given: Given, name: string) => decimal(String(given[name]))

function drawdown(given: Given): Record<string, unknown> {
  const select = (given['select_by'] ?? 'absolute') as 'absolute' | 'relative'
  const found = accountDrawdown(numbers(given, 'pnl'), number(given, 'starting_balance'), select)!
  return {
    drawdown_abs: found.absolute,
    relative_account_drawdown: found.relative,
    high_index: found.highIndex,
    low_index: found.lowIndex,
  }
}

function lean(given: Given): Record<string, unknown> {
  const trades = given['trades'] as Record<string, number>[]
  const found = leanTradeStatistics(
    trades.map(trade => ({
      profit: trade['pnl']!,
      fees: trade['fees']!,
      adverse: trade['mae']!,
      favourable: trade['mfe']!,
      durationSeconds: (trade['exit_min']! - trade['entry_min']!) * 60,
    })),
  )
  return {
    total_pnl: found.totalProfit,
    average_pnl: found.averageProfit,
    win_rate: found.winRate,
    loss_rate: found.lossRate,
    profit_loss_ratio: found.profitLossRatio,
    win_loss_ratio: found.winLossRatio,
    max_consecutive_wins: found.longestWins,
    max_consecutive_losses: found.longestLosses,
    average_mae: found.averageAdverse,
    average_mfe: found.averageFavourable,
    largest_mae: found.largestAdverse,
    largest_mfe: found.largestFavourable,
    max_closed_trade_drawdown: found.closedDrawdown,
    max_intra_trade_drawdown: found.intraTradeDrawdown,
    pnl_std: found.deviation,
    downside_std: found.downsideDeviation,
    profit_factor: found.profitFactor,
    sharpe: found.sharpe,
    sortino: found.sortino,
    total_fees: found.totalFees,
    average_duration_s: found.averageDurationSeconds,
  }
}

function jesse(given: Given): Record<string, unknown> {
  const start = number(given, 'starting_balance')
  const trades = given['trades'] as { side: string; pnl: number; fee: number; holding_s: number }[]
  const profits = trades.map(trade => trade.pnl - trade.fee)
  const [wins, losses] = [profits.filter(profit => profit > 0), profits.filter(profit => profit < 0)]
  return {
    total: trades.length,
    finishing_balance: start + sum(profits),
    win_rate: winRate(profits),
    net_profit: sum(profits),
    net_profit_percentage: (sum(profits) / start) * 100,
    average_win: mean(wins),
    average_loss: mean(losses),
    expectancy: expectancy(profits),
    expectancy_percentage: (expectancy(profits)! / start) * 100,
    gross_profit: sum(wins),
    gross_loss: sum(losses),
    longs_percentage: (trades.filter(trade => trade.side === 'long').length / trades.length) * 100,
    average_holding_period_s: mean(trades.map(trade => trade.holding_s)),
  }
}

/** Barter's ratios are of exact decimals. */
function barter(id: string, given: Given): Record<string, unknown> {
  if (id.includes('drawdown')) return barterDrawdowns(numbers(given, 'equity'))
  if (id.includes('profit_factor')) {
    return { profit_factor: textOf(divide(exact(given, 'gross_profit'), exact(given, 'gross_loss').abs())) }
  }
  if (id.includes('ror')) return { annual: textOf(exact(given, 'daily').times(exact(given, 'periods'))) }
  const excess = exact(given, 'mean').minus(exact(given, 'risk_free'))
  const divisor = ['std', 'downside_std', 'max_drawdown'].find(name => given[name] !== undefined)!
  const quotient = textOf(divide(excess, exact(given, divisor)))
  return { sharpe: quotient, sortino: quotient, calmar: quotient }
}

function barterDrawdowns(equity: number[]): Record<string, unknown> {
  const upTo = (count: number) => drawdownsOf(equity.slice(0, count).map((value, time) => ({ equity: value, time })))
  return {
    running_max_drawdown: equity.map((_, index) => upTo(index + 1).find(({ end }) => end === null)?.depth ?? 0),
    completed_drawdowns: upTo(equity.length)
      .filter(({ end }) => end !== null)
      .map(({ depth }) => depth),
  }
}

function compute(id: string, given: Given): Record<string, unknown> {
  if (id.startsWith('freqtrade.cagr')) {
    return { cagr: compoundGrowth(number(given, 'start_balance'), number(given, 'end_balance'), number(given, 'days')) }
  }
  if (id.startsWith('freqtrade.drawdown')) return drawdown(given)
  if (id.startsWith('lean')) return lean(given)
  if (id.startsWith('jesse')) return jesse(given)
  if (id.startsWith('barter')) return barter(id, given)
  const profits = numbers(given, given['pnl'] === undefined ? 'returns' : 'pnl')
  return { expectancy: expectancy(profits), win_rate: winRate(profits), profit_factor: profitFactor(profits) }
}

if (hasShared('oracles/trade-stats.json')) {
  describe('trade statistic oracles', () => {
    it.each(oracleCases('trade-stats').map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      const actual = compute(id, oracle.given)
      for (const [name, expected] of Object.entries(oracle.expect)) {
        expect(actual, id).toHaveProperty(name)
        expectWithin(actual[name], expected, oracle.tolerance, `${id} ${name}`)
      }
    })
  })
}
