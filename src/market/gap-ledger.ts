/** The gap ledger: every hole in what was received as a row that says where, how long, why, and whether it can be proved. */
import type { Micros } from '../model/time.js'

/** How a hole was noticed. */
export type HoleCause = 'sequence' | 'checksum' | 'crossed' | 'disconnected' | 'stale' | 'snapshot' | 'backpressure'

/** Something is missing from a stream; returned by the parts that notice. */
export interface Hole {
  readonly type: 'hole'
  readonly exchange: string
  readonly stream: string
  /** First and last missing id, where the exchange numbers what it sends. */
  readonly from: string | null
  readonly to: string | null
  /** Receive time of the last good message before it. */
  readonly start: Micros
  readonly cause: HoleCause
  /** True where a number or checksum of the exchange proves the loss; false where it is only likely. */
  readonly provable: boolean
}

/** The hole in a stream is behind us: good data flows again since `end`. */
export interface HoleClosed {
  readonly type: 'holeClosed'
  readonly exchange: string
  readonly stream: string
  readonly end: Micros
}

/** Ids of a hole arrived after all: late on the other line, or by REST. */
export interface HoleFilled {
  readonly type: 'holeFilled'
  readonly exchange: string
  readonly stream: string
  readonly from: string
  readonly to: string
}

export type HoleReport = Hole | HoleClosed | HoleFilled

/** One row as printed: the key order is the printed order. */
export interface GapRow {
  readonly exchange: string
  readonly stream: string
  readonly from: string | null
  readonly to: string | null
  readonly start: Micros
  /** null while it is open. */
  end: Micros | null
  readonly cause: HoleCause
  readonly provable: boolean
  /** How many of the missing ids were fetched or arrived later. */
  backfilled: number
}

export interface GapTotals {
  readonly gaps: number
  readonly open: number
  /** Ids known to be missing, over all provable holes with numbers. */
  readonly missing: number
  readonly backfilled: number
  readonly unprovable: number
  /** Rows beyond the bound: counted above, but no longer listed. */
  readonly unlisted: number
}

/** Keeps the first `limit` rows whole and the totals of all. */
export class GapLedger {
  private readonly rows: GapRow[] = []
  private readonly openRows = new Map<string, GapRow[]>()
  private gaps = 0
  private open = 0
  private missing = 0
  private backfilled = 0
  private unprovable = 0

  constructor(private readonly limit = 10_000) {}

  record(report: HoleReport): void {
    if (report.type === 'hole') this.add(report)
    else if (report.type === 'holeClosed') this.close(report)
    else this.fill(report)
  }

  /** All listed rows in the order in which the holes were noticed. */
  list(): readonly Readonly<GapRow>[] {
    return this.rows
  }

  totals(): GapTotals {
    return {
      gaps: this.gaps,
      open: this.open,
      missing: this.missing,
      backfilled: this.backfilled,
      unprovable: this.unprovable,
      unlisted: this.gaps - this.rows.length,
    }
  }

  private add(hole: Hole): void {
    const { exchange, stream, from, to, start, cause, provable } = hole
    const row: GapRow = { exchange, stream, from, to, start, end: null, cause, provable, backfilled: 0 }
    this.gaps++
    this.open++
    this.missing += provable ? idCount(from, to) : 0
    if (!provable) this.unprovable++
    const open = this.openRows.get(keyOf(hole))
    if (open === undefined) this.openRows.set(keyOf(hole), [row])
    else if (open.length < this.limit) open.push(row)
    if (this.rows.length < this.limit) this.rows.push(row)
  }

  private close(closed: HoleClosed): void {
    for (const row of this.openRows.get(keyOf(closed)) ?? []) {
      row.end = closed.end
      this.open--
    }
    this.openRows.delete(keyOf(closed))
  }

  private fill(filled: HoleFilled): void {
    const row = this.rows.findLast(candidate => keyOf(candidate) === keyOf(filled) && covers(candidate, filled))
    const count = idCount(filled.from, filled.to)
    this.backfilled += count
    if (row !== undefined) row.backfilled += count
  }
}

function keyOf(of: { readonly exchange: string; readonly stream: string }): string {
  return `${of.exchange}\n${of.stream}`
}

/** How many ids lie from one to the other, both included; 0 where there are no numbers to count. */
function idCount(from: string | null, to: string | null): number {
  const first = idNumber(from)
  const last = idNumber(to)
  return first === null || last === null || last < first ? 0 : Number(last - first + 1n)
}

function covers(row: GapRow, filled: HoleFilled): boolean {
  const [from, to, first, last] = [row.from, row.to, filled.from, filled.to].map(idNumber)
  if (from === null || to === null || first === null || last === null) return false
  return (
    from !== undefined && to !== undefined && first !== undefined && last !== undefined && from <= first && last <= to
  )
}

function idNumber(id: string | null): bigint | null {
  return id !== null && /^\d{1,40}$/.test(id) ? BigInt(id) : null
}
