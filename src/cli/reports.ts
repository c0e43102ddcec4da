/** What commands that look at files print: a table on a terminal, JSON lines in a pipe, the sums last. */
import { eventLine } from '../model/event-line.js'
import type { CommandInput } from './command.js'
import { listing, type Cell } from './listing.js'
import { createPalette, type Palette } from './palette.js'
import { printsLines } from './presentation.js'
import { safe } from './safe.js'

export interface ReportTable<Row> {
  readonly header: readonly string[]
  readonly cells: (row: Row) => readonly Cell[]
}

/** Each row is printed as it is in a pipe, and as `table` lays it out on a terminal. */
export function printRows<Row extends object>(
  input: CommandInput,
  rows: readonly Row[],
  table: ReportTable<Row>,
): void {
  const { io } = input
  if (printsLines(input)) io.stdout.write(rows.map(row => `${eventLine(row)}\n`).join(''))
  else if (rows.length > 0) io.stdout.write(`${listing(table.header, rows.map(table.cells), paletteOf(input))}\n\n`)
}

/** The last line: the summary as JSON in a pipe, its sentences on a terminal. */
export function printSummary(input: CommandInput, summary: object, sentences: readonly string[]): void {
  const { io } = input
  if (printsLines(input)) io.stdout.write(`${eventLine({ type: 'summary', ...summary })}\n`)
  else io.stdout.write(`${sentences.map(safe).join('\n')}\n`)
  if (printsLines(input) && input.options.quiet !== true && input.options.json !== true) {
    io.stderr.write(`${sentences.map(safe).join('\n')}\n`)
  }
}

export function paletteOf({ io, options }: CommandInput): Palette {
  return createPalette(io, io.stdout, { noColor: options.color === false })
}

/** Prints while it lasts how far reading has come, where a person looks on. */
export function note({ io, options }: CommandInput, text: string): void {
  if (options.quiet !== true) io.stderr.write(`${safe(text)}\n`)
}
