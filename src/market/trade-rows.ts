/** Trades as rows of numbers in one array: a thousand streams' newest trades are a thousand arrays, and no objects for the collector to walk. */
import type { Side, Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'

/** Who brought a trade first, and when. */
export interface FirstCopy {
  readonly line: number
  readonly received: Micros
}

const SIDES: readonly Side[] = ['buy', 'sell', 'unknown']

/** The cells of a row; the last one holds side and line. */
const ID = 0
const PRICE = 1
const SIZE = 2
const TIME = 3
const RECEIVED = 4
const ORIGIN = 5
const WIDTH = 6

const FEWEST = 16

/** Rows stand where their owner puts them. */
export class TradeRows {
  private cells = emptyCells(FEWEST)

  get count(): number {
    return this.cells.length / WIDTH
  }

  isWritten(row: number): boolean {
    return !Number.isNaN(this.cells[row * WIDTH + PRICE])
  }

  /** The id that a row was written with; NaN where it was not, or where its id is none. */
  idAt(row: number): number {
    return this.cells[row * WIDTH] as number
  }

  write(row: number, id: number, trade: Trade, line: number): void {
    const { cells } = this
    const at = row * WIDTH
    cells[at + ID] = id
    cells[at + PRICE] = trade.price
    cells[at + SIZE] = trade.size
    cells[at + TIME] = trade.time
    cells[at + RECEIVED] = trade.received
    cells[at + ORIGIN] = line * SIDES.length + SIDES.indexOf(trade.side)
  }

  /** True where the trade in the row has this one's price, size and side. */
  saysTheSame(row: number, { price, size, side }: Trade): boolean {
    const { cells } = this
    const at = row * WIDTH
    return cells[at + PRICE] === price && cells[at + SIZE] === size && this.sideAt(at) === side
  }

  firstCopy(row: number): FirstCopy {
    const at = row * WIDTH
    const origin = this.cells[at + ORIGIN] as number
    return { line: Math.floor(origin / SIDES.length), received: this.cells[at + RECEIVED] as number }
  }

  /** The trade in the row; `copy` is another of its stream and id, and so of its instrument. */
  tradeAt(row: number, copy: Trade): Trade {
    const { cells } = this
    const at = row * WIDTH
    const { type, exchange, symbol, pair, id } = copy
    return {
      type,
      exchange,
      symbol,
      pair,
      id,
      price: cells[at + PRICE] as number,
      size: cells[at + SIZE] as number,
      side: this.sideAt(at),
      time: cells[at + TIME] as number,
      received: cells[at + RECEIVED] as number,
      ...(copy.aggregated === true ? { aggregated: true } : {}),
    }
  }

  /** Twice as many rows; `rowOf` says where each written one stands from now on. */
  double(rowOf: (id: number, row: number) => number): void {
    const { cells: before, count } = this
    this.cells = emptyCells(2 * count)
    for (let at = 0; at < before.length; at += WIDTH) {
      if (Number.isNaN(before[at + PRICE])) continue
      this.cells.set(before.subarray(at, at + WIDTH), rowOf(before[at + ID] as number, at / WIDTH) * WIDTH)
    }
  }

  clear(): void {
    this.cells.fill(Number.NaN)
  }

  private sideAt(at: number): Side {
    return SIDES[(this.cells[at + ORIGIN] as number) % SIDES.length] as Side
  }
}

function emptyCells(rows: number): Float64Array {
  return new Float64Array(rows * WIDTH).fill(Number.NaN)
}
