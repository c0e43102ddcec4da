import { describe, expect, it } from 'vitest'
import { Sma } from '../../src/strategies/indicators/sma.js'
import type { BacktestingPyStatistics } from '../../src/trading/conventions/backtesting-py-statistics.js'
import {
  backtestAsBacktestingPy,
  type BacktestingPyResult,
  type PriceBar,
} from '../../src/trading/conventions/backtesting-py.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { expectWithin, oracleCases } from './cases.js'

interface Given {
  readonly data: string
  readonly first_n_bars?: number
  readonly cash: number
  readonly commission: number | [number, number]
  readonly spread?: number
  readonly margin?: number
  readonly trade_on_close?: boolean
  readonly fast: number
  readonly slow: number
}

interface Expected {
  readonly stats?: Readonly<Record<string, number | string>>
  readonly trade_count?: number
  readonly trades?: Readonly<Record<string, number>>[]
  readonly equity_samples_by_bar?: Readonly<Record<string, number>>
}

const NAMES: Readonly<Record<string, keyof BacktestingPyStatistics>> = {
  Duration: 'durationSeconds',
  'Exposure Time [%]': 'exposurePercent',
  'Equity Final [$]': 'equityFinal',
  'Equity Peak [$]': 'equityPeak',
  'Commissions [$]': 'commissions',
  'Return [%]': 'returnPercent',
  'Buy & Hold Return [%]': 'buyAndHoldPercent',
  'Return (Ann.) [%]': 'annualReturnPercent',
  'Volatility (Ann.) [%]': 'annualVolatilityPercent',
  'CAGR [%]': 'compoundGrowthPercent',
  'Sharpe Ratio': 'sharpe',
  'Sortino Ratio': 'sortino',
  'Calmar Ratio': 'calmar',
  'Alpha [%]': 'alphaPercent',
  Beta: 'beta',
  'Max. Drawdown [%]': 'maxDrawdownPercent',
  'Avg. Drawdown [%]': 'averageDrawdownPercent',
  'Max. Drawdown Duration': 'maxDrawdownSeconds',
  'Avg. Drawdown Duration': 'averageDrawdownSeconds',
  '# Trades': 'trades',
  'Win Rate [%]': 'winRatePercent',
  'Best Trade [%]': 'bestTradePercent',
  'Worst Trade [%]': 'worstTradePercent',
  'Avg. Trade [%]': 'averageTradePercent',
  'Max. Trade Duration': 'maxTradeSeconds',
  'Avg. Trade Duration': 'averageTradeSeconds',
  'Profit Factor': 'profitFactor',
  'Expectancy [%]': 'expectancyPercent',
  SQN: 'systemQuality',
  'Kelly Criterion': 'kelly',
}

const loaded = new Map<string, PriceBar[]>()

function barsOf(path: string): PriceBar[] {
  const bars =
    loaded.get(path) ??
    sharedLines(`oracles/${path}`)
      .slice(1)
      .map(line => {
        const [time = '', open, high, low, close] = line.split(',')
        const timeMs = Date.parse(`${time.replace(' ', 'T')}${time.includes(' ') ? '' : 'T00:00:00'}Z`)
        return { timeMs, open: Number(open), high: Number(high), low: Number(low), close: Number(close) }
      })
  loaded.set(path, bars)
  return bars
}

/** Two moving averages of the closes; a crossing needs them strictly on one side before and on the other now. */
function run(given: Given): BacktestingPyResult {
  const bars = barsOf(given.data).slice(0, given.first_n_bars)
  const [fast, slow] = [new Sma(given.fast), new Sma(given.slow)]
  const difference = bars.map(({ close }) => fast.update(close) - slow.update(close))
  return backtestAsBacktestingPy(
    bars,
    {
      cash: given.cash,
      commission: given.commission,
      spread: given.spread ?? 0,
      margin: given.margin ?? 1,
      fillAt: given.trade_on_close === true ? 'close' : 'next-open',
      warmup: given.slow - 1,
    },
    bar => {
      const [before, now] = [difference[bar - 1]!, difference[bar]!]
      return before < 0 && now > 0 ? 'buy' : before > 0 && now < 0 ? 'sell' : null
    },
  )
}

if (hasShared('oracles/backtests-goog-sma.json')) {
  describe('bar backtest oracles', () => {
    it.each(oracleCases('backtests-goog-sma').map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      const wanted = oracle.expect as unknown as Expected
      const { trades, equity, statistics } = run(oracle.given as unknown as Given)
      const stats = wanted.stats ?? (oracle.expect as Readonly<Record<string, number>>)
      let compared = 0
      for (const [name, value] of Object.entries(stats)) {
        const key = NAMES[name]
        if (name === 'Start' || name === 'End') continue
        expect(key, `no statistic for ${name}`).toBeDefined()
        expectWithin(statistics[key!], value, oracle.tolerance, `${id} ${name}`)
        compared++
      }
      expect(compared).toBeGreaterThan(0)
      if (wanted.trade_count !== undefined) expect(trades).toHaveLength(wanted.trade_count)
      // Some cases list only the first and last trades; each is found by its entry.
      wanted.trades?.forEach((trade, index) => {
        const own = trades.find(({ entryBar }) => entryBar === trade['entryBar'])!
        expect([own.size, own.entryBar, own.exitBar]).toEqual([trade['size'], trade['entryBar'], trade['exitBar']])
        for (const [name, value] of [
          ['entryPrice', own.entryPrice],
          ['exitPrice', own.exitPrice],
          ['pnl', own.profit],
          ['returnPct', own.returned],
          ['commission', own.commission],
        ] as const) {
          expectWithin(value, trade[name], { ...oracle.tolerance, abs: 1e-9 }, `${id} trade ${String(index)} ${name}`)
        }
      })
      for (const [bar, value] of Object.entries(wanted.equity_samples_by_bar ?? {})) {
        expectWithin(equity[Number(bar)], value, oracle.tolerance, `${id} equity at ${bar}`)
      }
    })
  })
}
