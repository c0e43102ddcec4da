/** The statistics of a bar backtest by the formulas of backtesting.py, percentages as it prints them. */
import { covariance, deviation, mean, ratio, sum } from '../metrics/statistics.js'
import { kelly, systemQuality, winRate } from '../metrics/trades.js'
import type { BacktestingPyOptions, BarTrade, PriceBar } from './backtesting-py.js'

export interface BacktestingPyStatistics {
  readonly durationSeconds: number
  readonly exposurePercent: number
  readonly equityFinal: number
  readonly equityPeak: number
  readonly commissions: number
  readonly returnPercent: number
  readonly buyAndHoldPercent: number
  readonly annualReturnPercent: number
  readonly annualVolatilityPercent: number | null
  readonly compoundGrowthPercent: number | null
  readonly sharpe: number | null
  readonly sortino: number | null
  readonly calmar: number | null
  readonly alphaPercent: number | null
  readonly beta: number | null
  readonly maxDrawdownPercent: number
  readonly averageDrawdownPercent: number | null
  readonly maxDrawdownSeconds: number | null
  readonly averageDrawdownSeconds: number | null
  readonly trades: number
  readonly winRatePercent: number | null
  readonly bestTradePercent: number | null
  readonly worstTradePercent: number | null
  readonly averageTradePercent: number | null
  readonly maxTradeSeconds: number | null
  readonly averageTradeSeconds: number | null
  readonly profitFactor: number | null
  readonly expectancyPercent: number | null
  readonly systemQuality: number | null
  readonly kelly: number | null
}

const DAY_MS = 86_400_000

export function backtestingPyStatistics(
  bars: readonly PriceBar[],
  equity: readonly number[],
  trades: readonly BarTrade[],
  options: Pick<BacktestingPyOptions, 'cash' | 'warmup'>,
): BacktestingPyStatistics {
  const returned = percent((equity.at(-1) ?? options.cash) / options.cash - 1)
  const first = bars[options.warmup]?.close ?? Number.NaN
  const hold = percent((bars.at(-1)?.close ?? Number.NaN) / first - 1)
  const durationMs = (bars.at(-1)?.timeMs ?? 0) - (bars[0]?.timeMs ?? 0)
  const drawdowns = drawdownFigures(bars, equity)
  const years = durationMs / DAY_MS / 365.25
  const slope = marketSlope(bars, equity)
  return {
    durationSeconds: durationMs / 1_000,
    exposurePercent: exposure(bars.length, trades),
    equityFinal: equity.at(-1) ?? options.cash,
    equityPeak: Math.max(...equity),
    commissions: sum(trades.map(trade => trade.commission)),
    returnPercent: returned,
    buyAndHoldPercent: hold,
    ...yearly(bars, equity, drawdowns.maxDrawdownPercent),
    compoundGrowthPercent: years > 0 ? percent((1 + returned / 100) ** (1 / years) - 1) : null,
    alphaPercent: slope === null ? null : returned - slope * hold,
    beta: slope,
    ...drawdowns,
    ...tradeFigures(bars, trades),
  }
}

function yearly(bars: readonly PriceBar[], equity: readonly number[], maxDrawdownPercent: number) {
  const days = daily(bars, equity)
  const returns = days.slice(1).map((value, index) => value / (days[index] ?? Number.NaN) - 1)
  return annualFigures(returns, tradingDays(bars), maxDrawdownPercent)
}

/** Annualised figures from daily returns: their geometric mean, and the variance of a compounded product of days. */
export function annualFigures(returns: readonly number[], perYear: number, maxDrawdownPercent: number) {
  const grown = geometricMean(returns)
  const annual = (1 + grown) ** perYear - 1
  const spread = deviation(returns)
  const volatility =
    spread === null ? null : Math.sqrt((spread ** 2 + (1 + grown) ** 2) ** perYear - (1 + grown) ** (2 * perYear))
  const downside = mean(returns.map(value => Math.min(value, 0) ** 2))
  return {
    annualReturnPercent: percent(annual),
    annualVolatilityPercent: volatility === null ? null : percent(volatility),
    sharpe: ratio(annual, volatility),
    sortino: ratio(annual, downside === null ? null : Math.sqrt(downside) * Math.sqrt(perYear)),
    calmar: ratio(annual, -maxDrawdownPercent / 100),
  }
}

/** The last equity of every UTC day that has a bar. */
function daily(bars: readonly PriceBar[], equity: readonly number[]): number[] {
  const days = new Map<number, number>()
  bars.forEach(({ timeMs }, index) => days.set(Math.floor(timeMs / DAY_MS), equity[index] ?? Number.NaN))
  return [...days.values()]
}

