/** How the rules of an instrument are asked for by REST: price and size steps, least sizes and values, fees where they are public. */
import type { TradingRules } from '../../model/instrument.js'
import { type Json, type JsonObject, own, parseJsonText } from '../../wire/json.js'

/** An instrument as the exchange spells it, and unified. */
export interface AskedInstrument {
  readonly symbol: string
  readonly pair: string
}

export interface RulesRequest {
  /** Address of an answer that holds the instrument's rules; undefined where the exchange tells none of its kind. `base` as for snapshots. */
  url(instrument: AskedInstrument, base: string | null): string | undefined
  /** What is sent along, by POST, to an address that wants to be told what is asked for; JSON. */
  body?(instrument: AskedInstrument): string
  /** What the answer says of the instrument; a rule that it does not have, or that is switched off with 0, is left out. */
  read(body: string, instrument: AskedInstrument): TradingRules
  /** The other side, for the exchange in a box: the answer to an address, out of rules that a recording knows. */
  answer?(address: URL, rules: ReadonlyMap<string, TradingRules>): string | undefined
}

/** The object at the end of a path of keys and indices; an empty one where there is none. */
export function objectAt(body: string, ...path: readonly (string | number)[]): JsonObject {
  let value: Json | undefined = parseJsonText(body)
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else value = isObject(value) ? own(value, String(key)) : undefined
  }
  return isObject(value) ? value : {}
}

/** The first entry of a list, or of an object's values, of which `is` holds. */
export function entryOf(value: Json | undefined, is: (entry: JsonObject) => boolean): JsonObject {
  const entries = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  return entries.filter(isObject).find(is) ?? {}
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const DECIMAL = /^\d{1,20}(?:\.\d{1,18})?$/

/** A positive decimal as text; undefined where there is none. */
export function decimal(value: Json | undefined): string | undefined {
  const text = typeof value === 'string' && /^\d(?:\.\d+)?e-?\d{1,2}$/i.test(value) ? Number(value).toFixed(18) : value
  if (typeof text !== 'string' || !DECIMAL.test(text) || Number(text) === 0) return undefined
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** One unit of the last of so many decimal places. */
export function placesStep(places: Json | undefined): string | undefined {
  const count = Number(places)
  if (typeof places !== 'string' || !Number.isInteger(count) || count < 0 || count > 18) return undefined
  return count === 0 ? '1' : `0.${'0'.repeat(count - 1)}1`
}

/** A fee as a fraction; a negative one is a rebate. */
export function rate(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const plain = /e/i.test(value) ? trimmed(Number(value).toFixed(12)) : value
  return /^-?\d(?:\.\d{1,18})?$/.test(plain) ? plain : undefined
}

function trimmed(text: string): string {
  return text.replace(/\.?0+$/, '')
}

/** Leaves out what the exchange has not told. */
export function told(rules: { readonly [Key in keyof TradingRules]: string | undefined }): TradingRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined))
}
