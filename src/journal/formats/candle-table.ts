/** Tables of candles. */
import { UsageError } from '../../model/errors.js'
import { type Micros, parseDuration } from '../../model/time.js'
import type { JournalItem } from '../item.js'
import { decimalCell, readTime, timeCell } from './cell.js'
import { type RowLayout, type TableContext, intervalName } from './row.js'
import type { HeadFinder } from './table-head.js'

/** Column numbers; -1 where the table has none. */
export interface CandleColumns {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Length in milliseconds. */
  readonly length: number
}

interface Interval {
  readonly name: string
  readonly length: Micros
}

/** A candle becomes known when it closes: that is its time, so that no strategy sees the future. */
export function candleTable(
  name: string,
  columns: CandleColumns,
  heads: HeadFinder,
  rows: readonly (readonly string[])[],
  context: TableContext,
): RowLayout {
  const interval = intervalOf(columns, rows, context)
  return {
    name,
    row(cells: readonly string[], out: JournalItem[]): void {
      const start = timeCell(cells, columns.start, 'time')
      const { exchange, symbol, pair } = heads.find(cells)
      const open = decimalCell(cells, columns.open, 'open')
      const high = decimalCell(cells, columns.high, 'high')
      const low = decimalCell(cells, columns.low, 'low')
      const close = decimalCell(cells, columns.close, 'close')
      const time = start + interval.length
      const event = {
        type: 'candle',
        exchange,
        symbol,
        pair,
        interval: interval.name,
        start,
        open,
        high,
        low,
        close,
        volume: columns.volume < 0 ? 0 : decimalCell(cells, columns.volume, 'volume'),
        closed: true,
        time,
        received: time,
      } as const
      out.push({ kind: 'event', receivedAt: time, event })
    },
    finish: () => undefined,
  }
}

/** From the command line, the row, the file's name, or the smallest step between the first rows. */
function intervalOf(columns: CandleColumns, rows: readonly (readonly string[])[], context: TableContext): Interval {
  const told = context.interval ?? /-(\d{1,2}(?:s|m|h|d|w))-\d{4}/.exec(context.name)?.[1]
  const length = told === undefined ? undefined : parseDuration(told)
  if (told !== undefined && length !== undefined) return { name: told, length }
  const inRow = columns.length < 0 ? 0 : Number(rows[0]?.[columns.length] ?? 0) * 1000
  if (Number.isSafeInteger(inRow) && inRow > 0) return { name: intervalName(inRow), length: inRow }
  const step = smallestStep(rows.map(row => readTime((row[columns.start] ?? '').trim())))
  if (step !== undefined) return { name: intervalName(step), length: step }
  throw new UsageError('interval_unknown', `${context.path}: does not say how long its candles are`, {
    hint: 'say it with --stream, for example --stream btcusdt@candle_1m',
  })
}

function smallestStep(times: readonly (Micros | undefined)[]): Micros | undefined {
  let smallest: Micros | undefined
  for (let at = 1; at < times.length; at++) {
    const step = Math.abs((times[at] ?? 0) - (times[at - 1] ?? 0))
    if (times[at] === undefined || times[at - 1] === undefined || step === 0) continue
    if (smallest === undefined || step < smallest) smallest = step
  }
  return smallest
}
