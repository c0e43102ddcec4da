/** The layout of a parsed message: its keys and the types of their values, never the values. */

const DEEPEST = 8
const MOST_KEYS = 256
/** Of a long array the first items speak for the rest. */
const MOST_ITEMS = 8

/**
 * Keys in their order with the types of their values: `{"e":string,"m":boolean}`. An array is the type of its items, each
 * different one once: `[[string]]`, `[]` where it is empty.
 */
export function layoutOf(value: unknown, depth = 0): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (depth >= DEEPEST) return '…'
  if (Array.isArray(value)) {
    const kinds = new Set(value.slice(0, MOST_ITEMS).map(item => layoutOf(item, depth + 1)))
    return `[${[...kinds].join('|')}]`
  }
  const entries = Object.entries(value).slice(0, MOST_KEYS)
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${layoutOf(field, depth + 1)}`).join(',')}}`
}

/**
 * Every field by its path, with its type: `data.p:string`, `bids[][]:string`. Fields that are null and arrays that are empty
 * have no type of their own; they are `blank`, and say nothing about what would stand there.
 */
export function fieldsOf(message: unknown): { readonly fields: readonly string[]; readonly blank: readonly string[] } {
  const fields = new Set<string>()
  const blank = new Set<string>()
  collect(message, '', 0, fields, blank)
  return { fields: [...fields], blank: [...blank] }
}

function collect(value: unknown, path: string, depth: number, fields: Set<string>, blank: Set<string>): void {
  if (value === null || (Array.isArray(value) && value.length === 0)) blank.add(path)
  else if (typeof value !== 'object' || depth >= DEEPEST) fields.add(`${path}:${typeof value}`)
  else if (Array.isArray(value)) {
    for (const item of value.slice(0, MOST_ITEMS)) collect(item, `${path}[]`, depth + 1, fields, blank)
  } else {
    for (const [key, field] of Object.entries(value).slice(0, MOST_KEYS)) {
      collect(field, path === '' ? key : `${path}.${key}`, depth + 1, fields, blank)
    }
  }
}
