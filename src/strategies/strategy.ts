/** What a strategy is: a name, validated parameters, and handlers that turn market events into requests. */
import type { z } from 'zod'
import type { StrategyContext, StrategyHandlers } from '../model/trading.js'
import { perInstrument } from './per-instrument.js'

/** Parameters are one zod object, so that their ranges, defaults and help come from one place. */
export type ParameterSchema = z.ZodObject

export interface StrategyDefinition<Schema extends ParameterSchema> {
  /** As users type it: lower case, digits and hyphens. */
  readonly name: string
  readonly description: string
  readonly params: Schema
  /** Events (trades or candles) it must see before it can say anything. */
  readonly warmup?: number | ((parameters: z.infer<Schema>) => number)
  /** `instrument`: an instance for each instrument; `account` (default): one instance hears the events of all. */
  readonly scope?: 'instrument' | 'account'
  /** Called once per run, or once per instrument; all state lives in what it returns. */
  create(context: StrategyContext<z.infer<Schema>>): StrategyHandlers
}

export interface Strategy {
  readonly name: string
  readonly description: string
  readonly params: ParameterSchema
  /** Warm-up for given parameters; 0 where none is declared. */
  warmup(parameters: unknown): number
  create(context: StrategyContext<unknown>): StrategyHandlers
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/

/** @throws TypeError where the definition is incomplete, with what is missing. */
export function defineStrategy<Schema extends ParameterSchema>(definition: StrategyDefinition<Schema>): Strategy {
  const { name, description, params, warmup, scope } = definition
  const strategy: Strategy = {
    name,
    description,
    params,
    warmup: parameters => (typeof warmup === 'function' ? warmup(parameters as z.infer<Schema>) : (warmup ?? 0)),
    create: context => {
      const create = (): StrategyHandlers => definition.create(context as StrategyContext<z.infer<Schema>>)
      return scope === 'instrument' ? perInstrument(create) : create()
    },
  }
  const missing = strategyFault(definition)
  if (missing !== undefined) throw new TypeError(missing)
  return strategy
}

/** What keeps `value` from being a strategy, as one sentence for the user; undefined where it is one. */
export function strategyFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return 'there is no strategy in the default export; write `export default defineStrategy({ … })`'
  }
  const { name, description, params, create } = value as Record<string, unknown>
  if (typeof name !== 'string' || !NAME.test(name)) {
    return 'the strategy needs a name of lower-case letters, digits and hyphens'
  }
  if (typeof description !== 'string') return `strategy ${name} needs a description`
  if (!isSchema(params)) return `strategy ${name} needs params: a z.object({ … }), empty where it has none`
  if (typeof create !== 'function') return `strategy ${name} needs create(context) that returns its handlers`
  return undefined
}

/** Whether a user's file exports what {@link defineStrategy} makes. */
export function isStrategy(value: unknown): value is Strategy {
  return strategyFault(value) === undefined && typeof (value as Partial<Strategy>).warmup === 'function'
}

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'shape' in value && 'safeParse' in value
}
