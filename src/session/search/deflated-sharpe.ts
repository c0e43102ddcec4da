/** How much of a Sharpe ratio is luck: the best of many tries is good by chance alone, and by how much can be computed. */
import { centralMoments, deviation, mean } from '../../trading/metrics/statistics.js'

/** What the tests need of a run's returns; the ratio is per return, not per year. */
export interface SharpeEvidence {
  readonly sharpe: number
  /** Number of returns. */
  readonly count: number
  /** Third standardised moment, 0 where returns are normal. */
  readonly skewness: number
  /** Fourth standardised moment, 3 where returns are normal. */
  readonly kurtosis: number
}

const LEAST_RETURNS = 20
/** Euler's and Mascheroni's constant. */
const GAMMA = 0.577_215_664_901_532_9

/** @returns null where there are too few returns, or all are alike. */
export function evidenceOf(returns: readonly number[]): SharpeEvidence | null {
  const [middle, spread, moments] = [mean(returns), deviation(returns), centralMoments(returns)]
  if (returns.length < LEAST_RETURNS || middle === null || spread === null || moments === null) return null
  return {
    sharpe: middle / spread,
    count: returns.length,
    skewness: moments.third / moments.second ** 1.5,
    kurtosis: moments.fourth / moments.second ** 2,
  }
}

/**
 * Probabilistic Sharpe ratio: the probability that the true ratio exceeds `benchmark`,
 * `Φ((SR - SR*)·√(T-1) / √(1 - γ₃·SR + (γ₄-1)/4·SR²))`.
 * Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012.
 */
export function probabilisticSharpe(
  { sharpe, count, skewness, kurtosis }: SharpeEvidence,
  benchmark: number,
): number | null {
  const variance = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe ** 2
  if (variance <= 0 || count < 2) return null
  return normalProbability(((sharpe - benchmark) * Math.sqrt(count - 1)) / Math.sqrt(variance))
}

/**
 * The best ratio that `trials` tries without any skill are expected to show, when their ratios vary by `variance`:
 * `√V·((1-γ)·Φ⁻¹(1 - 1/N) + γ·Φ⁻¹(1 - 1/(N·e)))`, the mean of the largest of N normal draws.
 * Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014, equation 1.
 */
export function expectedBest(variance: number, trials: number): number {
  if (trials < 2 || variance <= 0) return 0
  const largest = normalQuantile(1 - 1 / trials)
  const beyond = normalQuantile(1 - 1 / (trials * Math.E))
  return Math.sqrt(variance) * ((1 - GAMMA) * largest + GAMMA * beyond)
}

/**
 * What luck alone would show as the best of these tries; their ratios are per return. The deflated Sharpe ratio of a run is its
 * {@link probabilisticSharpe} against it (same paper, equation 2).
 * @returns null where fewer than two tries have a ratio.
 */
export function luckOf(ratios: readonly number[]): number | null {
  const spread = deviation(ratios)
  return spread === null ? null : expectedBest(spread ** 2, ratios.length)
}

/** Distribution function of the standard normal, by the continued fraction and series of the error function; error below 1e-14. */
export function normalProbability(value: number): number {
  return value < 0 ? upperTail(-value) : 1 - upperTail(value)
}

/** `P(Z > value)` for `value ≥ 0`. */
function upperTail(value: number): number {
  const density = Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI)
  if (value > 4) {
    // Laplace's continued fraction, from its far end.
    let fraction = value
    for (let term = 60; term > 0; term--) fraction = value + term / fraction
    return density / fraction
  }
  let [term, total] = [value, value]
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (value * value) / odd
    total += term
  }
  return 0.5 - density * total
}

/** Inverse of {@link normalProbability}, by bisection and Newton's steps; ±infinity at the ends. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY
  if (probability >= 1) return Number.POSITIVE_INFINITY
  let [low, high] = [-40, 40]
  for (let step = 0; step < 100 && high - low > 1e-13; step++) {
    const middle = (low + high) / 2
    if (normalProbability(middle) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}
