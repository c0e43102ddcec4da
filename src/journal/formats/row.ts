/** Rows of foreign tables: the cells of one row as text, whatever the file wrote around them. */
import type { Instrument } from '../../model/instrument.js'
import type { Micros } from '../../model/time.js'
import type { JournalItem } from '../item.js'

export interface TableContext {
  readonly path: string
  /** Name of the file or of the entry in an archive, without folders: `BTCUSDT-trades-2024-01-01.csv`. */
  readonly name: string
  readonly exchange: string
  /** What `--stream` says of a file that does not say it itself. */
  readonly symbol: string | undefined
  readonly interval: string | undefined
  /** Names for the columns of a file without a header, or in place of its own. */
  readonly columns: readonly string[] | undefined
  readonly instrumentOf: (exchange: string, symbol: string) => Instrument
}

/** Reads the rows of one kind of table. */
export interface RowLayout {
  /** As it is called in messages: `Binance Vision trades`. */
  readonly name: string
  /**
   * Appends what a row says to `out`.
   * @throws DecodeError where a cell cannot be what its column says.
   */
  row(cells: readonly string[], out: JournalItem[]): void
  /** The input has ended. */
  finish(out: JournalItem[]): void
}

/** Names of columns, letters and digits only, in lower case, so that `Local_Timestamp` and `localTimestamp` are one. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Splits a line at commas (or what the file uses in their place); a quoted cell may hold the separator and doubled quotes. */
export function splitRow(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator)
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? ''
    if (character === '"') {
      if (quoted && line[at + 1] === '"') cell += line[++at] ?? ''
      else quoted = !quoted
    } else if (character === separator && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell]
}

/** The separator of a table, from its first line. */
export function separatorOf(line: string): string {
  return line.includes(',') ? ',' : line.includes(';') ? ';' : '\t'
}

/** A time interval as people name it: `1m`, `4h`, `1M`. */
export function intervalName(length: Micros): string {
  const seconds = length / 1e6
  if (seconds >= 28 * 86400 && seconds <= 31 * 86400) return '1M'
  for (const [name, unit] of [
    ['w', 604800],
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    // prettier-ignore
    if (seconds % unit === 0) return `${seconds / unit}${name}`
  }
  return `${length / 1000}ms`
}
