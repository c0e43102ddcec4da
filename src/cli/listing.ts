/** Finished tables: lists and results that are printed once. */
import Table from 'cli-table3'
import type { Palette } from './palette.js'
import { safe } from './safe.js'

const PLAIN = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
} // prettier-ignore

export type Cell = string | { readonly text: string; readonly align: 'right' }

/** A table without rules, header dimmed; a cell may hold several lines. */
export function listing(header: readonly string[], rows: readonly (readonly Cell[])[], palette: Palette): string {
  const table = new Table({
    head: header.map(title => palette.dim(title)),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) {
    table.push(
      row.map(cell =>
        typeof cell === 'string' ? safeLines(cell) : { content: safeLines(cell.text), hAlign: cell.align },
      ),
    )
  }
  return table
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
}

function safeLines(text: string): string {
  return text.split('\n').map(safe).join('\n')
}
