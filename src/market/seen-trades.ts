/** Which of one stream's newest trades were seen, and what they said, so that a second copy can be compared with the first. */
import type { Trade } from '../model/event.js'
import { plainNumber } from './plain-number.js'
import { TradeRows } from './trade-rows.js'

export interface SeenTrades {
  readonly rows: TradeRows
  /**
   * The row in which a trade of this id stands; negative where there is none.
   * @param id the trade's id as a number, NaN where it is none.
   */
  find(trade: Trade, id: number): number
  add(trade: Trade, id: number, line: number): void
  clear(): void
}

const RING = 256

/** For ids that step by one: the row of a trade is its id, and finding it costs nothing. */
export class SeenByNumber implements SeenTrades {
  readonly rows = new TradeRows()
  /** By row, the ids that their number does not tell: `07` is 7, but 7 is not `07`. */
  private readonly texts = new Map<number, string>()

  find({ id: text }: Trade, id: number): number {
    const row = this.rowOf(id)
    if (!Object.is(this.rows.idAt(row), id)) return -1
    const kept = this.texts.get(row)
    return (kept === undefined ? plainNumber(text) === id : kept === text) ? row : -1
  }

  add(trade: Trade, id: number, line: number): void {
    // Fewer rows than the ring has are enough until two ids want the same one.
    while (this.rows.count < RING && this.rows.isWritten(this.rowOf(id)) && this.find(trade, id) < 0) this.grow()
    const row = this.rowOf(id)
    if (plainNumber(trade.id) !== id) this.texts.set(row, trade.id)
    else if (this.texts.size > 0) this.texts.delete(row)
    this.rows.write(row, id, trade, line)
  }

  clear(): void {
    this.texts.clear()
    this.rows.clear()
  }

  private grow(): void {
    const texts = [...this.texts.values()]
    this.rows.double(id => this.rowOf(id))
    this.texts.clear()
    for (const text of texts) this.texts.set(this.rowOf(Number(text)), text)
  }

  /** An id that is no number shares a row; it is only remembered less long. */
  private rowOf(id: number): number {
    return (Math.abs(id) >>> 0) & (this.rows.count - 1)
  }
}

const REMEMBERED = 1_024

/** For all other ids: the newest by arrival. */
export class SeenByText implements SeenTrades {
  readonly rows = new TradeRows()
  private readonly found = new Map<string, number>()
  /** The ids by row; once all rows are taken, from `oldest` on the order in which they came. */
  private readonly texts: string[] = []
  private oldest = 0

  find({ id }: Trade): number {
    return this.found.get(id) ?? -1
  }

  add(trade: Trade, id: number, line: number): void {
    const row = this.found.get(trade.id) ?? this.claim(trade.id)
    this.rows.write(row, id, trade, line)
  }

  clear(): void {
    this.rows.clear()
    this.found.clear()
    this.texts.length = 0
    this.oldest = 0
  }

  /** The id that is forgotten next. */
  get oldestText(): string | undefined {
    return this.texts[this.oldest]
  }

  private claim(text: string): number {
    const row = this.texts.length < REMEMBERED ? this.texts.length : this.forgetOldest()
    if (row === this.rows.count) this.rows.double((_id, at) => at)
    this.texts[row] = text
    this.found.set(text, row)
    return row
  }

  /** @returns its row. */
  private forgetOldest(): number {
    const row = this.oldest
    this.found.delete(this.texts[row] as string)
    this.oldest = (row + 1) % REMEMBERED
    return row
  }
}
