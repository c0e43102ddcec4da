/** What makes one run better than another: metrics of the run by name, each with the direction that is better. */
import { UsageError } from '../../model/errors.js'
import { nearest } from '../../model/symbol.js'

export interface Objective {
  readonly name: string
  readonly better: 'more' | 'less'
  /** Name of the metric. */
  readonly metric: string
  readonly describes: string
}

export const OBJECTIVES: readonly Objective[] = [
  { name: 'sharpe', better: 'more', metric: 'sharpe', describes: 'mean return / deviation, a year' },
  { name: 'sortino', better: 'more', metric: 'sortino', describes: 'mean return / downside risk, a year' },
  { name: 'calmar', better: 'more', metric: 'calmar', describes: 'annual return / deepest drawdown' },
  { name: 'return', better: 'more', metric: 'return', describes: 'end / start - 1' },
  { name: 'excess', better: 'more', metric: 'excess', describes: 'return - holding' },
  { name: 'profit-factor', better: 'more', metric: 'profitFactor', describes: 'wins / losses' },
  { name: 'expectancy', better: 'more', metric: 'expectancy', describes: 'mean profit of a trade' },
  { name: 'sqn', better: 'more', metric: 'systemQuality', describes: '√n · mean profit / deviation' },
  { name: 'win-rate', better: 'more', metric: 'winRate', describes: 'winners / trades' },
  { name: 'drawdown', better: 'less', metric: 'maxDrawdown', describes: 'deepest fall from a peak' },
]

/** @throws UsageError naming the nearest and all others. */
export function objectiveNamed(name: string): Objective {
  const found = OBJECTIVES.find(objective => objective.name === name)
  if (found !== undefined) return found
  const names = OBJECTIVES.map(objective => objective.name)
  const close = nearest(name, names)
  throw new UsageError('objective', `there is no objective ${JSON.stringify(name.slice(0, 60))}`, {
    hint: `${close === undefined ? '' : `did you mean ${close}? `}one of ${names.join(', ')}`,
  })
}

/** The objective's value of a run, turned so that more is better; null where it is undefined. */
export function scoreOf(
  { metric, better }: Objective,
  metrics: Readonly<Record<string, number | null>>,
): number | null {
  const value = metrics[metric] ?? null
  return value === null || better === 'more' ? value : -value
}
