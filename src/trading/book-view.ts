/** What the paper exchange needs of an order book, whoever keeps it. */
import type { Book } from '../market/book.js'

export type DisplaySide = 'bids' | 'asks'

export interface BookView {
  /** False while a gap is open or nothing was received yet. */
  readonly synchronised: boolean
  /** Calls `visit` for each level of a side, best first, until it returns false. */
  walk(side: DisplaySide, visit: (price: number, size: number) => boolean): void
  /** Size displayed at a price; 0 where there is no such level. */
  sizeAt(side: DisplaySide, price: number): number
}

/** The book kept for an instrument, if one is. */
export type BookSource = (exchange: string, symbol: string) => BookView | undefined

/** A market book seen as the paper exchange needs it. */
export function viewOf(book: Pick<Book, 'bids' | 'asks'>, isSynchronised: () => boolean): BookView {
  return {
    get synchronised() {
      return isSynchronised()
    },
    walk: (side, visit) => {
      book[side].walk(visit)
    },
    sizeAt: (side, price) => book[side].volumeAt(price),
  }
}
