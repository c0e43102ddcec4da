/** An order book: both sides sorted by price, with the digits as sent where an exchange's checksum needs them. */
import type { BookTexts, Level } from '../model/event.js'
import { BookSide } from './book-side.js'

/** What replaces or changes a book; a `BookUpdate` is one. */
export interface BookChange {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly texts: BookTexts | null
}

type LevelText = readonly [price: string, size: string]

/** The state of one market. Knows nothing of sequence numbers; `BookSync` decides what may be applied. */
export class Book {
  readonly bids = new BookSide(1)
  readonly asks = new BookSide(-1)
  private readonly bidTexts = new Map<number, LevelText>()
  private readonly askTexts = new Map<number, LevelText>()

  /** Forgets everything and takes the change as the whole book. */
  replace(change: BookChange): void {
    this.clear()
    this.apply(change)
  }

  /** Sets every level of the change; a size of 0 removes one. */
  apply(change: BookChange): void {
    for (const [price, size] of change.bids) this.bids.set(price, size)
    for (const [price, size] of change.asks) this.asks.set(price, size)
    if (change.texts === null) return
    keepTexts(this.bidTexts, change.bids, change.texts.bids)
    keepTexts(this.askTexts, change.asks, change.texts.asks)
  }

  /** True where somebody would buy at or above the price at which somebody would sell, which no market leaves standing. */
  get crossed(): boolean {
    const bid = this.bids.bestPrice
    const ask = this.asks.bestPrice
    return bid !== undefined && ask !== undefined && bid >= ask
  }

  /** Cuts both sides to `depth` levels. @returns what was cut, as levels of size 0. */
  truncate(depth: number): { bids: Level[]; asks: Level[] } {
    return { bids: cut(this.bids, this.bidTexts, depth), asks: cut(this.asks, this.askTexts, depth) }
  }

  /** The best `limit` levels of each side as text, best first; a level that came without text is left out. */
  texts(limit: number): BookTexts {
    return { bids: textOf(this.bids, this.bidTexts, limit), asks: textOf(this.asks, this.askTexts, limit) }
  }

  /** Every level as text; null unless all of them came so. */
  allTexts(): BookTexts | null {
    const texts = this.texts(Infinity)
    const isWhole = texts.bids.length === this.bids.length && texts.asks.length === this.asks.length
    return isWhole ? texts : null
  }

  /** What an order of `size` takes from the side it meets, best level first; less than `size` where the side is thinner. */
  fill(side: 'buy' | 'sell', size: number): Level[] {
    const taken: Level[] = []
    let left = size
    if (left <= 0) return taken
    const opposite = side === 'buy' ? this.asks : this.bids
    opposite.walk((price, available) => {
      taken.push([price, Math.min(available, left)])
      left -= available
      return left > 0
    })
    return taken
  }

  clear(): void {
    this.bids.clear()
    this.asks.clear()
    this.bidTexts.clear()
    this.askTexts.clear()
  }
}

function keepTexts(kept: Map<number, LevelText>, levels: readonly Level[], texts: readonly LevelText[]): void {
  for (let index = 0; index < levels.length; index++) {
    const level = levels[index]
    const text = texts[index]
    if (level === undefined) continue
    if (level[1] === 0 || text === undefined) kept.delete(level[0])
    else kept.set(level[0], text)
  }
}

function cut(side: BookSide, texts: Map<number, LevelText>, depth: number): Level[] {
  if (side.length <= depth) return []
  return side.truncate(depth).map(price => {
    texts.delete(price)
    return [price, 0]
  })
}

function textOf(side: BookSide, texts: ReadonlyMap<number, LevelText>, limit: number): LevelText[] {
  const lines: LevelText[] = []
  let left = limit
  side.walk(price => {
    const text = texts.get(price)
    if (text !== undefined) lines.push(text)
    return --left > 0
  })
  return lines
}
