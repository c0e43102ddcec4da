/** Tables of trades. */
import type { JournalItem } from '../item.js'
import { decimalCell, makerCell, sideCell, timeCell } from './cell.js'
import type { RowLayout } from './row.js'
import type { HeadFinder } from './table-head.js'

/** Column numbers; -1 where the table has none. */
export interface TradeColumns {
  readonly time: number
  readonly received: number
  readonly id: number
  readonly price: number
  readonly size: number
  /** The taker's side as a word. */
  readonly side: number
  /** Whether the buyer was the maker. */
  readonly maker: number
  /** Its rows sum up several trades, and their ids count apart from those of single ones. */
  readonly aggregated?: true
}

/** A trade without an id gets none; one without a time of receipt was received when it happened. */
export function tradeTable(name: string, columns: TradeColumns, heads: HeadFinder): RowLayout {
  return {
    name,
    row(cells: readonly string[], out: JournalItem[]): void {
      const time = timeCell(cells, columns.time, 'time')
      const received = columns.received < 0 ? time : timeCell(cells, columns.received, 'local time')
      const { exchange, symbol, pair } = heads.find(cells)
      out.push({
        kind: 'event',
        receivedAt: received,
        event: {
          type: 'trade',
          exchange,
          symbol,
          pair,
          id: columns.id < 0 ? '' : (cells[columns.id] ?? '').trim(),
          price: decimalCell(cells, columns.price, 'price'),
          size: decimalCell(cells, columns.size, 'size'),
          side: columns.maker < 0 ? sideCell(cells, columns.side) : makerCell(cells, columns.maker),
          time,
          received,
          ...(columns.aggregated === undefined ? {} : { aggregated: true }),
        },
      })
    },
    finish: () => undefined,
  }
}
