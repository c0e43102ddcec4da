/** CSV of other programs: what it holds shows in its header or its first rows. */
import { EXIT, GenesisError } from '../../model/errors.js'
import type { JournalItem, LineParser, Verdict } from '../item.js'
import { readTime } from './cell.js'
import { layoutFor } from './layout.js'
import { type RowLayout, type TableContext, separatorOf, splitRow } from './row.js'

/** Rows that are looked at to tell what the table holds. */
const SAMPLE = 200
/** Items of a table that runs backwards in time, which must be held to be turned around. */
const MOST_HELD = 5_000_000

interface Opening {
  readonly separator: string
  readonly names: readonly string[] | undefined
  readonly rows: readonly (readonly string[])[]
  /** Lines before the first row. */
  readonly skip: number
}

/** @throws GenesisError `unknown_table` where it is no table that genesis knows. */
export function tableParser(head: Buffer, context: TableContext): LineParser {
  const opening = openingOf(head, context)
  const layout = layoutFor(opening.names, opening.rows, context) ?? refuse(opening, context)
  let line = 0
  const parser: LineParser = {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      const text = bytes.toString('utf8', start, end)
      if (text.trim() === '') return 'blank'
      if (line++ < opening.skip) return 'header'
      const cells = splitRow(text, opening.separator)
      if (cells.length < (opening.rows[0]?.length ?? 0)) return 'corrupt'
      layout.row(cells, out)
      return 'item'
    },
    finish: out => layout.finish(out),
  }
  return runsBackwards(opening, context) ? turnedAround(parser, context) : parser
}

function openingOf(head: Buffer, context: TableContext): Opening {
  const text = head.toString('utf8')
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''))
  // The last one may be cut by the end of the sample.
  if (lines.length > 1) lines.pop()
  const filled = lines.filter(line => line.trim() !== '')
  // Some providers put their address above the header.
  const preamble = /^(?:https?:\/\/|#)/.test(filled[0] ?? '') ? 1 : 0
  const separator = separatorOf(filled[preamble] ?? '')
  const cells = filled.slice(preamble, preamble + SAMPLE + 1).map(line => splitRow(line, separator))
  const own = cells[0]?.every(isName) === true ? cells[0] : undefined
  const rows = own === undefined ? cells : cells.slice(1)
  return { separator, names: context.columns ?? own, rows, skip: preamble + (own === undefined ? 0 : 1) }
}

function isName(cell: string): boolean {
  return !/^-?[\d.]+(?:[eE][+-]?\d+)?$/.test(cell.trim()) && readTime(cell.trim()) === undefined
}

function refuse(opening: Opening, context: TableContext): never {
  const seen = opening.names ?? opening.rows[0] ?? []
  throw new GenesisError(
    'unknown_table',
    `${context.path}: cannot tell what its columns are: ${seen.join(',').slice(0, 100)}`,
    EXIT.failed,
    { hint: 'name them with --columns, for example --columns time,open,high,low,close,volume' },
  )
}

function runsBackwards(opening: Opening, context: TableContext): boolean {
  const out: JournalItem[] = []
  const probe: RowLayout | undefined = layoutFor(opening.names, opening.rows, context)
  try {
    for (const row of opening.rows) probe?.row(row, out)
  } catch {
    // A row that cannot be read is told of when its turn comes.
  }
  const [first] = out
  const last = out.at(-1)
  return first !== undefined && last !== undefined && last.receivedAt < first.receivedAt
}

/** Newest first, as many exchanges give candles: turned around, because time does not run backwards in a replay. */
export function turnedAround(parser: LineParser, context: TableContext): LineParser {
  const held: JournalItem[] = []
  return {
    parse(bytes: Buffer, start: number, end: number): Verdict {
      if (held.length >= MOST_HELD) {
        throw new GenesisError(
          'too_long',
          `${context.path}: runs backwards in time and is too long to turn around`,
          EXIT.failed,
          {
            hint: 'sort it by time, or split it',
          },
        )
      }
      return parser.parse(bytes, start, end, held)
    },
    finish(out: JournalItem[]): void {
      parser.finish(held)
      for (let at = held.length - 1; at >= 0; at--) out.push(held[at] as JournalItem)
    },
  }
}
