import { describe, expect, it } from 'vitest'
import { gatherReturns } from '../../src/trading/metrics/calendar.js'
import * as metric from '../../src/trading/metrics/returns.js'
import { excessKurtosis, mean, skewness, sum } from '../../src/trading/metrics/statistics.js'
import { longestRun, profitFactor } from '../../src/trading/metrics/trades.js'
import { hasShared } from '../support/shared.js'
import { expectWithin, oracleCases } from './cases.js'

interface Given {
  readonly returns?: (number | 'NaN')[] | string
  readonly benchmark?: number[]
  readonly performance?: number[]
  readonly benchmark_returns?: number[]
  readonly periods_per_year?: number
  readonly risk_free_per_period?: number
  readonly required_return_annual?: number
  readonly start?: string
}

/** How each expected name is computed; `r` are the returns, `n` the periods in a year. */
const COMPUTE: Readonly<Record<string, (r: number[], given: Given, n: number, id: string) => unknown>> = {
  max_drawdown: r => metric.maxDrawdown(r),
  annual_return: (r, _given, n) => metric.annualReturn(r, n),
  cagr: (r, _given, n) => metric.annualReturn(r, n),
  annual_volatility: (r, _given, n) => metric.annualVolatility(r, n),
  sharpe: (r, _given, n) => metric.sharpe(r, n),
  sharpe_252: (r, _given, n) => metric.sharpe(r, n),
  sortino: (r, _given, n) => metric.sortino(r, n),
  calmar: (r, _given, n) => metric.calmar(r, n),
  calmar_365: (r, _given, n) => metric.calmar(r, n),
  omega: (r, given, n) =>
    metric.omega(r, given.risk_free_per_period ?? metric.perPeriod(given.required_return_annual ?? 0, n)),
  downside_risk: (r, _given, n) => metric.downsideRisk(r, n),
  value_at_risk_5pct: r => metric.valueAtRisk(r),
  cvar_5pct: r => metric.conditionalValueAtRisk(r),
  cum_return_final: r => metric.cumulativeReturn(r),
  comp: r => metric.cumulativeReturn(r),
  tail_ratio: r => metric.tailRatio(r),
  returns: (r, given) => {
    const start = Date.parse(`${given.start!}T00:00:00Z`) * 1_000
    return gatherReturns(
      r,
      r.map((_, day) => start + day * 86_400_000_000),
      'week',
    ).map(({ value }) => value)
  },
  excess_kurtosis: r => excessKurtosis(r),
  skewness: r => skewness(r),
  skew: r => skewness(r),
  information_ratio: (r, given, n) => metric.informationRatio(r, given.benchmark!, n),
  beta: (r, given) => metric.beta(r, given.benchmark!),
  alpha_annualised: (r, given, n) => metric.alpha(r, given.benchmark!, n, given.risk_free_per_period),
  treynor: (r, given, n) => metric.treynor(r, given.benchmark!, n, given.risk_free_per_period),
  probabilistic_sharpe: (_r, given) =>
    metric.probabilisticSharpe(given.performance!, metric.sharpe(given.benchmark_returns!, 1) ?? 0),
  win_rate: r => r.filter(value => value > 0).length / r.filter(value => value !== 0).length,
  profit_factor: r => profitFactor(r),
  gain_to_pain: r => sum(r) / -sum(r.filter(value => value < 0)),
  value_at_risk: r => metric.normalValueAtRisk(r),
  cvar: r => mean(r.filter(value => value < metric.normalValueAtRisk(r)!)),
  expected_return: r => metric.geometricMean(r),
  consecutive_losses: r => longestRun(r, 'losses'),
}

if (hasShared('oracles/metrics-returns.json')) {
  describe('return metric oracles', () => {
    it.each(oracleCases('metrics-returns').map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      const given = oracle.given as unknown as Given
      const [[name, expected]] = Object.entries(oracle.expect) as unknown as [[string, unknown]]
      expect(COMPUTE[name], `no metric for ${name}`).toBeDefined()
      const actual = COMPUTE[name]!(series(given), given, given.periods_per_year ?? 252, id)
      expectWithin(actual, expected, oracle.tolerance, id)
    })
  })
}

function series({ returns }: Given): number[] {
  const repeated = typeof returns === 'string' ? /^([\d.]+) x (\d+)$/.exec(returns) : null
  if (repeated !== null) return Array.from({ length: Number(repeated[2]) }, () => Number(repeated[1]))
  return ((returns ?? []) as (number | 'NaN')[]).map(Number)
}
