/** Plain statistics on numbers; undefined results are null, never NaN or infinity. */

export function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

/** Standard deviation with divisor `n - freedom`: 1 for a sample, 0 for a population. */
export function deviation(values: readonly number[], freedom: 0 | 1 = 1): number | null {
  const variance = covariance(values, values, freedom)
  return variance === null ? null : Math.sqrt(Math.max(0, variance))
}

export function covariance(left: readonly number[], right: readonly number[], freedom: 0 | 1 = 1): number | null {
  const count = Math.min(left.length, right.length)
  if (count <= freedom) return null
  const [middleLeft, middleRight] = [sum(left.slice(0, count)) / count, sum(right.slice(0, count)) / count]
  let total = 0
  for (let index = 0; index < count; index++) {
    total += ((left[index] ?? 0) - middleLeft) * ((right[index] ?? 0) - middleRight)
  }
  return total / (count - freedom)
}

/** Percentile by linear interpolation between the closest ranks. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const rank = ((sorted.length - 1) * percent) / 100
  const low = sorted[Math.floor(rank)] ?? 0
  const high = sorted[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}

/** Sample skewness, adjusted for bias (G1): `√(n(n-1))/(n-2) · m3/m2^1.5`. */
export function skewness(values: readonly number[]): number | null {
  const count = values.length
  const moments = centralMoments(values)
  if (count < 3 || moments === null) return null
  return (Math.sqrt(count * (count - 1)) / (count - 2)) * (moments.third / moments.second ** 1.5)
}

/** Sample excess kurtosis, adjusted for bias (G2): `(n-1)/((n-2)(n-3)) · ((n+1)·(m4/m2² - 3) + 6)`. */
export function excessKurtosis(values: readonly number[]): number | null {
  const count = values.length
  const moments = centralMoments(values)
  if (count < 4 || moments === null) return null
  const raw = moments.fourth / moments.second ** 2 - 3
  return ((count - 1) / ((count - 2) * (count - 3))) * ((count + 1) * raw + 6)
}

/** Population moments about the mean; null where there is no spread. */
export function centralMoments(
  values: readonly number[],
): { readonly second: number; readonly third: number; readonly fourth: number } | null {
  const middle = mean(values)
  if (middle === null) return null
  let [second, third, fourth] = [0, 0, 0]
  for (const value of values) {
    const distance = value - middle
    second += distance ** 2
    third += distance ** 3
    fourth += distance ** 4
  }
  const count = values.length
  return isNothing(second / count, middle)
    ? null
    : { second: second / count, third: third / count, fourth: fourth / count }
}

/** Distribution function of the standard normal (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function normalDistribution(value: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(value)) / Math.SQRT2)
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const tail = series * Math.exp(-(value * value) / 2)
  return value >= 0 ? 1 - tail / 2 : tail / 2
}

/** Quotient, or null where it has no meaning. */
export function ratio(dividend: number | null, divisor: number | null): number | null {
  if (dividend === null || divisor === null || divisor === 0) return null
  const quotient = dividend / divisor
  return Number.isFinite(quotient) ? quotient : null
}

/** Whether a variance is only rounding error: equal returns have no spread, however they were computed. */
export function isNothing(variance: number, middle: number): boolean {
  return variance <= (Math.abs(middle) * 1e-14) ** 2
}
