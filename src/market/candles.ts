/** Candles from trades, closed by the clock: each interval gives exactly one, with or without trades. */
import type { Candle, Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../model/time.js'
import { ExactSum } from './exact-sum.js'
import type { Interval } from './interval.js'

/** A candle that knows whether all of its trades were seen. */
export interface BuiltCandle extends Candle {
  /** False where a gap lies inside, or where the stream began or ended inside. */
  readonly complete: boolean
}

export interface CandleTarget {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly interval: Interval
}

export interface CandleOptions {
  /** Since when every trade is known; the time of the first trade unless given. */
  readonly since?: Micros
  /** How long after its end a candle waits for trades that are under way (250 ms). A later trade's arrival ends the wait. */
  readonly grace?: Micros
}

export interface CandleStats {
  readonly trades: number
  readonly closed: number
  /** Closed candles without a trade. */
  readonly empty: number
  /** Trades that came after their candle was closed; they are in no candle. */
  readonly late: number
  /** Intervals passed over because silence lasted too long. */
  readonly skipped: number
}

const GRACE: Micros = 250 * MICROS_PER_MS
/** A trade from further ahead than the exchange's clock can be is counted to the candle of its arrival, or it would end all before it. */
const FURTHEST_AHEAD: Micros = 10 * MICROS_PER_SECOND
/** More silent intervals in a row than a day of seconds has are passed over. */
const MOST_EMPTY = 100_000
const MOST_GAPS = 64

interface OpenCandle {
  readonly start: Micros
  readonly end: Micros
  open: number
  high: number
  low: number
  close: number
  trades: number
  lastTrade: Micros
}

/**
 * One symbol, one interval. Trades count to the candle of their exchange time. A closed candle is final: a trade that comes
 * later is counted as late and changes nothing. An interval without trades gives a candle with the previous close and no volume;
 * before the first trade there is no price and so no candle.
 */
export class CandleBuilder {
  private candle: OpenCandle | null = null
  private readonly volume = new ExactSum()
  private readonly gaps: { start: Micros; end: Micros }[] = []
  private since: Micros | undefined
  private readonly grace: Micros
  private readonly counts = { trades: 0, closed: 0, empty: 0, late: 0, skipped: 0 }

  constructor(
    private readonly target: CandleTarget,
    options: CandleOptions = {},
  ) {
    this.since = options.since
    this.grace = options.grace ?? GRACE
  }

  /** When the clock closes the open candle, or null before the first trade. */
  get nextDue(): Micros | null {
    return this.candle === null ? null : this.candle.end + this.grace
  }

  /** Takes a trade; appends the candles that it closes to `out`. */
  add(trade: Trade, out: BuiltCandle[]): void {
    const time = Math.min(trade.time, trade.received + FURTHEST_AHEAD)
    const start = this.target.interval.startOf(time)
    if (this.candle === null) {
      this.since ??= time
      this.candle = this.begin(start, trade.price)
    }
    if (start < this.candle.start) {
      this.counts.late++
      return
    }
    const candle = start === this.candle.start ? this.candle : this.rollTo(start, trade.received, out)
    this.counts.trades++
    if (candle.trades++ === 0) candle.open = candle.high = candle.low = trade.price
    else if (trade.price > candle.high) candle.high = trade.price
    else if (trade.price < candle.low) candle.low = trade.price
    candle.close = trade.price
    candle.lastTrade = time
    this.volume.add(trade.size)
  }

  /** The clock moves on; appends the candles that it closes to `out`. */
  advanceTo(now: Micros, out: BuiltCandle[]): void {
    const until = now - this.grace
    if (this.candle !== null && this.candle.end <= until) {
      this.rollTo(this.target.interval.startOf(until), now, out)
    }
  }

  /** Something is missing from `start` to `end`; null while it lasts. The next call with an end ends it. */
  gap(start: Micros, end: Micros | null): void {
    const open = this.gaps.findLast(gap => gap.end === Number.POSITIVE_INFINITY)
    if (open !== undefined) {
      open.start = Math.min(open.start, start)
      if (end !== null) open.end = end
      return
    }
    this.gaps.push({ start, end: end ?? Number.POSITIVE_INFINITY })
    if (this.gaps.length > MOST_GAPS) this.joinOldestGaps()
  }

  /** The run ends: appends the candle that is still open, as it stands. */
  finish(now: Micros, out: BuiltCandle[]): void {
    this.advanceTo(now, out)
    const candle = this.candle
    if (candle === null) return
    out.push(this.event(candle, false, Math.max(candle.lastTrade, candle.start), now))
    this.candle = null
    this.volume.reset()
  }

  stats(): CandleStats {
    return { ...this.counts }
  }

  private begin(start: Micros, price: number): OpenCandle {
    const end = this.target.interval.endOf(start)
    return { start, end, open: price, high: price, low: price, close: price, trades: 0, lastTrade: 0 }
  }

  /** Closes everything before the candle that begins at `start`, and opens that one. */
  private rollTo(start: Micros, now: Micros, out: BuiltCandle[]): OpenCandle {
    let candle = this.candle ?? this.begin(start, Number.NaN)
    for (let count = 0; candle.start < start; count++) {
      if (count > MOST_EMPTY) {
        this.counts.skipped++
        this.gap(candle.start, start)
        candle = this.begin(start, candle.close)
        break
      }
      this.counts.closed++
      if (candle.trades === 0) this.counts.empty++
      out.push(this.event(candle, true, candle.end, now))
      this.volume.reset()
      candle = this.begin(candle.end, candle.close)
    }
    this.candle = candle
    while ((this.gaps[0]?.end ?? Number.POSITIVE_INFINITY) <= candle.start) this.gaps.shift()
    return candle
  }

  private event(candle: OpenCandle, closed: boolean, time: Micros, received: Micros): BuiltCandle {
    const { exchange, symbol, pair, interval } = this.target
    const { start, open, high, low, close } = candle
    const volume = this.volume.toNumber()
    const complete = closed && this.isWhole(candle)
    return { type: 'candle', exchange, symbol, pair, interval: interval.text, start, open, high, low, close, volume, closed, time, received, complete } // prettier-ignore
  }

  private isWhole({ start, end }: OpenCandle): boolean {
    if (this.since === undefined || this.since > start) return false
    return !this.gaps.some(gap => gap.start < end && gap.end > start)
  }

  private joinOldestGaps(): void {
    const [first, second] = this.gaps
    if (first === undefined || second === undefined) return
    this.gaps.splice(0, 2, { start: Math.min(first.start, second.start), end: Math.max(first.end, second.end) })
  }
}
