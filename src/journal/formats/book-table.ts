/** Tables of order books: one level per row, or one book per row. */
import { DecodeError } from '../../model/errors.js'
import type { Level } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import type { JournalItem } from '../item.js'
import { decimalCell, optionalDecimalCell, timeCell } from './cell.js'
import type { RowLayout } from './row.js'
import type { EventHead, HeadFinder } from './table-head.js'

/** Column numbers of tables with one level per row; -1 where the table has none. */
export interface LevelColumns {
  readonly time: number
  readonly received: number
  /** `true`, `snap`: the level belongs to a complete book. */
  readonly snapshot: number
  readonly side: number
  readonly price: number
  readonly size: number
  readonly sequence: number
}

interface Group {
  readonly key: string
  readonly head: EventHead
  readonly snapshot: boolean
  readonly bids: Level[]
  readonly asks: Level[]
  readonly sequence: string
  readonly time: Micros
  readonly received: Micros
}

/** Rows that belong to one message of the exchange (same instrument, times, kind and number) become one book event. */
export function levelTable(name: string, columns: LevelColumns, heads: HeadFinder): RowLayout {
  let group: Group | undefined
  const give = (out: JournalItem[]): void => {
    if (group === undefined) return
    const { head, snapshot, bids, asks, sequence, time, received } = group
    const { exchange, symbol, pair } = head
    const event = { type: 'book', exchange, symbol, pair, snapshot, bids, asks, sequence, time, received } as const
    out.push({ kind: 'event', receivedAt: received, event })
    group = undefined
  }
  return {
    name,
    row(cells: readonly string[], out: JournalItem[]): void {
      const level: Level = [decimalCell(cells, columns.price, 'price'), decimalCell(cells, columns.size, 'size')]
      const isBid = bidSide(cells[columns.side] ?? '')
      const next = groupOf(cells, columns, heads)
      if (group?.key !== next.key) {
        give(out)
        group = next
      }
      if (isBid) group.bids.push(level)
      else group.asks.push(level)
    },
    finish: give,
  }
}

function groupOf(cells: readonly string[], columns: LevelColumns, heads: HeadFinder): Group {
  const head = heads.find(cells)
  const time = timeCell(cells, columns.time, 'time')
  const received = columns.received < 0 ? time : timeCell(cells, columns.received, 'local time')
  const snapshot = /^(?:true|snap|1)$/i.test((cells[columns.snapshot] ?? '').trim())
  const sequence = columns.sequence < 0 ? '' : (cells[columns.sequence] ?? '').trim()
  const key = `${head.exchange} ${head.symbol} ${time} ${received} ${snapshot} ${sequence}`
  return { key, head, snapshot, bids: [], asks: [], sequence, time, received }
}

function bidSide(cell: string): boolean {
  const side = cell.trim().toLowerCase()
  if (side === 'bid' || side === 'b' || side === 'buy') return true
  if (side === 'ask' || side === 'a' || side === 'sell') return false
  throw new DecodeError('field', `side: ${cell.slice(0, 20)} is neither bid nor ask`)
}

/** tardis book_snapshot_N: a whole top of the book per row, in columns `asks[0].price` and so on. */
export function snapshotTable(names: readonly string[], time: number, received: number, heads: HeadFinder): RowLayout {
  const columnsOf = (side: string): (readonly [number, number])[] => {
    const found: [number, number][] = []
    for (let depth = 0; ; depth++) {
      const price = names.indexOf(`${side}[${depth}].price`)
      if (price < 0) return found
      found.push([price, names.indexOf(`${side}[${depth}].amount`)])
    }
  }
  const bidColumns = columnsOf('bids')
  const askColumns = columnsOf('asks')
  return {
    name: 'tardis book snapshot',
    row(cells: readonly string[], out: JournalItem[]): void {
      const { exchange, symbol, pair } = heads.find(cells)
      const at = timeCell(cells, time, 'timestamp')
      const receivedAt = timeCell(cells, received, 'local_timestamp')
      const event = {
        type: 'book',
        exchange,
        symbol,
        pair,
        snapshot: true,
        bids: levelsOf(cells, bidColumns),
        asks: levelsOf(cells, askColumns),
        sequence: '',
        time: at,
        received: receivedAt,
      } as const
      out.push({ kind: 'event', receivedAt, event })
    },
    finish: () => undefined,
  }
}

function levelsOf(cells: readonly string[], columns: readonly (readonly [number, number])[]): Level[] {
  const levels: Level[] = []
  for (const [price, size] of columns) {
    const value = optionalDecimalCell(cells, price, 'price')
    if (value !== null) levels.push([value, decimalCell(cells, size, 'amount')])
  }
  return levels
}
