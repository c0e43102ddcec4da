/** The strategies that come with genesis, by name. */
import { UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'
import { sma } from './sma.js'
import type { Strategy } from './strategy.js'

/** In the order in which they are listed. */
export const STRATEGIES: readonly Strategy[] = [sma]

/** @throws UsageError `strategy_unknown`, naming the nearest and all others. */
export function strategyNamed(name: string): Strategy {
  const strategy = STRATEGIES.find(candidate => candidate.name === name)
  if (strategy !== undefined) return strategy
  const names = STRATEGIES.map(candidate => candidate.name)
  const close = nearest(name, names)
  throw new UsageError('strategy_unknown', `there is no strategy ${name.slice(0, 60)}`, {
    hint: `${close === undefined ? '' : `did you mean ${close}? `}built in: ${names.join(', ')}; or give a file, such as ./my-strategy.ts`,
  })
}
