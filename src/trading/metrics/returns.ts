/** Metrics of a return series, by the formulas of empyrical unless told otherwise. A NaN (a first bar without a return) is skipped. */
import {
  deviation,
  covariance,
  isNothing,
  mean,
  normalDistribution,
  percentile,
  ratio,
  sum,
  skewness,
  centralMoments,
} from './statistics.js'

/** The defined returns. */
export function defined(returns: readonly number[]): number[] {
  return returns.filter(value => !Number.isNaN(value))
}

/** Returns of consecutive values. */
export function returnsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value / (values[index] ?? Number.NaN) - 1)
}

/** `Π(1+r) - 1` */
export function cumulativeReturn(returns: readonly number[]): number {
  return defined(returns).reduce((product, value) => product * (1 + value), 1) - 1
}

/** `Π(1+r)^(periods/n) - 1`; n counts a leading NaN, as its period has passed too. Null for an empty or ruined series. */
export function annualReturn(returns: readonly number[], periods: number): number | null {
  const end = 1 + cumulativeReturn(returns)
  return returns.length === 0 || end < 0 ? null : end ** (periods / returns.length) - 1
}

/** `std(n-1) · √periods` */
export function annualVolatility(returns: readonly number[], periods: number): number | null {
  const spread = deviation(defined(returns))
  return spread === null ? null : spread * Math.sqrt(periods)
}

/** `mean(r - rf) / std(n-1) · √periods`; null without spread. */
export function sharpe(returns: readonly number[], periods: number, riskFree = 0): number | null {
  const excess = defined(returns).map(value => value - riskFree)
  const [middle, spread] = [mean(excess), deviation(excess)]
  if (middle === null || spread === null || isNothing(spread ** 2, middle)) return null
  return (middle / spread) * Math.sqrt(periods)
}

/** `√mean(min(r - required, 0)²) · √periods`, over all returns, not only the negative ones. */
export function downsideRisk(returns: readonly number[], periods: number, required = 0): number | null {
  const squares = mean(defined(returns).map(value => Math.min(value - required, 0) ** 2))
  return squares === null ? null : Math.sqrt(squares) * Math.sqrt(periods)
}

/** `mean(r - required) · periods / downside risk`; null without downside. */
export function sortino(returns: readonly number[], periods: number, required = 0): number | null {
  const middle = mean(defined(returns).map(value => value - required))
  return middle === null || returns.length < 2
    ? null
    : ratio(middle * periods, downsideRisk(returns, periods, required))
}

/** Largest fall of the compounded curve from its peak, zero or negative; the curve starts at 1 before the first return. */
export function maxDrawdown(returns: readonly number[]): number {
  let [value, peak, worst] = [1, 1, 0]
  for (const change of defined(returns)) {
    value *= 1 + change
    peak = Math.max(peak, value)
    worst = Math.min(worst, value / peak - 1)
  }
  return worst
}

/** `annual return / |max drawdown|`; null without a drawdown. */
export function calmar(returns: readonly number[], periods: number): number | null {
  return ratio(annualReturn(returns, periods), Math.abs(maxDrawdown(returns)))
}

/** `Σmax(r - t, 0) / Σmax(t - r, 0)` with the threshold t per period; null without losses. */
export function omega(returns: readonly number[], threshold = 0): number | null {
  const excess = defined(returns).map(value => value - threshold)
  return ratio(sum(excess.filter(value => value > 0)), -sum(excess.filter(value => value < 0)))
}

/** A yearly return as the return per period that compounds to it. */
export function perPeriod(annual: number, periods: number): number {
  return (1 + annual) ** (1 / periods) - 1
}

/** `|95th percentile| / |5th percentile|` */
export function tailRatio(returns: readonly number[]): number | null {
  const [high, low] = [percentile(defined(returns), 95), percentile(defined(returns), 5)]
  return high === null || low === null ? null : ratio(Math.abs(high), Math.abs(low))
}

/** Historical value at risk: the 5th percentile. */
export function valueAtRisk(returns: readonly number[], percent = 5): number | null {
  return percentile(defined(returns), percent)
}

/** Mean of the smallest `⌊(n-1)·5 %⌋ + 1` returns. */
export function conditionalValueAtRisk(returns: readonly number[], share = 0.05): number | null {
  const sorted = defined(returns).sort((a, b) => a - b)
  return mean(sorted.slice(0, Math.floor((sorted.length - 1) * share) + 1))
}

/** Value at risk of a normal distribution with the sample's mean and deviation: `μ - 1.6449σ`. */
export function normalValueAtRisk(returns: readonly number[]): number | null {
  const [middle, spread] = [mean(defined(returns)), deviation(defined(returns))]
  return middle === null || spread === null ? null : middle - 1.6448536269514722 * spread
}

/** `Π(1+r)^(1/n) - 1` */
export function geometricMean(returns: readonly number[]): number | null {
  const count = defined(returns).length
  return count === 0 ? null : (1 + cumulativeReturn(returns)) ** (1 / count) - 1
}

/** `cov(r, b) / var(b)` */
export function beta(returns: readonly number[], benchmark: readonly number[]): number | null {
  return ratio(covariance(returns, benchmark), covariance(benchmark, benchmark))
}

/** Jensen: `(1 + mean(r - rf) - β·mean(b - rf))^periods - 1` */
export function alpha(
  returns: readonly number[],
  benchmark: readonly number[],
  periods: number,
  riskFree = 0,
): number | null {
  const slope = beta(returns, benchmark)
  const [own, market] = [mean(returns), mean(benchmark)]
  if (slope === null || own === null || market === null) return null
  return (1 + (own - riskFree) - slope * (market - riskFree)) ** periods - 1
}

/** Yearly compounded excess return over β. */
export function treynor(
  returns: readonly number[],
  benchmark: readonly number[],
  periods: number,
  riskFree = 0,
): number | null {
  const excess = annualReturn(returns, periods)
  return excess === null ? null : ratio(excess - ((1 + riskFree) ** periods - 1), beta(returns, benchmark))
}

/** `mean(r - b) / std(r - b, n-1) · √periods` */
export function informationRatio(
  returns: readonly number[],
  benchmark: readonly number[],
  periods: number,
): number | null {
  return sharpe(
    returns.map((value, index) => value - (benchmark[index] ?? 0)),
    periods,
  )
}

/**
 * Probability that the true Sharpe ratio exceeds `benchmarkSharpe`, both per period (Bailey and López de Prado, 2012):
 * `Φ((SR - SR*)·√(n-1) / √(1 - γ3·SR + (γ4 - 1)/4·SR²))`. Zero without spread.
 */
export function probabilisticSharpe(returns: readonly number[], benchmarkSharpe: number): number {
  const own = sharpe(returns, 1)
  const moments = centralMoments(returns)
  if (own === null || moments === null) return 0
  const kurtosis = moments.fourth / moments.second ** 2
  const spread = 1 - (skewness(returns) ?? 0) * own + ((kurtosis - 1) / 4) * own ** 2
  if (!(spread > 0)) return own > benchmarkSharpe ? 1 : own < benchmarkSharpe ? 0 : 0.5
  return normalDistribution(((own - benchmarkSharpe) * Math.sqrt(returns.length - 1)) / Math.sqrt(spread))
}
