/** One stream's trades on their way through the arbiter: in order, with the holes that another line may still fill held open for a moment. */
import { placeOf, type Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import type { HoleReport } from './gap-ledger.js'
import { TradeIds, type IdRange, type TradeIdKind, type Verdict } from './trade-ids.js'

/** How long, and for how many trades, a hole is doubted; zero where no other line could fill it. */
export interface HoldLimits {
  readonly micros: Micros
  readonly trades: number
}

/** The exchange began to count its trades anew; whether something was lost in between cannot be known. */
export interface IdsRestarted {
  readonly type: 'idsRestarted'
  readonly exchange: string
  readonly stream: string
  readonly id: string
  readonly at: Micros
}

export interface LaneOutput {
  push(result: Trade | HoleReport | IdsRestarted): unknown
}

interface DoubtfulHole extends IdRange {
  readonly until: Micros
}

export interface LaneCounts {
  passed: number
  /** Missing on one line, brought in time by another. */
  healed: number
  /** Missing on every line. */
  missing: number
}

/** Appends to `out` what may be passed on: trades, and holes before the trades that follow them. */
export class TradeLane {
  readonly counts: LaneCounts = { passed: 0, healed: 0, missing: 0 }
  private readonly ids: TradeIds
  /** Trades behind doubtful holes, by id. */
  private readonly held: { readonly id: number; readonly trade: Trade }[] = []
  private readonly doubtful: DoubtfulHole[] = []
  /** The trade that was passed on last; null before the first one. */
  last: Trade | null = null

  constructor(
    readonly exchange: string,
    readonly stream: string,
    kind: TradeIdKind,
    private readonly hold: HoldLimits,
  ) {
    this.ids = new TradeIds(kind)
  }

  get heldCount(): number {
    return this.held.length
  }

  /** When the first doubtful hole must be believed, or null. */
  get nextDue(): Micros | null {
    return this.doubtful[0]?.until ?? null
  }

  /** Passes the trade on, holds it, or leaves it: the verdict says which copy it was. */
  offer(trade: Trade, line: number, out: LaneOutput): Verdict {
    const verdict = this.ids.judge(trade, line)
    if (verdict.is === 'first') this.takeFirst(trade, verdict.missing, out)
    else if (verdict.is === 'late') this.takeLate(trade, verdict.filled, out)
    else if (verdict.is === 'restart') this.takeRestart(trade, out)
    return verdict
  }

  advanceTo(now: Micros, out: LaneOutput): void {
    while ((this.doubtful[0]?.until ?? Number.POSITIVE_INFINITY) <= now) this.believeFirstHole(out)
  }

  private takeFirst(trade: Trade, missing: IdRange | null, out: LaneOutput): void {
    if (missing === null && (this.held.length === 0 || !Number.isSafeInteger(placeOf(trade)))) {
      this.pass(trade, out)
    } else if (this.hold.micros === 0) {
      if (missing !== null) this.report(missing, trade.received, out)
      this.pass(trade, out)
    } else {
      if (missing !== null) this.doubtful.push({ ...missing, until: trade.received + this.hold.micros })
      this.keep(trade)
      if (this.held.length > this.hold.trades) this.believeFirstHole(out)
    }
  }

  private takeLate(trade: Trade, filled: boolean, out: LaneOutput): void {
    const id = placeOf(trade)
    const index = this.doubtful.findIndex(hole => hole.from <= id && id <= hole.to)
    const hole = this.doubtful[index]
    if (hole === undefined) {
      const { exchange, stream } = this
      const place = String(id)
      if (filled) out.push({ type: 'holeFilled', exchange, stream, from: place, to: place })
      this.pass(trade, out)
      return
    }
    this.counts.healed++
    this.doubtful.splice(index, 1, ...without(hole, id))
    this.keep(trade)
    this.passWhole(out)
  }

  private takeRestart(trade: Trade, out: LaneOutput): void {
    while (this.doubtful.length > 0) this.believeFirstHole(out)
    const { exchange, stream } = this
    out.push({ type: 'idsRestarted', exchange, stream, id: trade.id, at: trade.received })
    this.pass(trade, out)
  }

  private keep(trade: Trade): void {
    const id = placeOf(trade)
    const behind = this.held.findIndex(waiting => waiting.id > id)
    this.held.splice(behind < 0 ? this.held.length : behind, 0, { id, trade })
  }

  private believeFirstHole(out: LaneOutput): void {
    const hole = this.doubtful.shift()
    if (hole !== undefined) this.report(hole, this.held[0]?.trade.received ?? hole.until, out)
    this.passWhole(out)
  }

  /** Passes on what no longer waits for a hole. */
  private passWhole(out: LaneOutput): void {
    const limit = this.doubtful[0]?.from ?? Number.POSITIVE_INFINITY
    let count = 0
    while ((this.held[count]?.id ?? Number.POSITIVE_INFINITY) < limit) count++
    for (const { trade } of this.held.splice(0, count)) this.pass(trade, out)
  }

  private report(missing: IdRange, end: Micros, out: LaneOutput): void {
    const { exchange, stream } = this
    const start = this.last?.received ?? 0
    const [from, to] = [String(missing.from), String(missing.to)]
    this.counts.missing += missing.to - missing.from + 1
    out.push({ type: 'hole', exchange, stream, from, to, start, cause: 'sequence', provable: true })
    out.push({ type: 'holeClosed', exchange, stream, end })
  }

  private pass(trade: Trade, out: LaneOutput): void {
    this.last = trade
    this.counts.passed++
    out.push(trade)
  }
}

function without(hole: DoubtfulHole, id: number): DoubtfulHole[] {
  const left: DoubtfulHole[] = []
  if (hole.from < id) left.push({ ...hole, to: id - 1 })
  if (id < hole.to) left.push({ ...hole, from: id + 1 })
  return left
}
