/** The layout of a parsed message: its keys and the types of their values, never the values. */

const DEEPEST = 8
const MOST_KEYS = 256
/** Of a long array the first items speak for the rest. */
const MOST_ITEMS = 3

/**
 * Keys in their order with the types of their values: `{"e":string,"m":boolean}`. An array is the type of its first
 * items, written once where they are alike: `[[string]]`, `[string|number]`, `[]` where it is empty.
 */
export function layoutOf(value: unknown, depth = 0): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (depth >= DEEPEST) return '…'
  return Array.isArray(value) ? layoutOfItems(value, depth + 1) : layoutOfFields(value, depth + 1)
}

function layoutOfItems(items: readonly unknown[], depth: number): string {
  let layout = ''
  let previous = ''
  for (let index = 0; index < items.length && index < MOST_ITEMS; index++) {
    const kind = layoutOf(items[index], depth)
    if (kind !== previous) layout += layout === '' ? kind : `|${kind}`
    previous = kind
  }
  return `[${layout}]`
}

function layoutOfFields(record: object, depth: number): string {
  let layout = ''
  let room = MOST_KEYS
  for (const key of Object.keys(record)) {
    if (room-- === 0) break
    const field: unknown = Reflect.get(record, key)
    layout += `${layout === '' ? '' : ','}${PLAIN.test(key) ? `"${key}"` : JSON.stringify(key)}:${layoutOf(field, depth)}`
  }
  return `{${layout}}`
}

/** Keys that JSON writes as they are. */
const PLAIN = /^\w*$/

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
