/** JSON documents: arrays of candles or trades as ccxt and exchanges give them, or a frame written over several lines. */
import { DecodeError } from '../../model/errors.js'
import type { JournalItem, LineParser, Verdict } from '../item.js'
import { ValueSplitter } from '../value-splitter.js'
import { layoutFor } from './layout.js'
import { type BareContext, bareParser, isBlank } from './bare.js'
import type { RowLayout, TableContext } from './row.js'
import { turnedAround } from './table.js'

const SAMPLE = 200

interface Opening {
  /** Keys, where the values are objects. */
  readonly names: readonly string[] | undefined
  readonly rows: readonly (readonly string[])[]
}

/** Values that are no rows of a table are frames. */
export function documentParser(head: Buffer, context: TableContext & BareContext): LineParser {
  const opening = openingOf(head)
  const layout = opening === undefined ? undefined : layoutFor(opening.names, opening.rows, context)
  if (opening === undefined || layout === undefined) return frames(context)
  const parser: LineParser = {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      const text = bytes.toString('utf8', start, end).trim()
      // What closes the array, and nothing more.
      if (text === ']' || text === '' || text === '[]') return 'other'
      const cells = cellsOf(text, opening.names)
      if (cells === undefined) return 'corrupt'
      layout.row(cells, out)
      return 'item'
    },
    isWhole: (bytes, start, end) => isBlank(bytes, start, end) || bytes.toString('utf8', start, end).trim() === ']',
    finish: out => layout.finish(out),
  }
  return runsBackwards(opening, layoutFor(opening.names, opening.rows, context))
    ? turnedAround(parser, context)
    : parser
}

function frames(context: BareContext): LineParser {
  const inner = bareParser(context)
  const closes = (bytes: Buffer, start: number, end: number): boolean =>
    end - start < 64 && bytes.toString('latin1', start, end).trim() === ']'
  return {
    ...inner,
    parse: (bytes, start, end, out) => (closes(bytes, start, end) ? 'other' : inner.parse(bytes, start, end, out)),
    isWhole: closes,
  }
}

function openingOf(head: Buffer): Opening | undefined {
  const texts: string[] = []
  const splitter = new ValueSplitter(
    head.length,
    (bytes, start, end) => texts.length < SAMPLE && texts.push(bytes.toString('utf8', start, end)),
    () => undefined,
  )
  splitter.push(head)
  const [first] = texts
  if (first === undefined) return undefined
  const names = first.startsWith('{') ? namesOf(first) : undefined
  const rows = texts.map(text => cellsOf(text, names)).filter(row => row !== undefined)
  return rows.length === 0 ? undefined : { names, rows }
}

function namesOf(text: string): string[] {
  return [...text.matchAll(PAIR)].map(([, name = '']) => name)
}

const SCALAR = String.raw`"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null`
const PAIR = new RegExp(String.raw`"([^"\\]*)"\s*:\s*(${SCALAR})`, 'g')
// A separator must stand between two values: with an optional one, failing would take exponential time.
const ENTRY = String.raw`"[^"\\]*"\s*:\s*(?:${SCALAR})`
const FLAT_OBJECT = new RegExp(String.raw`^\{\s*(?:${ENTRY}\s*(?:,\s*${ENTRY}\s*)*)?\}$`)
const FLAT_ARRAY = new RegExp(String.raw`^\[\s*(?:(?:${SCALAR})\s*(?:,\s*(?:${SCALAR})\s*)*)?\]$`)
const CELL = new RegExp(SCALAR, 'g')

/** The values as text, digits as they stand; undefined where the value is not flat. */
function cellsOf(text: string, names: readonly string[] | undefined): string[] | undefined {
  if (names === undefined)
    return FLAT_ARRAY.test(text) ? [...text.matchAll(CELL)].map(([cell]) => textOf(cell)) : undefined
  if (!FLAT_OBJECT.test(text)) return undefined
  const values = new Map<string, string>()
  for (const [, name = '', cell = ''] of text.matchAll(PAIR)) values.set(name, textOf(cell))
  return names.map(name => values.get(name) ?? '')
}

function textOf(cell: string): string {
  if (cell === 'null') return ''
  if (!cell.startsWith('"')) return cell
  const text: unknown = JSON.parse(cell)
  return typeof text === 'string' ? text : ''
}

function runsBackwards(opening: Opening, probe: RowLayout | undefined): boolean {
  const out: JournalItem[] = []
  for (const row of opening.rows) {
    try {
      probe?.row(row, out)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  }
  const [first] = out
  const last = out.at(-1)
  return first !== undefined && last !== undefined && last.receivedAt < first.receivedAt
}
