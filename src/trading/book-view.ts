/** What the paper exchange needs of an order book, whoever keeps it. */
import type { Level } from '../model/event.js'

export type BookSide = 'bids' | 'asks'

export interface BookView {
  /** False while a gap is open or nothing was received yet. */
  readonly synchronised: boolean
  /** Levels of a side, best first; the caller stops when it has enough. */
  levels(side: BookSide): Iterable<Readonly<Level>>
  /** Size displayed at a price; 0 where there is no such level. */
  sizeAt(side: BookSide, price: number): number
}

/** The book kept for an instrument, if one is. */
export type BookSource = (exchange: string, symbol: string) => BookView | undefined
