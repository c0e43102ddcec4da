/** The trading options of the command line, with their defaults. */
import { UsageError } from '../model/errors.js'
import type { TradingOptions } from '../session/trading.js'
import type { Options } from './options.js'

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
