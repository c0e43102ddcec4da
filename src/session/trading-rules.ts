/** Rules of instruments as users' files and recordings' headers tell them: price and size steps, least sizes and values, fee rates. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf, UsageError } from '../model/errors.js'
import type { TradingRules } from '../model/instrument.js'

const positive = z
  .string()
  .regex(/^\d{1,20}(?:\.\d{1,18})?$/, { error: 'expected a decimal as text, such as "0.01"' })
  .refine(text => Number(text) > 0, { error: 'must be above zero' })
/** A negative rate is a rebate. */
const rate = z.string().regex(/^-?\d(?:\.\d{1,18})?$/, { error: 'expected a fraction as text, such as "0.001"' })

const rulesShape = {
  tickSize: positive.exactOptional(),
  stepSize: positive.exactOptional(),
  minSize: positive.exactOptional(),
  minNotional: positive.exactOptional(),
  maker: rate.exactOptional(),
  taker: rate.exactOptional(),
}

const rulesSchema = z.strictObject(rulesShape)

export const instrumentRulesSchema = z.object({ exchange: z.string(), symbol: z.string(), ...rulesShape }).readonly()

export type InstrumentRules = z.infer<typeof instrumentRulesSchema>

const NAME = /^([a-z0-9_-]{1,64}):(.{1,64})$/i
const MOST_BYTES = 64 * 1024 * 1024

/** @throws UsageError naming the file, the instrument and the rule that is wrong. */
export function readRulesFile(path: string): InstrumentRules[] {
  let value: unknown
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > MOST_BYTES) throw new Error('larger than 64 MB')
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError('rules', `--rules ${path}: ${messageOf(error)}`, { hint: EXAMPLE })
  }
  const rules = parseRules(value)
  if (typeof rules === 'string') throw new UsageError('rules', `--rules ${path}: ${rules}`, { hint: EXAMPLE })
  return rules
}

const EXAMPLE = 'for example {"binance:BTCUSDT": {"tickSize": "0.01", "stepSize": "0.00001", "minNotional": "5"}}'

/** Reads `{"exchange:symbol": {…}}`. @returns what is wrong with it, as a sentence, where something is. */
export function parseRules(value: unknown): InstrumentRules[] | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected an object'
  const read: InstrumentRules[] = []
  for (const [name, given] of Object.entries(value)) {
    const [, exchange, symbol] = NAME.exec(name) ?? []
    if (exchange === undefined || symbol === undefined) return `"${name.slice(0, 60)}" is not exchange:symbol`
    const checked = rulesSchema.safeParse(given)
    if (!checked.success) {
      const issue = checked.error.issues[0]
      return `${name}: ${[...(issue?.path ?? []).map(String), issue?.message ?? 'not understood'].join(': ')}`
    }
    read.push({ exchange, symbol, ...checked.data })
  }
  return read
}

/** The form of {@link parseRules}, for a recording's header. */
export function rulesRecord(rules: readonly InstrumentRules[]): Record<string, TradingRules> {
  return Object.fromEntries(rules.map(({ exchange, symbol, ...rest }) => [`${exchange}:${symbol}`, rest]))
}

/** Finds the rules of an instrument; of two that name it, the later ones count, rule by rule. */
export class RuleBook {
  readonly #rules = new Map<string, TradingRules>()

  constructor(...sources: readonly (readonly InstrumentRules[])[]) {
    for (const { exchange, symbol, ...rules } of sources.flat()) {
      const key = keyOf(exchange, symbol)
      this.#rules.set(key, { ...this.#rules.get(key), ...rules })
    }
  }

  readonly find = (exchange: string, symbol: string): TradingRules | undefined =>
    this.#rules.get(keyOf(exchange, symbol))
}

function keyOf(exchange: string, symbol: string): string {
  return `${exchange.toLowerCase()}:${symbol.toUpperCase()}`
}
