/** The trading options of the command line, with their defaults. */
import { UsageError } from '../model/errors.js'
import { TRADING_EVENTS } from '../session/events.js'
import type { TradingOptions, TradingPlan } from '../session/trading.js'
import type { Options } from './options.js'

/** What a trading run prints as lines: what happened to the streams, and everything the strategies caused. */
export const TRADING_PRINTS = ['status', ...TRADING_EVENTS] as const

const DEFAULT_CAPITAL = '10000'
const DEFAULT_SEED = 1

/** @throws UsageError where no strategy was named. */
export function tradingOptions(options: Options): TradingOptions {
  if (options.strategy === undefined || options.strategy.length === 0) {
    throw new UsageError('no_strategy', 'no strategy was named', {
      hint: 'for example --strategy sma; see genesis strategies',
    })
  }
  return {
    strategies: options.strategy,
    parameters: options.param ?? [],
    capital: options.capital ?? DEFAULT_CAPITAL,
    fees: options.fees,
    latencyMs: options.latency === undefined ? undefined : options.latency / 1000,
    model: options.model,
    seed: options.seed ?? DEFAULT_SEED,
  }
}

/** `sma(fast=10 slow=40)`, for titles. */
export function strategyText({ chosen }: TradingPlan): string {
  return chosen
    .map(({ strategy, parameters }) => {
      const values = Object.entries(parameters).map(([name, value]) => `${name}=${String(value)}`)
      return `${strategy.name}(${values.join(' ')})`
    })
    .join(' + ')
}
