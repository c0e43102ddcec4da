/** Events as lines of JSON: the keys of the contract in the contract's order, numbers in plain decimal notation. */
import { plainDecimal } from './number.js'

const UNSAFE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** {@link Trade.aggregated}, {@link Trade.fetched} and {@link Trade.ordinal} are the program's own notes. */
const UNPRINTED: ReadonlySet<string> = new Set(['aggregated', 'fetched', 'ordinal'])

/** One event (or any JSON-safe record) as one line of JSON, without the line feed. */
export function eventLine(event: object): string {
  return write(event)
}

function write(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? plainDecimal(value) : 'null'
    case 'string':
      return quoted(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? writeArray(value) : writeObject(value)
    default:
      return 'null'
  }
}

function writeArray(values: readonly unknown[]): string {
  let text = '['
  for (let index = 0; index < values.length; index++) text += (index === 0 ? '' : ',') + write(values[index])
  return `${text}]`
}

function writeObject(record: object): string {
  let text = '{'
  let separator = ''
  for (const key of Object.keys(record)) {
    const value = (record as Readonly<Record<string, unknown>>)[key]
    if (value === undefined) continue
    const name = NAMES.get(key) ?? nameOf(key)
    if (name === '') continue
    text += separator + name + write(value)
    separator = ','
  }
  return `${text}}`
}

/** What stands before the values of keys, made once; nothing where the key is not printed. */
const NAMES = new Map<string, string>()
const MOST_NAMES = 1_000

function nameOf(key: string): string {
  const name = UNPRINTED.has(key) ? '' : `${quoted(key)}:`
  if (NAMES.size < MOST_NAMES) NAMES.set(key, name)
  return name
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** A JSON string with JSON's escapes, and also those of the control and direction characters that JSON leaves bare but a terminal obeys. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(
    UNSAFE,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
