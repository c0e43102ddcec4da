/** Rows to a CSV file. */
import { plainDecimal } from '../../model/number.js'
import type { Cell, Column, Row } from './columns.js'
import { TextFile } from './text-file.js'
import type { Sink } from './sink.js'

export async function csvSink(path: string, columns: readonly Column[]): Promise<Sink> {
  const file = await TextFile.create(path)
  await file.add(`${columns.map(column => column.name).join(',')}\n`)
  return {
    write: (rows: readonly Row[]) => file.add(rows.map(row => `${row.map(csvCell).join(',')}\n`).join('')),
    close: () => file.close(),
  }
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return plainDecimal(cell)
  if (typeof cell === 'boolean') return String(cell)
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
