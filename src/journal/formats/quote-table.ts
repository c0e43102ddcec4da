/** Tables of best bid and ask, and of what derivatives exchanges say beside the price. */
import type { JournalItem } from '../item.js'
import { decimalCell, optionalDecimalCell, readTime, timeCell } from './cell.js'
import type { RowLayout } from './row.js'
import type { HeadFinder } from './table-head.js'

/** Column numbers; -1 where the table has none. */
export interface QuoteColumns {
  readonly time: number
  readonly received: number
  readonly bid: number
  readonly bidSize: number
  readonly ask: number
  readonly askSize: number
}

/** A row whose bid or ask is empty says nothing that a quote can hold, and gives none. */
export function quoteTable(name: string, columns: QuoteColumns, heads: HeadFinder): RowLayout {
  return {
    name,
    row(cells: readonly string[], out: JournalItem[]): void {
      const time = timeCell(cells, columns.time, 'time')
      const received = columns.received < 0 ? time : timeCell(cells, columns.received, 'local time')
      const bid = optionalDecimalCell(cells, columns.bid, 'bid')
      const ask = optionalDecimalCell(cells, columns.ask, 'ask')
      if (bid === null || ask === null) return
      const bidSize = decimalCell(cells, columns.bidSize, 'bid size')
      const askSize = decimalCell(cells, columns.askSize, 'ask size')
      const { exchange, symbol, pair } = heads.find(cells)
      const event = { type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received } as const
      out.push({ kind: 'event', receivedAt: received, event })
    },
    finish: () => undefined,
  }
}

/** cryptochassis: price and size of a side in one cell, joined by `_`. */
export function joinedQuoteTable(columns: { time: number; bid: number; ask: number }, heads: HeadFinder): RowLayout {
  const inner = quoteTable(
    'cryptochassis depth',
    { time: 0, received: -1, bid: 1, bidSize: 2, ask: 3, askSize: 4 },
    heads,
  )
  return {
    ...inner,
    row(cells: readonly string[], out: JournalItem[]): void {
      const [bid = '', bidSize = ''] = (cells[columns.bid] ?? '').split('_')
      const [ask = '', askSize = ''] = (cells[columns.ask] ?? '').split('_')
      inner.row([cells[columns.time] ?? '', bid, bidSize, ask, askSize], out)
    },
  }
}

/** Column numbers of tardis' derivative ticker; -1 where the table has none. */
export interface DerivativeColumns {
  readonly time: number
  readonly received: number
  readonly fundingRate: number
  readonly nextFunding: number
  readonly markPrice: number
  readonly openInterest: number
}

export function derivativeTable(columns: DerivativeColumns, heads: HeadFinder): RowLayout {
  return {
    name: 'tardis derivative ticker',
    row(cells: readonly string[], out: JournalItem[]): void {
      const time = timeCell(cells, columns.time, 'time')
      const received = columns.received < 0 ? time : timeCell(cells, columns.received, 'local time')
      const { exchange, symbol, pair } = heads.find(cells)
      const head = { exchange, symbol, pair } as const
      const rate = optionalDecimalCell(cells, columns.fundingRate, 'funding rate')
      const openInterest = optionalDecimalCell(cells, columns.openInterest, 'open interest')
      const markPrice = optionalDecimalCell(cells, columns.markPrice, 'mark price')
      const nextFunding = readTime((cells[columns.nextFunding] ?? '').trim()) ?? null
      if (rate !== null) {
        const event = { type: 'funding', ...head, rate, markPrice, nextFunding, time, received } as const
        out.push({ kind: 'event', receivedAt: received, event })
      }
      if (openInterest !== null) {
        const event = { type: 'openInterest', ...head, openInterest, time, received } as const
        out.push({ kind: 'event', receivedAt: received, event })
      }
    },
    finish: () => undefined,
  }
}
