/** The strategies that come with genesis, by name. */
import { UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'
import { bollinger } from './bollinger.js'
import { bookImbalance } from './book-imbalance.js'
import { breakout } from './breakout.js'
import { buyAndHold } from './buy-and-hold.js'
import { ema } from './ema.js'
import { grid } from './grid.js'
import { macd } from './macd.js'
import { marketMaker } from './market-maker.js'
import { meanReversion } from './mean-reversion.js'
import { rsi } from './rsi.js'
import { sma } from './sma.js'
import type { Strategy } from './strategy.js'

/** In the order in which they are listed. */
export const STRATEGIES: readonly Strategy[] = [
  sma,
  ema,
  rsi,
  macd,
  bollinger,
  breakout,
  meanReversion,
  grid,
  marketMaker,
  bookImbalance,
  buyAndHold,
]

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
