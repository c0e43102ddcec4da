/** Which colour a score gets: from worse to better, or, where scores lie on both sides of zero, away from zero on each. */

/** `d-4` to `d4` around zero, else `s1` to `s9`; the page's style gives each its colour, light and dark. */
export interface HeatScale {
  readonly kind: 'sequential' | 'diverging'
  /** Scores at the two ends; beyond them the colour stays. */
  readonly low: number
  readonly high: number
  /** From the worst to the best. */
  readonly steps: readonly string[]
  /** Whether scores lie beyond the ends. */
  readonly clamped: boolean
}

const SEQUENTIAL = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9']
const DIVERGING = ['d-4', 'd-3', 'd-2', 'd-1', 'd0', 'd1', 'd2', 'd3', 'd4']
/** Scores farther than this many quartile distances from the middle half do not stretch the scale (Tukey's far out). */
const FAR_OUT = 3

/** @returns undefined where there is no score at all. */
export function heatScale(scores: readonly number[]): HeatScale | undefined {
  if (scores.length === 0) return undefined
  const sorted = [...scores].sort((a, b) => a - b)
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  const [lower, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.75)]
  const reach = FAR_OUT * (upper - lower)
  const low = reach === 0 ? least : Math.max(least, lower - reach)
  const high = reach === 0 ? most : Math.min(most, upper + reach)
  const clamped = low > least || high < most
  if (low >= 0 || high <= 0) return { kind: 'sequential', low, high, steps: SEQUENTIAL, clamped }
  const end = Math.max(-low, high)
  return { kind: 'diverging', low: -end, high: end, steps: DIVERGING, clamped: least < -end || most > end }
}

/** The class of a score's colour. */
export function stepOf({ low, high, steps }: HeatScale, score: number): string {
  const share = high === low ? 0.5 : (score - low) / (high - low)
  const at = Math.round(Math.min(1, Math.max(0, share)) * (steps.length - 1))
  return steps[at] ?? ''
}

/** By linear interpolation between the nearest ranks. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? 0
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}
