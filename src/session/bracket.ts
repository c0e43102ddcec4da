/** The same strategy under all three fill models: the interval in which its result lies. */
import type { Desk } from '../trading/desk.js'
import type { TradingPlan } from './trading-plan.js'
import type { FillModelName } from '../trading/fill-model.js'

export interface Bracket {
  readonly strategy: string
  readonly asset: string
  /** Equity at the end under each model, decimals. */
  readonly equity: Readonly<Partial<Record<FillModelName, string>>>
  /** Return since the start, as a share; null where nothing was traded on. */
  readonly returns: Readonly<Partial<Record<FillModelName, number | null>>>
  readonly fills: Readonly<Partial<Record<FillModelName, number>>>
  /** The least and the most of {@link returns}; null where none is known. */
  readonly low: number | null
  readonly high: number | null
}

/** One bracket for each strategy of the plan; desks that never opened are left out. */
export function bracketsOf({ chosen }: TradingPlan, desks: readonly Desk[]): Bracket[] {
  const byName = new Map(desks.map(desk => [desk.strategy, desk]))
  const brackets = new Map<string, { base: string; members: { model: FillModelName; desk: Desk }[] }>()
  for (const { name, seedLabel, model } of chosen) {
    const desk = byName.get(name)
    if (desk === undefined) continue
    const bracket = brackets.get(seedLabel) ?? { base: name.replace(`-${model}`, ''), members: [] }
    bracket.members.push({ model, desk })
    brackets.set(seedLabel, bracket)
  }
  return [...brackets.values()].map(({ base, members }) => bracketOf(base, members))
}

function bracketOf(strategy: string, members: readonly { model: FillModelName; desk: Desk }[]): Bracket {
  const summaries = members.map(({ model, desk }) => ({ model, ...desk.summary() }))
  const returns = summaries.map(({ model, metrics }) => {
    return { model, value: metrics.find(({ name }) => name === 'return')?.value ?? null }
  })
  const known = returns.flatMap(({ value }) => (value === null ? [] : [value]))
  return {
    strategy,
    asset: summaries[0]?.equity.asset ?? '',
    equity: Object.fromEntries(summaries.map(({ model, equity }) => [model, equity.equity])),
    returns: Object.fromEntries(returns.map(({ model, value }) => [model, value])),
    fills: Object.fromEntries(summaries.map(({ model, counts }) => [model, counts.fills])),
    low: known.length === 0 ? null : Math.min(...known),
    high: known.length === 0 ? null : Math.max(...known),
  }
}
