/** Parameters of a strategy as users type them: text in, validated values out, with errors that name the way out. */
import { z } from 'zod'
import { UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'
import type { Strategy } from './strategy.js'

/** One parameter, for lists and help. */
export interface ParameterHelp {
  readonly name: string
  /** `integer 2 … 10000`, `one of long, both`, `true or false`. */
  readonly range: string
  /** As it would be typed; null where the parameter has no default. */
  readonly preset: string | null
  readonly description: string
}

/**
 * Reads parameters that arrived as text. Strict: `20` is a number where one is wanted, `''`, `1e2` and `0x10` are not.
 * @throws UsageError `parameter_unknown` or `parameter_value`, naming the parameter, its range and the nearest name.
 */
export function parseParameters(
  strategy: Strategy,
  texts: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Record<string, unknown> {
  const given: Iterable<[string, string]> = isMap(texts) ? texts : Object.entries(texts)
  const values = new Map<string, unknown>()
  for (const [name, text] of given) values.set(name, readText(strategy, name, text))
  return checkParameters(strategy, Object.fromEntries(values))
}

/**
 * Checks parameters that are values already and fills in defaults.
 * @throws UsageError as {@link parseParameters}.
 */
export function checkParameters(
  strategy: Strategy,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name of Object.keys(values)) fieldOf(strategy, name)
  const result = strategy.params.safeParse(values)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = String(issue?.path[0] ?? '')
  const help = describeParameters(strategy).find(parameter => parameter.name === name)
  throw new UsageError(
    'parameter_value',
    `${strategy.name}: ${name === '' ? '' : `${name}: `}${issue?.message ?? 'invalid'}`,
    {
      hint: help === undefined ? listOf(strategy) : `${name} is ${help.range}`,
    },
  )
}

/** Name, range, default and meaning of every parameter, in the order of the schema. */
export function describeParameters(strategy: Strategy): ParameterHelp[] {
  return Object.entries(strategy.params.shape).map(([name, field]) => {
    const schema = z.toJSONSchema(field as z.ZodType, { io: 'input', unrepresentable: 'any' }) as JsonSchema
    return {
      name,
      range: rangeOf(schema),
      preset: schema.default === undefined ? null : JSON.stringify(schema.default).replace(/^"|"$/g, ''),
      description: schema.description ?? '',
    }
  })
}

function isMap(
  texts: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): texts is ReadonlyMap<string, string> {
  return texts instanceof Map
}

interface JsonSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly default?: unknown
  readonly description?: string
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/

/** The first reading of the text that the field accepts: as it stands, as a number, as true or false. */
function readText(strategy: Strategy, name: string, text: string): unknown {
  const field = fieldOf(strategy, name)
  const readings: unknown[] = [text]
  if (NUMBER.test(text)) readings.unshift(Number(text))
  if (text === 'true' || text === 'false') readings.unshift(text === 'true')
  const accepted = readings.filter(reading => field.safeParse(reading).success)
  if (accepted.length > 0) return accepted[0]
  const help = describeParameters(strategy).find(parameter => parameter.name === name)
  throw new UsageError('parameter_value', `${strategy.name}: ${name}=${text.slice(0, 40)} is out of range`, {
    hint: `${name} is ${help?.range ?? 'something else'}`,
  })
}

function fieldOf(strategy: Strategy, name: string): z.ZodType {
  if (Object.hasOwn(strategy.params.shape, name)) return strategy.params.shape[name] as z.ZodType
  const close = nearest(name, Object.keys(strategy.params.shape))
  throw new UsageError('parameter_unknown', `${strategy.name} has no parameter ${name.slice(0, 40)}`, {
    hint: close === undefined ? listOf(strategy) : `did you mean ${close}? ${listOf(strategy)}`,
  })
}

function listOf(strategy: Strategy): string {
  const names = Object.keys(strategy.params.shape)
  return names.length === 0 ? `${strategy.name} has no parameters` : `its parameters: ${names.join(', ')}`
}

function rangeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type !== 'number' && schema.type !== 'integer') return 'text'
  const noun = schema.type === 'integer' ? 'integer' : 'number'
  const low = schema.minimum ?? schema.exclusiveMinimum
  const high = schema.maximum ?? schema.exclusiveMaximum
  const above = schema.exclusiveMinimum === undefined ? 'from' : 'above'
  if (low !== undefined && high !== undefined) return `${noun} ${above} ${low} to ${high}`
  if (low !== undefined) return `${noun} ${above} ${low}`
  return high === undefined ? noun : `${noun} up to ${high}`
}