/** 365 where weekends are traded about as much as other days, else 252. */
function tradingDays(bars: readonly PriceBar[]): 252 | 365 {
  const weekend = mean(
    bars.map(({ timeMs }) => {
      const day = new Date(timeMs).getUTCDay()
      return day === 0 || day === 6 ? 1 : 0
    }),
  )
  return (weekend ?? 0) > (2 / 7) * 0.6 ? 365 : 252
}

function geometricMean(returns: readonly number[]): number {
  if (returns.length === 0 || returns.some(value => value <= -1)) return 0
  return Math.exp(sum(returns.map(value => Math.log(1 + value))) / returns.length) - 1
}

/** Slope of the equity's log returns on the market's. */
function marketSlope(bars: readonly PriceBar[], equity: readonly number[]): number | null {
  const logs = (values: readonly number[]): number[] =>
    values.slice(1).map((value, index) => Math.log(value / (values[index] ?? Number.NaN)))
  const market = logs(bars.map(bar => bar.close))
  return ratio(covariance(logs(equity), market), covariance(market, market))
}

/** Share of bars in which a trade was open, its entry and exit bars included. */
function exposure(bars: number, trades: readonly BarTrade[]): number {
  const held = new Uint8Array(bars)
  for (const trade of trades) held.fill(1, trade.entryBar, trade.exitBar + 1)
  return percent(sum([...held]) / bars)
}

/** A drawdown lasts from its peak to the bar that reaches it again, or to the end; one bar below is none. */
function drawdownFigures(bars: readonly PriceBar[], equity: readonly number[]) {
  const falls = fallsOf(equity)
  const peaks: number[] = []
  const durations: number[] = []
  let before = -1
  falls.forEach((fall, bar) => {
    if (fall !== 0 && bar !== falls.length - 1) return
    if (before >= 0 && bar > before + 1) {
      peaks.push(Math.max(...falls.slice(before, bar + 1)))
      durations.push((bars[bar]?.timeMs ?? 0) - (bars[before]?.timeMs ?? 0))
    }
    before = bar
  })
  const period = barPeriod(bars)
  const average = mean(peaks)
  return {
    maxDrawdownPercent: -percent(Math.max(0, ...falls)),
    averageDrawdownPercent: average === null ? null : -percent(average),
    maxDrawdownSeconds: durations.length === 0 ? null : roundedUp(Math.max(...durations), period),
    averageDrawdownSeconds: roundedUp(mean(durations), period),
  }
}

/** How far equity lies below its peak at each bar, as a share. */
function fallsOf(equity: readonly number[]): number[] {
  let peak = Number.NEGATIVE_INFINITY
  return equity.map(value => {
    peak = Math.max(peak, value)
    return 1 - value / peak
  })
}

function tradeFigures(bars: readonly PriceBar[], trades: readonly BarTrade[]) {
  const profits = trades.map(trade => trade.profit)
  const returns = trades.map(trade => trade.returned)
  const durations = trades.map(({ entryBar, exitBar }) => (bars[exitBar]?.timeMs ?? 0) - (bars[entryBar]?.timeMs ?? 0))
  const period = barPeriod(bars)
  const some = trades.length > 0
  return {
    trades: trades.length,
    winRatePercent: some ? percent(winRate(profits) ?? 0) : null,
    bestTradePercent: some ? percent(Math.max(...returns)) : null,
    worstTradePercent: some ? percent(Math.min(...returns)) : null,
    averageTradePercent: some ? percent(geometricMean(returns)) : null,
    maxTradeSeconds: some ? roundedUp(Math.max(...durations), period) : null,
    averageTradeSeconds: roundedUp(mean(durations), period),
    profitFactor: ratio(sum(returns.filter(value => value > 0)), -sum(returns.filter(value => value < 0))),
    expectancyPercent: some ? percent(mean(returns) ?? 0) : null,
    systemQuality: systemQuality(profits),
    kelly: kelly(profits),
  }
}

/** The unit in which the bars are spaced: days, hours, minutes or seconds. */
function barPeriod(bars: readonly PriceBar[]): number {
  const gaps = bars.slice(-100).map(bar => bar.timeMs)
  const differences = gaps.slice(1).map((time, index) => time - (gaps[index] ?? 0))
  const sorted = differences.sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? DAY_MS
  return [DAY_MS, 3_600_000, 60_000].find(unit => median % unit === 0) ?? 1_000
}

/** Seconds, rounded up to the bars' unit. */
function roundedUp(durationMs: number | null, unitMs: number): number | null {
  return durationMs === null ? null : (Math.ceil(durationMs / unitMs) * unitMs) / 1_000
}

function percent(share: number): number {
  return share * 100
}
