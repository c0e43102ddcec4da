/** The metrics of a run, each with its formula, its convention and the number of values it rests on. */
import { MICROS_PER_DAY, type Micros } from '../../model/time.js'
import { drawdownsOf, type EquityPoint } from './drawdowns.js'
import * as returns from './returns.js'
import type { RoundTrip } from './round-trips.js'
import { mean, ratio, sum } from './statistics.js'
import * as trades from './trades.js'

export interface Metric {
  readonly name: string
  /** Null where it is undefined for this run. */
  readonly value: number | null
  readonly formula: string
  readonly convention: string
  /** Returns, trades or samples it was computed from. */
  readonly samples: number
}

export interface Run {
  readonly startEquity: number
  readonly curve: readonly (EquityPoint & { readonly exposure: number })[]
  readonly intervalMicros: Micros
  readonly trips: readonly RoundTrip[]
  readonly fees: number
  readonly turnover: number
  readonly slippage: number
  /** First and last price of the instrument. */
  readonly firstPrice: number
  readonly lastPrice: number
}

const YEAR = 365 * MICROS_PER_DAY
/** Below this many returns a ratio of mean and deviation says nothing. */
const LEAST_RETURNS = 20

/** Daily returns where the run has at least {@link LEAST_RETURNS} days, else returns per sample of the equity curve. */
export function returnsOfRun(run: Run): { readonly values: number[]; readonly periods: number; readonly unit: string } {
  const byDay = new Map<number, number>()
  for (const { time, equity } of run.curve) byDay.set(Math.floor(time / MICROS_PER_DAY), equity)
  if (byDay.size > LEAST_RETURNS) {
    return { values: returns.returnsOf([run.startEquity, ...byDay.values()]), periods: 365, unit: 'daily returns' }
  }
  const equities = [run.startEquity, ...run.curve.map(sample => sample.equity)]
  const seconds = run.intervalMicros / 1_000_000
  return {
    values: returns.returnsOf(equities),
    periods: YEAR / run.intervalMicros,
    unit: `returns per ${String(seconds)} s`,
  }
}

export function measure(run: Run): Metric[] {
  return [...growth(run), ...risk(run), ...closedTrades(run), ...activity(run)]
}

function growth(run: Run): Metric[] {
  const last = run.curve.at(-1)
  const total = last === undefined ? null : last.equity / run.startEquity - 1
  const days = spanOf(run) / MICROS_PER_DAY
  const annual = last === undefined || days < 1 ? null : trades.compoundGrowth(run.startEquity, last.equity, days)
  const hold = Number.isNaN(run.firstPrice) ? null : run.lastPrice / run.firstPrice - 1
  const samples = run.curve.length
  return [
    metric('return', total, 'end / start - 1', 'mark to market', samples),
    metric('cagr', annual, '(end / start)^(365 / days) - 1', '365 days, undefined under one day', samples),
    metric('holding', hold, 'last price / first price - 1', 'without fees', 2),
    metric('excess', total === null || hold === null ? null : total - hold, 'return - holding', 'difference', samples),
  ]
}

function risk(run: Run): Metric[] {
  const { values, periods, unit } = returnsOfRun(run)
  const enough = values.length >= LEAST_RETURNS
  const convention = `${unit}, 365-day year`
  const count = values.length
  const when = (value: number | null): number | null => (enough ? value : null)
  const falls = drawdownsOf([{ time: run.curve[0]?.time ?? 0, equity: run.startEquity }, ...run.curve])
  const deepest = falls.reduce((depth, fall) => Math.max(depth, fall.depth), 0)
  const end = run.curve.at(-1)?.time ?? 0
  const longest = falls.reduce((time, fall) => Math.max(time, (fall.end ?? end) - fall.start), 0)
  return [
    metric('volatility', when(returns.annualVolatility(values, periods)), 'std(r, n-1)·√periods', convention, count),
    metric('sharpe', when(returns.sharpe(values, periods)), 'mean(r)/std(r, n-1)·√periods', convention, count),
    metric(
      'sortino',
      when(returns.sortino(values, periods)),
      'mean(r)·periods / (√mean(min(r,0)²)·√periods)',
      convention,
      count,
    ),
    metric('calmar', when(returns.calmar(values, periods)), 'annual return / |max drawdown|', convention, count),
    metric(
      'maxDrawdown',
      run.curve.length === 0 ? null : deepest,
      '1 - equity / peak',
      'mark to market',
      run.curve.length,
    ),
    metric(
      'maxDrawdownSeconds',
      run.curve.length === 0 ? null : longest / 1_000_000,
      'peak to recovery, or to the end',
      'mark to market',
      falls.length,
    ),
    metric('drawdowns', falls.length, 'falls from a peak', 'mark to market', run.curve.length),
  ]
}

function closedTrades({ trips }: Run): Metric[] {
  const profits = trips.map(trip => trip.profit)
  const count = profits.length
  const closed = (name: string, value: number | null, formula: string): Metric =>
    metric(name, value, formula, 'round trips after fees, flat to flat', count)
  return [
    closed('trades', count, 'closed round trips'),
    closed('winRate', trades.winRate(profits), 'winners / trades'),
    closed('profitFactor', trades.profitFactor(profits), 'Σ wins / |Σ losses|'),
    closed('expectancy', trades.expectancy(profits), 'mean profit of a trade, quote units'),
    closed('systemQuality', count < 2 ? null : trades.systemQuality(profits), '√n·mean(profit)/std(profit, n-1)'),
    closed(
      'averageTradeSeconds',
      mean(trips.map(trip => (trip.exitTime - trip.entryTime) / 1_000_000)),
      'mean(exit - entry)',
    ),
    closed('averageAdverse', mean(trips.map(trip => trip.adverse)), 'mean of the worst open profit (MAE), quote units'),
    closed(
      'averageFavourable',
      mean(trips.map(trip => trip.favourable)),
      'mean of the best open profit (MFE), quote units',
    ),
  ]
}

function activity(run: Run): Metric[] {
  const exposed = run.curve.filter(sample => sample.exposure > 0).length
  const average = mean(run.curve.map(sample => sample.equity))
  return [
    metric(
      'exposure',
      ratio(exposed, run.curve.length),
      'samples with a position / samples',
      'mark to market',
      run.curve.length,
    ),
    metric(
      'turnover',
      ratio(run.turnover, average),
      'value traded / mean equity',
      'both sides counted',
      run.curve.length,
    ),
    metric('fees', run.fees, 'Σ fees at their value when paid', 'quote units', run.trips.length),
    metric(
      'feeShare',
      ratio(run.fees, sum(run.trips.map(trip => Math.abs(trip.profit + trip.fees)))),
      'fees / Σ|gross profit|',
      'round trips',
      run.trips.length,
    ),
    metric(
      'slippage',
      run.slippage,
      'Σ (fill price - price when sent)·size, against us positive',
      'quote units',
      run.trips.length,
    ),
  ]
}

function spanOf({ curve }: Run): Micros {
  return (curve.at(-1)?.time ?? 0) - (curve[0]?.time ?? 0)
}

function metric(name: string, value: number | null, formula: string, convention: string, samples: number): Metric {
  return { name, value: value !== null && Number.isFinite(value) ? value : null, formula, convention, samples }
}
