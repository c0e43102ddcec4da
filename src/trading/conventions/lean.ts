/** Figures as LEAN computes them: statistics of closed trades, and its ratios of daily returns. */
import { deviation, mean, ratio, sum } from '../metrics/statistics.js'
import { longestRun } from '../metrics/trades.js'

export interface LeanTrade {
  readonly profit: number
  readonly fees: number
  /** Maximum adverse excursion, zero or negative. */
  readonly adverse: number
  /** Maximum favourable excursion, zero or positive. */
  readonly favourable: number
  readonly durationSeconds: number
}

/** What LEAN shows in place of a ratio whose divisor is nothing. */
const CAP = 10

export function leanTradeStatistics(trades: readonly LeanTrade[]) {
  const profits = trades.map(trade => trade.profit)
  const wins = profits.filter(profit => profit > 0)
  const losses = profits.filter(profit => profit < 0)
  const spread = deviation(profits) ?? 0
  const downside = deviation(losses) ?? 0
  const average = mean(profits) ?? 0
  return {
    totalProfit: sum(profits),
    averageProfit: average,
    winRate: ratio(wins.length, trades.length) ?? 0,
    lossRate: ratio(losses.length, trades.length) ?? 0,
    profitLossRatio: ratio(mean(wins) ?? 0, -(mean(losses) ?? 0)) ?? 0,
    winLossRatio: ratio(wins.length, losses.length) ?? CAP,
    longestWins: longestRun(profits, 'wins'),
    longestLosses: longestRun(profits, 'losses'),
    averageAdverse: mean(trades.map(trade => trade.adverse)) ?? 0,
    averageFavourable: mean(trades.map(trade => trade.favourable)) ?? 0,
    largestAdverse: Math.min(0, ...trades.map(trade => trade.adverse)),
    largestFavourable: Math.max(0, ...trades.map(trade => trade.favourable)),
    ...drawdownsOfTrades(trades),
    deviation: spread,
    downsideDeviation: downside,
    profitFactor: ratio(sum(wins), -sum(losses)) ?? (wins.length > 0 ? CAP : 0),
    sharpe: ratio(average, spread) ?? 0,
    sortino: ratio(average, downside) ?? 0,
    totalFees: sum(trades.map(trade => trade.fees)),
    averageDurationSeconds: mean(trades.map(trade => trade.durationSeconds)) ?? 0,
  }
}

/** Falls of the summed profit: between closed trades, and down to each trade's worst moment from the best before it. */
function drawdownsOfTrades(trades: readonly LeanTrade[]): { closedDrawdown: number; intraTradeDrawdown: number } {
  let [total, peak, best, closedDrawdown, intraTradeDrawdown] = [0, 0, 0, 0, 0]
  for (const { profit, adverse, favourable } of trades) {
    best = Math.max(best, total + favourable)
    intraTradeDrawdown = Math.min(intraTradeDrawdown, total + adverse - best)
    total += profit
    peak = Math.max(peak, total)
    closedDrawdown = Math.min(closedDrawdown, total - peak)
  }
  return { closedDrawdown, intraTradeDrawdown }
}

/** `((1 + mean)^252 - 1 - rf) / (std · √252)`, rf per year. */
export function leanSharpe(dailyReturns: readonly number[], riskFree = 0): number | null {
  const [middle, spread] = [mean(dailyReturns), deviation(dailyReturns)]
  if (middle === null || spread === null) return null
  return ratio((1 + middle) ** 252 - 1 - riskFree, spread * Math.sqrt(252))
}
