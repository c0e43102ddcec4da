/** Metrics of closed trades. */
import { deviation, mean, ratio, sum } from './statistics.js'

/** Share of winners among all trades; null without trades. */
export function winRate(profits: readonly number[]): number | null {
  return mean(profits.map(profit => (profit > 0 ? 1 : 0)))
}

/** `Σ wins / |Σ losses|`; null without losses. */
export function profitFactor(profits: readonly number[]): number | null {
  return ratio(sum(profits.filter(profit => profit > 0)), -sum(profits.filter(profit => profit < 0)))
}

/** Mean profit of a trade, which is `average win × win rate + average loss × loss rate`. */
export function expectancy(profits: readonly number[]): number | null {
  return mean(profits)
}

/** Van Tharp's system quality number: `√n · mean / std(n-1)` of the profits. */
export function systemQuality(profits: readonly number[]): number | null {
  const quotient = ratio(mean(profits), deviation(profits))
  return quotient === null ? null : quotient * Math.sqrt(profits.length)
}

/** Kelly: `W - (1 - W) / (average win / average loss)`; null without winners or losers. */
export function kelly(profits: readonly number[]): number | null {
  const won = mean(profits.filter(profit => profit > 0))
  const lost = mean(profits.filter(profit => profit < 0))
  const rate = winRate(profits)
  const payoff = won === null || lost === null ? null : ratio(won, -lost)
  return rate === null || payoff === null ? null : rate - (1 - rate) / payoff
}

/** The longest run of wins or of losses; a zero ends both. */
export function longestRun(profits: readonly number[], of: 'wins' | 'losses'): number {
  let [run, longest] = [0, 0]
  for (const profit of profits) {
    run = (of === 'wins' ? profit > 0 : profit < 0) ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

export interface AccountDrawdown {
  readonly absolute: number
  /** Share of the peak balance. */
  readonly relative: number
  /** Trades at the peak and at the bottom. */
  readonly highIndex: number
  readonly lowIndex: number
}

/**
 * The drawdown of a balance that starts at `start` and changes by each profit: the one that is largest in money (`absolute`), or
 * as a share of its peak (`relative`). The two need not be the same one.
 */
export function accountDrawdown(
  profits: readonly number[],
  start: number,
  select: 'absolute' | 'relative' = 'absolute',
): AccountDrawdown | null {
  let [balance, peak, peakIndex] = [start, start, 0]
  let worst: AccountDrawdown | null = null
  profits.forEach((profit, index) => {
    balance += profit
    if (balance > peak) [peak, peakIndex] = [balance, index]
    const [absolute, relative] = [peak - balance, (peak - balance) / peak]
    const deeper = worst === null || (select === 'absolute' ? absolute > worst.absolute : relative > worst.relative)
    if (absolute > 0 && deeper) worst = { absolute, relative, highIndex: peakIndex, lowIndex: index }
  })
  return worst
}

/** `(end/start)^(365/days) - 1` */
export function compoundGrowth(start: number, end: number, days: number): number | null {
  return days <= 0 || start <= 0 || end < 0 ? null : (end / start) ** (365 / days) - 1
}
