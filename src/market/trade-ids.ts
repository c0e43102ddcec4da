/** The trade ids of one stream: which were seen, which are missing, and whether a repeated one says the same again. */
import type { Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { plainNumber } from './plain-number.js'
import { SeenByNumber, SeenByText, type SeenTrades } from './seen-trades.js'
import type { FirstCopy } from './trade-rows.js'

/** What an exchange's ids prove: `contiguous` step by one, `increasing` only order, `opaque` only identify; with `ordinal` the count beside them steps by one. */
export type TradeIdKind = 'contiguous' | 'ordinal' | 'increasing' | 'opaque'

export type Verdict =
  /** New, and ahead of everything so far. */
  | { readonly is: 'first'; readonly missing: IdRange | null }
  /** New, but behind something already seen: it fills a hole or was overtaken. */
  | { readonly is: 'late'; readonly filled: boolean }
  /** Seen before; `earlier` is null where that is too long ago to compare. */
  | { readonly is: 'duplicate'; readonly earlier: FirstCopy | null }
  /** The id was seen before with another price, size or side. */
  | { readonly is: 'conflict'; readonly first: Trade }
  /** The exchange began to count anew; this is the first trade of the new count. */
  | { readonly is: 'restart' }

export interface IdRange {
  readonly from: number
  readonly to: number
}

const FIRST: Verdict = { is: 'first', missing: null }
const FILLED: Verdict = { is: 'late', filled: true }
const OVERTAKEN: Verdict = { is: 'late', filled: false }
const FORGOTTEN: Verdict = { is: 'duplicate', earlier: null }
const RESTART: Verdict = { is: 'restart' }

/** How far below the first id of all a trade may still be one that was overtaken rather than an old one sent again. */
const OVERTAKEN_BY = 256
const HOLES = 1_000
/** A jump further than this is a new way of counting, not a loss: no exchange makes so many trades in an outage. */
const FURTHEST_JUMP = 100_000_000

/** Bounded: remembers what the newest trades said, and of contiguous ids the open holes. */
export class TradeIds {
  private readonly seen: SeenTrades
  private holes: IdRange[] = []
  private lowest = 0
  private highest = -1
  private latest: Micros = 0

  constructor(private readonly kind: TradeIdKind) {
    this.seen = kind === 'contiguous' ? new SeenByNumber() : new SeenByText()
  }

  judge(trade: Trade, line: number): Verdict {
    const id = this.numberOf(trade)
    const verdict = Number.isSafeInteger(id) && id >= 0 ? this.place(id, trade) : this.compared(trade, id)
    if (verdict.is === 'duplicate' || verdict.is === 'conflict') return verdict
    if (verdict.is === 'restart') this.restart(id)
    if (trade.time > this.latest) this.latest = trade.time
    this.seen.add(trade, id, line)
    return verdict
  }

  private numberOf(trade: Trade): number {
    if (this.kind === 'opaque') return Number.NaN
    if (this.kind === 'ordinal') return trade.ordinal ?? Number.NaN
    const plain = plainNumber(trade.id)
    return Number.isNaN(plain) ? Number(trade.id) : plain
  }

  private place(id: number, trade: Trade): Verdict {
    if (id === this.highest + 1) return this.reach(id)
    if (this.highest < 0) return this.begin(id)
    if (id < this.highest + 1) return this.behind(id, trade)
    if (this.kind === 'increasing') return this.reach(id)
    if (id - this.highest > FURTHEST_JUMP) return RESTART
    const missing = { from: this.highest + 1, to: id - 1 }
    this.openHole(missing)
    this.highest = id
    return { is: 'first', missing }
  }

  private begin(id: number): Verdict {
    this.lowest = id
    return this.reach(id)
  }

  private reach(id: number): Verdict {
    this.highest = id
    return FIRST
  }

  private behind(id: number, trade: Trade): Verdict {
    if (this.fillHole(id)) return FILLED
    const isNewer = trade.time > this.latest
    // Counting from the start again while the exchange's clock went on.
    if (isNewer && id <= 1 && this.highest > 1) return RESTART
    const compared = this.compared(trade, id)
    if (compared !== FIRST) return compared
    if (isNewer && id < this.highest - OVERTAKEN_BY) return RESTART
    if (this.kind === 'increasing') return id > this.oldestKept() ? OVERTAKEN : FORGOTTEN
    return id < this.lowest && id >= this.lowest - OVERTAKEN_BY ? this.extendDown(id) : FORGOTTEN
  }

  /** A trade from just before the first one: the other line began earlier. */
  private extendDown(id: number): Verdict {
    if (id + 1 < this.lowest) this.openHole({ from: id + 1, to: this.lowest - 1 })
    this.lowest = id
    return OVERTAKEN
  }

  private compared(trade: Trade, id: number): Verdict {
    const row = this.seen.find(trade, id)
    if (row < 0) return FIRST
    const { rows } = this.seen
    if (rows.saysTheSame(row, trade)) return { is: 'duplicate', earlier: rows.firstCopy(row) }
    return { is: 'conflict', first: rows.tradeAt(row, trade) }
  }

  private oldestKept(): number {
    const oldest = this.seen instanceof SeenByText ? this.seen.oldestText : undefined
    return oldest === undefined ? Number.POSITIVE_INFINITY : Number(oldest)
  }

  private restart(id: number): void {
    this.seen.clear()
    this.holes = []
    this.begin(id)
  }

  private openHole(range: IdRange): void {
    this.holes.push(range)
    if (this.holes.length > HOLES) this.holes.shift()
  }

  /** True where the id was missing; it no longer is. */
  private fillHole(id: number): boolean {
    const index = this.holes.findIndex(hole => hole.from <= id && id <= hole.to)
    const hole = this.holes[index]
    if (hole === undefined) return false
    const left: IdRange[] = []
    if (hole.from < id) left.push({ from: hole.from, to: id - 1 })
    if (id < hole.to) left.push({ from: id + 1, to: hole.to })
    this.holes.splice(index, 1, ...left)
    return true
  }
}
