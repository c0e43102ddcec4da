/** Options from a JSON file and from `GENESIS_…` variables; flags win over both, variables over the file. */
import { readFileSync } from 'node:fs'
import { messageOf, UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'
import type { Io } from './io.js'
import { OPTIONS, type OptionName, type Options, type OptionSpec } from './options.js'

/** @throws UsageError naming the file, the key and what was expected. */
export function withConfiguration(flags: Options, io: Pick<Io, 'env'>): Options {
  const file = flags.config ?? io.env['GENESIS_CONFIG']
  const merged = new Map<string, unknown>()
  if (file !== undefined) readConfiguration(file, merged)
  readEnvironment(io.env, merged)
  for (const [key, value] of Object.entries(flags)) merged.set(key, value)
  return Object.fromEntries(merged)
}

function readConfiguration(file: string, into: Map<string, unknown>): void {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError('config', `configuration ${file}: ${messageOf(error)}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError('config', `configuration ${file}: expected a JSON object of options`)
  }
  for (const [key, value] of Object.entries(parsed)) {
    if (!isOptionName(key)) {
      const hint = nearest(key, Object.keys(OPTIONS))
      throw new UsageError(
        'config',
        `configuration ${file}: unknown option "${key}"`,
        hint ? { hint: `did you mean "${hint}"?` } : {},
      )
    }
    into.set(key, readValue(OPTIONS[key], value, `configuration ${file}: ${key}`))
  }
}

function readValue(option: OptionSpec, value: unknown, where: string): unknown {
  const parse = option.parse
  if (parse === undefined) {
    if (typeof value !== 'boolean') throw new UsageError('config', `${where}: expected true or false`)
    return value
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.reduce<unknown>((previous, item) => {
    if (typeof item !== 'string' && typeof item !== 'number')
      throw new UsageError('config', `${where}: expected text or a number`)
    return parse(String(item), previous)
  }, undefined)
}

function readEnvironment(env: Io['env'], into: Map<string, unknown>): void {
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const value = env[variableOf(name)]
    if (value === undefined || value === '' || name === 'config') continue
    const option: OptionSpec = OPTIONS[name]
    into.set(name, option.parse === undefined ? !['0', 'false', 'no'].includes(value) : option.parse(value, undefined))
  }
}

/** The variables of the environment that set an option, in the order of the alphabet. */
export function optionVariables(env: Io['env']): string[] {
  const variables = (Object.keys(OPTIONS) as OptionName[]).map(variableOf)
  return variables.filter(variable => (env[variable] ?? '') !== '').sort()
}

function variableOf(name: OptionName): string {
  return `GENESIS_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

function isOptionName(key: string): key is OptionName {
  return Object.hasOwn(OPTIONS, key)
}
