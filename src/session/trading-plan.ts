/** What a trading run is set up with: strategies, account, fills and limits, as data that a session keeps; and the strategies loaded. */
import { z } from 'zod'
import { UsageError } from '../model/errors.js'
import { parseParameters } from '../strategies/parameters.js'
import type { Strategy } from '../strategies/strategy.js'
import type { FillModelName } from '../trading/fill-model.js'
import { isBuiltIn, loadStrategy } from './strategy-file.js'
import { instrumentRulesSchema } from './trading-rules.js'

const modelSchema = z.enum(['pessimistic', 'realistic', 'optimistic'])

/** Limits of the risk gate; units as in `RiskLimits`. */
const riskSchema = z
  .object({
    maxPosition: z.string().exactOptional(),
    maxOrderValue: z.string().exactOptional(),
    maxOrdersPerSecond: z.int().positive().exactOptional(),
    priceBandPercent: z.number().positive().exactOptional(),
    maxOpenOrders: z.int().positive().exactOptional(),
    maxDailyLoss: z.string().exactOptional(),
    maxDrawdownPercent: z.number().positive().exactOptional(),
    drawdownBlocks: z.enum(['entries', 'all', 'flatten']).exactOptional(),
  })
  .readonly()

const sizingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fixed'), size: z.string() }),
  z.object({ kind: z.literal('percent'), percent: z.number().positive() }),
  z.object({
    kind: z.literal('volatility'),
    dailyPercent: z.number().positive(),
    maxPercent: z.number().positive(),
  }),
])

/** JSON-safe: a session keeps it whole, so that resuming and verifying repeat it. */
export const tradingOptionsSchema = z
  .object({
    /** Names or files; each trades an account of its own. */
    strategies: z.array(z.string()).min(1).readonly(),
    /** `name=value`, for every strategy. */
    parameters: z.array(z.string()).readonly(),
    capital: z.string(),
    /** `maker,taker` or `maker,taker,asset`; the instrument's own rates, else the default schedule, where absent. */
    fees: z.string().optional(),
    latencyMs: z.number().optional(),
    /** Drawn from the delays that the run measures, in place of `latencyMs`. */
    latency: z.literal('recorded').exactOptional(),
    model: modelSchema.optional(),
    /** Every strategy under each of the three fill models, side by side. */
    bracket: z.boolean().optional(),
    seed: z.int(),
    account: z.enum(['cash', 'margin']).optional(),
    leverage: z.string().optional(),
    /** Interest on debts, percent a day by asset, `*` for all others. */
    borrowRates: z.record(z.string(), z.string()).readonly().exactOptional(),
    sizing: sizingSchema.optional(),
    risk: riskSchema.optional(),
    rules: z.array(instrumentRulesSchema).readonly().optional(),
    /** A handler of a user's strategy that takes longer has hung. */
    hangMs: z.number().positive().optional(),
  })
  .readonly()

export type TradingOptions = z.infer<typeof tradingOptionsSchema>

export interface ChosenStrategy {
  /** Unique within the run; what its events, orders and accounts are called by. */
  readonly name: string
  readonly strategy: Strategy
  readonly parameters: Readonly<Record<string, unknown>>
  readonly model: FillModelName
  /** What its random numbers are drawn by: alike under every model, so that only the model differs. */
  readonly seedLabel: string
  /** What it was loaded by, a name or a file. */
  readonly source: string
}

/** Strategies loaded and parameters checked, before anything connects. */
export interface TradingPlan {
  readonly options: TradingOptions
  readonly chosen: readonly ChosenStrategy[]
}

const DEFAULT_HANG_MS = 30_000

/** How long a handler may take, where users' own code takes part; null where every strategy is built in. */
export function hangLimit({ chosen, options }: TradingPlan): number | null {
  return chosen.every(({ source }) => isBuiltIn(source)) ? null : (options.hangMs ?? DEFAULT_HANG_MS)
}

/** From the one that flatters least to the one that flatters most. */
export const MODELS: readonly FillModelName[] = ['pessimistic', 'realistic', 'optimistic']

/** @throws UsageError naming the strategy or parameter and the choices. */
export async function planTrading(options: TradingOptions): Promise<TradingPlan> {
  const loaded = []
  for (const source of options.strategies) loaded.push({ source, strategy: await loadStrategy(source) })
  return planLoaded(options, loaded)
}

/** As {@link planTrading}, with strategies that are loaded already. @throws UsageError as it does. */
export function planLoaded(
  options: TradingOptions,
  loaded: readonly { readonly source: string; readonly strategy: Strategy }[],
): TradingPlan {
  const pairs = readPairs(options.parameters)
  const models = options.bracket === true ? MODELS : [options.model ?? 'pessimistic']
  const names = uniqueNames(loaded.map(({ strategy }) => strategy.name))
  const chosen = loaded.flatMap(({ source, strategy }, index) => {
    const own = names[index] ?? strategy.name
    const parameters = parseParameters(strategy, pairsOf(own, pairs))
    return models.map(model => {
      const name = models.length === 1 ? own : `${own}-${model}`
      return { name, source, strategy, parameters, model, seedLabel: `${index}:${strategy.name}` }
    })
  })
  refuseStrayPairs(pairs, names)
  return { options, chosen }
}

/** Orders and accounts go by the strategy's name, so the second `sma` is `sma-2`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map(name => {
    let own = name
    for (let number = 2; taken.has(own); number++) own = `${name}-${number}`
    taken.add(own)
    return own
  })
}

interface Pair {
  /** The strategy it is meant for; null for all. */
  readonly strategy: string | null
  readonly name: string
  readonly text: string
}

/** What was said to this strategy goes before what was said to all. */
function pairsOf(strategy: string, pairs: readonly Pair[]): ReadonlyMap<string, string> {
  const general = pairs.filter(pair => pair.strategy === null)
  const own = pairs.filter(pair => pair.strategy === strategy)
  return new Map([...general, ...own].map(({ name, text }) => [name, text]))
}

function refuseStrayPairs(pairs: readonly Pair[], names: readonly string[]): void {
  const stray = pairs.find(({ strategy }) => strategy !== null && !names.includes(strategy))
  if (stray === undefined) return
  throw new UsageError(
    'parameter',
    `--param ${stray.strategy ?? ''}.${stray.name}: no strategy of this run has that name`,
    {
      hint: `the run's strategies: ${names.join(', ')}`,
    },
  )
}

/** `fast=20` for every strategy, `sma-2.fast=20` for one. */
function readPairs(parameters: readonly string[]): Pair[] {
  return parameters.map(text => {
    const [, strategy = null, name, value] = /^(?:([a-z][a-z0-9-]*)\.)?([^=.]+)=(.*)$/is.exec(text) ?? []
    if (name !== undefined && value !== undefined) return { strategy, name, text: value }
    throw new UsageError('parameter', `--param ${text}: expected name=value`, {
      hint: 'for example --param fast=20, or --param sma-2.fast=20 for one of several strategies',
    })
  })
}
