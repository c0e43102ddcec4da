/**
 * Writes the reading of one layout out as straight code. Steps that were interpreted would be dispatched on for every value of every
 * message, and a shared reader of numbers would be called through a border that V8 does not inline; written out, each layout is one
 * function in which every place, every expected byte and every value is known (`npm run bench -- decode`).
 *
 * The text consists of the program's own words and of integers: nothing that a message says enters it but as the number of a byte.
 */
import type { Rule } from './field.js'
import { integerText, QuotedIds } from './ids.js'
import { decimalCode, integerCode, millisecondsCode, nanosecondsCode, noLeadingZero } from './number-code.js'
import { bytes, POWERS, reached, words } from './scanner.js'
import type { Layout, ScalarReading, Step } from './steps.js'
import { Texts } from './texts.js'
import { IsoTimes } from './times.js'

/**
 * Reads the loaded message that stands from `start`, 0 unless told, up to `end` and appends what it says. With {@link OPEN} for its
 * end, `reached` then says where it ended.
 * @returns false, with nothing appended, where the message is not of the layout or its values need the general way.
 */
export type LayoutReader = (end: number, received: number, out: unknown[], start?: number) => boolean

/** The end of a message that is still to be found. */
export const OPEN = -1

let serial = 0

/** Undefined where the process forbids code from text. */
export function compileLayout(layout: Layout, rule: Rule): LayoutReader | undefined {
  const writer = new Writer()
  writer.steps(layout.steps, 'v')
  const code = [
    "'use strict'",
    ...writer.parts.map((_, index) => `const p${index} = parts[${index}]`),
    // The serial number makes the text unique: functions of equal text would share the type feedback.
    `return function layout${serial++}(end, received, out, start = 0) {`,
    'let at = start, w = 0, c = 0, s = 0, f = 0',
    ...writer.lines,
    `if (end === ${OPEN}) reached[0] = at`,
    'else if (at !== end) return false',
    `return make(${['received', 'out', ...layout.values.map(value => variable('v', value))].join(', ')})`,
    '}',
  ].join('\n')
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
    const create = new Function('bytes', 'words', 'powers', 'integerText', 'reached', 'make', 'parts', code) as (
      ...parts: unknown[]
    ) => LayoutReader
    return create(bytes, words, POWERS, integerText, reached, rule.make, writer.parts)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** Values of rows have a name of their own, because they stand beside those of the message. */
function variable(prefix: string, value: number): string {
  return value === -1 ? 'undefined' : `${prefix}${value}`
}

const TRUE = int32('true')
const FALSE = int32('fals')

class Writer {
  readonly lines: string[] = []
  /** What the code refers to, by its place. */
  readonly parts: unknown[] = []

  steps(steps: readonly Step[], prefix: string): void {
    for (const step of steps) {
      switch (step.do) {
        case 'bytes':
          this.lines.push(`if (${mismatch(step.text)}) return false`, `at += ${step.text.length}`)
          break
        case 'skip':
          this.lines.push(...SKIPS[step.what])
          break
        case 'read':
          this.read(variable(prefix, step.value), step.reads, step.quoted)
          break
        case 'rows':
          this.rows(step, prefix)
      }
    }
  }

  private read(name: string, reads: ScalarReading, quoted: boolean): void {
    switch (reads.kind) {
      case 'text':
        this.call(name, new Texts(reads.mean), `${name} === undefined`)
        break
      case 'time':
        this.call(name, new IsoTimes(), `${name} !== ${name}`)
        break
      case 'choice':
        this.choice(name, reads.meanings, quoted)
        break
      case 'flag':
        this.lines.push(
          `let ${name}`,
          ...flag(`${name} = ${this.part(reads.meanings.true)}`, `${name} = ${this.part(reads.meanings.false)}`),
        )
        break
      case 'decimal':
        this.lines.push(
          ...decimalCode(name, quoted),
          ...(reads.zero === 'refused' ? [`if (${name} <= 0) return false`] : []),
        )
        break
      case 'integer':
        this.lines.push(...integerCode(name, quoted))
        break
      case 'milliseconds':
        this.lines.push(...millisecondsCode(name, quoted))
        break
      case 'nanoseconds':
        this.lines.push(...nanosecondsCode(name))
        break
      case 'id':
        if (quoted) this.call(name, new QuotedIds(), `${name} === undefined`)
        else this.lines.push(...integerCode(`${name}n`, quoted), `const ${name} = integerText(${name}n)`)
    }
  }

  private call(name: string, reader: { read(at: number): unknown; readonly end: number }, failed: string): void {
    const part = this.part(reader)
    this.lines.push(`const ${name} = ${part}.read(at)`, `if (${failed}) return false`, `at = ${part}.end`)
  }

  private choice(name: string, meanings: ReadonlyMap<string, unknown>, quoted: boolean): void {
    const end = quoted ? '"' : ''
    const branches = [...meanings].map(
      ([text, meaning]) => `if (!(${mismatch(text + end)})) { ${name} = ${this.part(meaning)}; at += ${text.length} }`,
    )
    this.lines.push(`let ${name}`, `${branches.join(' else ')} else return false`)
  }

  private rows({ value, list, row }: Step & { readonly do: 'rows' }, prefix: string): void {
    const add = this.part(list.add)
    const gathered = variable(prefix, value)
    const inRow = `${prefix}r`
    this.lines.push(
      `const ${gathered} = ${this.part(list.start)}(received)`,
      'if (bytes[at] === 93) at++',
      'else for (;;) {',
    )
    this.steps(row.steps, inRow)
    this.lines.push(
      `${add}(${[gathered, ...row.values.map(index => variable(inRow, index))].join(', ')})`,
      'c = bytes[at++]',
      'if (c === 93) break',
      'if (c !== 44) return false',
      '}',
    )
  }

  private part(part: unknown): string {
    this.parts.push(part)
    return `p${this.parts.length - 1}`
  }
}

/** True in the code where other bytes stand at `at` than these: by fours, the last four overlapping those before. */
function mismatch(text: string): string {
  const places: string[] = []
  let at = 0
  for (; at + 4 <= text.length; at += 4) places.push(wordDiffers(text, at))
  const rest = text.length - at
  if (rest > 0 && text.length >= 4) places.push(wordDiffers(text, text.length - 4))
  else
    for (let index = at; index < text.length; index++) places.push(`bytes[at + ${index}] !== ${text.charCodeAt(index)}`)
  return places.join(' || ')
}

function wordDiffers(text: string, at: number): string {
  return `words.getInt32(at + ${at}, true) !== ${int32(text.slice(at, at + 4))}`
}

function int32(text: string): number {
  return Buffer.from(text, 'latin1').readInt32LE(0)
}

function flag(whenTrue: string, whenFalse: string): string[] {
  return [
    `if (words.getInt32(at, true) === ${TRUE}) { at += 4; ${whenTrue} }`,
    `else if (words.getInt32(at, true) === ${FALSE} && bytes[at + 4] === 101) { at += 5; ${whenFalse} }`,
    'else return false',
  ]
}

const SKIPS: Readonly<Record<'text' | 'number' | 'flag', readonly string[]>> = {
  text: [
    // None of four bytes is a quote, a backslash, below a space or beyond ASCII: what was read this way is surely UTF-8.
    'while (w = words.getInt32(at, true), ((((w ^ 572662306) - 16843009) | ((w ^ 1549556828) - 16843009) | (w - 538976288) | w) & -2139062144) === 0) at += 4',
    'while ((c = bytes[at]) >= 32 && c < 128 && c !== 34 && c !== 92) at++',
  ],
  number: [
    'if (bytes[at] === 45) at++',
    ...noLeadingZero(false),
    's = at',
    'while ((bytes[at] - 48) >>> 0 <= 9) at++',
    'if (at === s) return false',
    'if (bytes[at] === 46) {',
    's = ++at',
    'while ((bytes[at] - 48) >>> 0 <= 9) at++',
    'if (at === s) return false',
    '}',
  ],
  flag: flag('', ''),
}
