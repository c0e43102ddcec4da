/** The trading options of the command line, with their defaults. */
import { UsageError } from '../model/errors.js'
import { TRADING_EVENTS } from '../session/events.js'
import type { TradingOptions, TradingPlan } from '../session/trading-plan.js'
import { readRulesFile } from '../session/trading-rules.js'
import type { Options } from './options.js'

/** What a trading run prints as lines: what happened to the streams, and everything the strategies caused. */
export const TRADING_PRINTS = ['status', ...TRADING_EVENTS] as const

const DEFAULT_CAPITAL = '10000'
const DEFAULT_SEED = 1

/** @throws UsageError where no strategy was named, or a rule cannot be read. */
export function tradingOptions(options: Options): TradingOptions {
  if (options.strategy === undefined || options.strategy.length === 0) {
    throw new UsageError('no_strategy', 'no strategy was named', {
      hint: 'for example --strategy sma; see genesis strategies',
    })
  }
  if (options.bracket === true && options.model !== undefined) {
    throw new UsageError('option', '--bracket runs all three fill models; --model names one', {
      hint: 'leave one of them out',
    })
  }
  const risk = riskOptions(options)
  return {
    strategies: options.strategy,
    parameters: options.param ?? [],
    capital: options.capital ?? DEFAULT_CAPITAL,
    fees: options.fees,
    latencyMs: typeof options.latency === 'number' ? options.latency / 1000 : undefined,
    ...(options.latency === 'recorded' ? { latency: 'recorded' } : {}),
    model: options.model,
    seed: options.seed ?? DEFAULT_SEED,
    ...(options.bracket === true ? { bracket: true } : {}),
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(options.leverage === undefined ? {} : { leverage: options.leverage }),
    ...borrowRates(options),
    ...(options.sizing === undefined ? {} : { sizing: sizingOption(options.sizing) }),
    ...(options.rules === undefined ? {} : { rules: readRulesFile(options.rules) }),
    ...(options.watchdog === undefined ? {} : { hangMs: options.watchdog / 1000 }),
    ...(Object.keys(risk).length === 0 ? {} : { risk }),
  }
}

/** `0.02` for all assets, `USDT=0.02,BTC=0.01` for each. */
function borrowRates({ borrowRate, account }: Options): Pick<TradingOptions, 'borrowRates'> {
  if (borrowRate === undefined) return {}
  if (account !== 'margin') {
    throw new UsageError('option', '--borrow-rate is the price of debts, and a cash account makes none', {
      hint: 'add --account margin',
    })
  }
  const pairs = borrowRate.split(',').map(text => {
    const [rate = '', asset = '*'] = text.split('=').reverse()
    return [asset, rate.replace('%', '')] as const
  })
  return { borrowRates: Object.fromEntries(pairs) }
}

function riskOptions(options: Options): NonNullable<TradingOptions['risk']> {
  const { maxPosition, maxOrderValue, maxOrderRate, maxOpenOrders } = options
  const { priceBand, maxDailyLoss, maxDrawdown, onDrawdown } = options
  if (onDrawdown !== undefined && maxDrawdown === undefined) {
    throw new UsageError('option', '--on-drawdown says what the kill switch blocks, and there is none', {
      hint: 'set it with --max-drawdown, such as --max-drawdown 10',
    })
  }
  return {
    ...(maxPosition === undefined ? {} : { maxPosition }),
    ...(maxOrderValue === undefined ? {} : { maxOrderValue }),
    ...(maxOrderRate === undefined ? {} : { maxOrdersPerSecond: maxOrderRate }),
    ...(maxOpenOrders === undefined ? {} : { maxOpenOrders }),
    ...(priceBand === undefined ? {} : { priceBandPercent: priceBand }),
    ...(maxDailyLoss === undefined ? {} : { maxDailyLoss }),
    ...(maxDrawdown === undefined ? {} : { maxDrawdownPercent: maxDrawdown }),
    ...(onDrawdown === undefined ? {} : { drawdownBlocks: onDrawdown }),
  }
}

/** The most that volatility sizing puts into one position, percent of equity. */
const MOST_PERCENT = 100

function sizingOption(text: string): NonNullable<TradingOptions['sizing']> {
  const [, kind, amount = ''] = /^(percent|fixed|volatility)=(\d{1,12}(?:\.\d{1,18})?)$/.exec(text) ?? []
  const value = Number(amount)
  if (kind === undefined || value <= 0 || (kind !== 'fixed' && value > 1000)) {
    throw new UsageError(
      'option',
      `--sizing ${JSON.stringify(text)}: expected percent=, fixed= or volatility= and a number`,
      {
        hint: 'for example percent=50 (of equity), fixed=0.01 (units) or volatility=1 (percent of equity a day)',
      },
    )
  }
  if (kind === 'fixed') return { kind, size: amount }
  if (kind === 'percent') return { kind, percent: value }
  return { kind: 'volatility', dailyPercent: value, maxPercent: MOST_PERCENT }
}

/** `sma(fast=10 slow=40)`, for titles. */
export function strategyText({ chosen }: TradingPlan): string {
  return chosen
    .map(({ name, parameters }) => {
      const values = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${String(value)}`)
      return `${name}(${values.join(' ')})`
    })
    .join(' + ')
}
