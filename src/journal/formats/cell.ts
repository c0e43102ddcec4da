/** Cells of foreign tables as values: exact or refused. */
import { DecodeError } from '../../model/errors.js'
import type { Side } from '../../model/event.js'
import { exactNumberWithExponent } from '../../model/number.js'
import { type Micros, parseIsoMicros } from '../../model/time.js'
import { epochMicros } from './epoch.js'

/** @throws DecodeError unless the cell is a decimal that a double holds exactly. */
export function decimalCell(cells: readonly string[], column: number, name: string): number {
  return exactNumberWithExponent((cells[column] ?? '').trim(), name)
}

/** The same for cells that may be empty. */
export function optionalDecimalCell(cells: readonly string[], column: number, name: string): number | null {
  const cell = (cells[column] ?? '').trim()
  return cell === '' || /^(?:nan|null|none)$/i.test(cell) ? null : exactNumberWithExponent(cell, name)
}

/** @throws DecodeError `time` unless the cell is a time since the epoch, in whatever unit its length says, or a written date. */
export function timeCell(cells: readonly string[], column: number, name: string): Micros {
  const cell = (cells[column] ?? '').trim()
  const time = readTime(cell)
  if (time === undefined) throw new DecodeError('time', `${name}: ${cell.slice(0, 40)} is no time`)
  return time
}

/** Epoch (seconds to nanoseconds), RFC 3339 with or without its zone, a date alone, `20180501 00:00`. */
export function readTime(cell: string): Micros | undefined {
  if (/^\d{9,19}(?:\.\d+)?$/.test(cell)) return epochMicros(cell)
  const compact = /^(\d{4})(\d\d)(\d\d) (\d\d:\d\d)(:\d\d)?$/.exec(cell)
  if (compact) {
    const [, year = '', month = '', day = '', clock = '', seconds = ':00'] = compact
    return parseIsoMicros(`${year}-${month}-${day}T${clock}${seconds}`)
  }
  if (/^\d{4}-\d\d-\d\d$/.test(cell)) return parseIsoMicros(`${cell}T00:00:00`)
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/.test(cell)) return parseIsoMicros(`${cell}:00`)
  return parseIsoMicros(cell.replace(/ UTC$/, 'Z'))
}

/** The taker's side from a word; anything but buy and sell is unknown. */
export function sideCell(cells: readonly string[], column: number): Side {
  const cell = (cells[column] ?? '').trim().toLowerCase()
  return cell === 'buy' || cell === 'b' ? 'buy' : cell === 'sell' || cell === 's' ? 'sell' : 'unknown'
}

/** The taker's side from "is the buyer the maker?". */
export function makerCell(cells: readonly string[], column: number): Side {
  const cell = (cells[column] ?? '').trim().toLowerCase()
  return cell === 'true' || cell === '1' ? 'sell' : cell === 'false' || cell === '0' ? 'buy' : 'unknown'
}
