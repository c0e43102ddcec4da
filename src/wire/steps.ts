/** A layout: what stands in a message from its first byte to its last, in order, as learned from one message and the fields declared. */
import type { Field, ListReading, Reading, Rule } from './field.js'
import type { Outline } from './outline.js'

export type Step =
  /** Bytes that are the same in every message of the layout, one character each. */
  | { readonly do: 'bytes'; readonly text: string }
  /** A value that means nothing: any plain text, any number without an exponent, true or false. */
  | { readonly do: 'skip'; readonly what: 'text' | 'number' | 'flag' }
  | { readonly do: 'read'; readonly value: number; readonly reads: ScalarReading; readonly quoted: boolean }
  /** Rows up to and with the closing bracket. */
  | { readonly do: 'rows'; readonly value: number; readonly list: ListReading; readonly row: Layout }

export type ScalarReading = Exclude<Reading, { readonly kind: 'list' | 'optional' }>

export interface Layout {
  readonly steps: readonly Step[]
  /** For each declared field, the number of the value that it becomes; -1 for an optional one that is absent. */
  readonly values: readonly number[]
}

/** Rows seen of each list, for messages in which it is empty. */
export type KnownRows = Map<string, Layout>

/**
 * The layout of a message by a rule.
 * @param text one character for each byte.
 * @returns undefined where the rule is not about this message, or nothing can be learned from it.
 */
export function layoutBy(rule: Rule, text: string, root: Outline, rows: KnownRows): Layout | undefined {
  try {
    return new Layouter(text, rule, rows).layout(root, 0, text.length)
  } catch (error) {
    if (error instanceof NotLearnable) return undefined
    throw error
  }
}

/** Two layouts are the same where this text is. */
export function shapeOf(layout: Layout): string {
  return layout.steps
    .map(step => {
      switch (step.do) {
        case 'bytes':
          return step.text
        case 'skip':
          return `<${step.what}>`
        case 'read':
          return `<${step.reads.kind}${step.quoted ? ' text' : ''}>`
        case 'rows':
          return `<rows ${shapeOf(step.row)}>`
      }
    })
    .join('')
}

class NotLearnable extends Error {}

class Layouter {
  private readonly steps: Step[] = []
  private readonly values: number[]
  private done = 0
  private count = 0

  private readonly fields: readonly Field<unknown>[]
  private readonly when: ReadonlyMap<string, unknown>

  constructor(
    private readonly text: string,
    private readonly rule: Pick<Rule, 'when' | 'constants' | 'without' | 'fields'>,
    private readonly rows: KnownRows,
  ) {
    this.fields = rule.fields
    this.when = new Map(Object.entries(rule.when))
    this.values = rule.fields.map(() => -1)
  }

  layout(root: Outline, from: number, to: number): Layout {
    this.done = from
    const unmet = new Set(this.when.keys())
    this.walk(root, '', unmet)
    this.constant(to)
    if (unmet.size > 0) throw new NotLearnable()
    this.fields.forEach(({ reads }, index) => {
      if (reads.kind !== 'optional' && this.values[index] === -1) throw new NotLearnable()
    })
    return { steps: this.steps, values: this.values }
  }

  private walk(node: Outline, path: string, unmet: Set<string>): void {
    if (this.when.has(path)) {
      if (this.valueOf(node) !== this.when.get(path)) throw new NotLearnable()
      unmet.delete(path)
      return
    }
    if (this.rule.without.includes(path)) throw new NotLearnable()
    if (this.rule.constants.includes(path)) return
    const index = this.fields.findIndex(field => field.path === path)
    const field = this.fields[index]
    if (field !== undefined) this.read(node, index, field)
    else if (node.kind === 'object' || node.kind === 'array') {
      for (const [key, child] of node.children) this.walk(child, path === '' ? key : `${path}.${key}`, unmet)
    } else this.skip(node)
  }

  /** Everything up to here that was not made a step yet is the same in every message. */
  private constant(to: number): void {
    if (to > this.done) this.steps.push({ do: 'bytes', text: this.text.slice(this.done, to) })
    this.done = to
  }

  private skip(node: Outline): void {
    const text = this.text.slice(node.start, node.end)
    if (text === 'null') return
    this.constant(node.kind === 'string' ? node.start + 1 : node.start)
    this.steps.push({ do: 'skip', what: node.kind === 'string' ? 'text' : node.kind === 'number' ? 'number' : 'flag' })
    this.done = node.kind === 'string' ? node.end - 1 : node.end
  }

  private read(node: Outline, index: number, field: Field<unknown>): void {
    const reads = field.reads.kind === 'optional' ? field.reads.field.reads : field.reads
    if (reads.kind === 'optional') throw new NotLearnable()
    if (reads.kind === 'list') {
      this.readRows(node, index, field.path, reads.list)
      return
    }
    const quoted = node.kind === 'string'
    if (!isReadable(reads, node, this.text.slice(node.start, node.end))) throw new NotLearnable()
    this.constant(quoted ? node.start + 1 : node.start)
    this.steps.push({ do: 'read', value: this.number(index), reads, quoted })
    // The Z of a time is no digit of it.
    this.done = node.end - (reads.kind === 'time' ? 2 : quoted ? 1 : 0)
  }

  private readRows(node: Outline, index: number, path: string, list: ListReading): void {
    if (node.kind !== 'array') throw new NotLearnable()
    this.constant(node.start + 1)
    const value = this.number(index)
    const layouts = node.children.map(([, row]) => this.rowLayout(row, list))
    const row = layouts[0] ?? this.rows.get(path)
    if (row === undefined || layouts.some(other => shapeOf(other) !== shapeOf(row))) throw new NotLearnable()
    const ends = node.children.map(([, child]) => child.end)
    const tight = node.children.every(([, child], at) => child.start === (ends[at - 1] ?? node.start) + 1)
    if (!tight || node.end !== (ends.at(-1) ?? node.start + 1) + 1) throw new NotLearnable()
    this.rows.set(path, row)
    this.steps.push({ do: 'rows', value, list, row })
    this.done = node.end
  }

  private rowLayout(row: Outline, list: ListReading): Layout {
    const rule = { when: {}, constants: [], without: [], fields: list.fields }
    return new Layouter(this.text, rule, new Map()).layout(row, row.start, row.end)
  }

  private number(index: number): number {
    if (this.values[index] !== -1) throw new NotLearnable()
    return (this.values[index] = this.count++)
  }

  private valueOf(node: Outline): unknown {
    return node.children.length > 0 ? undefined : (JSON.parse(this.text.slice(node.start, node.end)) as unknown)
  }
}

const PLAIN = /^"[ !#-[\]-~]*"$/

/** Whether the value of the message that the layout is learned from is of a kind that is read from bytes. */
function isReadable(reads: ScalarReading, node: Outline, text: string): boolean {
  switch (reads.kind) {
    case 'text':
      return node.kind === 'string' && PLAIN.test(text)
    case 'choice':
      return (node.kind === 'string' && PLAIN.test(text)) || reads.meanings.has(text)
    case 'time':
      return node.kind === 'string' && text.endsWith('Z"')
    case 'flag':
      return text === 'true' || text === 'false'
    case 'milliseconds':
      return /^"?\d{13}(?:\.\d{1,12})?"?$/.test(text)
    case 'nanoseconds':
      return /^"?\d{19}"?$/.test(text)
    case 'id':
      return node.kind === 'string' || /^\d+$/.test(text)
    case 'integer':
    case 'decimal':
      return node.kind === 'number' || node.kind === 'string'
  }
}
