/** One run by four conventions: the same words mean different numbers in different projects. */
import { annualReturn, annualVolatility, calmar, maxDrawdown, sharpe, sortino } from '../metrics/returns.js'
import { returnsOfRun, type Run } from '../metrics/measure.js'
import { mean } from '../metrics/statistics.js'
import { profitFactor, winRate } from '../metrics/trades.js'
import { MICROS_PER_DAY } from '../../model/time.js'
import { freqtradeRatios } from './freqtrade.js'
import { leanSharpe } from './lean.js'
import { annualFigures } from './backtesting-py-statistics.js'

export interface ConventionRow {
  readonly metric: 'sharpe' | 'sortino' | 'calmar' | 'annualReturn' | 'volatility' | 'profitFactor' | 'winRate'
  readonly backtestingPy: number | null
  readonly empyrical: number | null
  readonly freqtrade: number | null
  readonly lean: number | null
}

/** Null where a convention does not know the metric, or it is undefined for this run. */
export function conventionsSideBySide(run: Run): ConventionRow[] {
  const { values } = returnsOfRun(run)
  const profits = run.trips.map(trip => trip.profit)
  const days = ((run.curve.at(-1)?.time ?? 0) - (run.curve[0]?.time ?? 0)) / MICROS_PER_DAY
  const freqtrade = freqtradeRatios(profits, run.startEquity, days)
  const btpy = annualFigures(values, 252, maxDrawdown(values) * 100)
  const btpyReturns = run.trips.map(trip => trip.returned)
  const average = mean(values)
  return [
    row('sharpe', btpy.sharpe, sharpe(values, 252), freqtrade.sharpe, leanSharpe(values)),
    row('sortino', btpy.sortino, sortino(values, 252), freqtrade.sortino, null),
    row('calmar', btpy.calmar, calmar(values, 252), freqtrade.calmar, null),
    row(
      'annualReturn',
      btpy.annualReturnPercent / 100,
      annualReturn(values, 252),
      null,
      average === null ? null : (1 + average) ** 252 - 1,
    ),
    row(
      'volatility',
      btpy.annualVolatilityPercent === null ? null : btpy.annualVolatilityPercent / 100,
      annualVolatility(values, 252),
      null,
      annualVolatility(values, 252),
    ),
    row('profitFactor', profitFactor(btpyReturns), null, profitFactor(profits), profitFactor(profits)),
    row('winRate', winRate(profits), null, winRate(profits), winRate(profits)),
  ]
}

function row(
  metric: ConventionRow['metric'],
  backtestingPy: number | null,
  empyrical: number | null,
  freqtrade: number | null,
  lean: number | null,
): ConventionRow {
  return { metric, backtestingPy, empyrical, freqtrade, lean }
}
