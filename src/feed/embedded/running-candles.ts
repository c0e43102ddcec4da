/** Candles of every interval that the simulated exchange offers, kept while it trades. */
import type { Micros } from '../../model/time.js'
import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_MS, MICROS_PER_SECOND } from '../../model/time.js'

/** Prices in ticks, sizes in lots, `turnover` in ticks times lots. */
export interface RunningCandle {
  readonly interval: string
  readonly start: Micros
  readonly end: Micros
  open: number
  high: number
  low: number
  close: number
  lots: number
  turnover: number
  takerBuyLots: number
  takerBuyTurnover: number
  firstTrade: number
  lastTrade: number
  trades: number
}

const HOUR = 60 * MICROS_PER_MINUTE
/** The epoch began on a Thursday; weeks begin on Monday. */
const MONDAY = 4 * MICROS_PER_DAY

export const SIMULATED_INTERVALS: ReadonlyMap<string, Micros> = new Map([
  ['1s', MICROS_PER_SECOND], ['1m', MICROS_PER_MINUTE], ['3m', 3 * MICROS_PER_MINUTE], ['5m', 5 * MICROS_PER_MINUTE],
  ['15m', 15 * MICROS_PER_MINUTE], ['30m', 30 * MICROS_PER_MINUTE], ['1h', HOUR], ['2h', 2 * HOUR], ['4h', 4 * HOUR], ['6h', 6 * HOUR],
  ['8h', 8 * HOUR], ['12h', 12 * HOUR], ['1d', MICROS_PER_DAY], ['3d', 3 * MICROS_PER_DAY], ['1w', 7 * MICROS_PER_DAY],
  ['1M', 30 * MICROS_PER_DAY],
]) // prettier-ignore

export class RunningCandles {
  private readonly candles = new Map<string, RunningCandle>()

  constructor(time: Micros, ticks: number) {
    for (const interval of SIMULATED_INTERVALS.keys()) {
      this.candles.set(interval, emptyCandle(interval, spanAt(interval, time), ticks))
    }
  }

  add(id: number, ticks: number, lots: number, taker: 'buy' | 'sell'): void {
    for (const candle of this.candles.values()) addTrade(candle, id, ticks, lots, taker)
  }

  get(interval: string): RunningCandle | undefined {
    return this.candles.get(interval)
  }

  /** Closes what has ended by `time` and begins the next. @returns the closed candles. */
  roll(time: Micros): RunningCandle[] {
    const closed: RunningCandle[] = []
    for (const [interval, candle] of this.candles) {
      if (time < candle.end) continue
      closed.push(candle)
      this.candles.set(interval, emptyCandle(interval, spanAt(interval, candle.end), candle.close))
    }
    return closed
  }
}

/** The span of the interval that holds the time, by the calendar where months have to be told apart. */
function spanAt(interval: string, time: Micros): readonly [start: Micros, end: Micros] {
  if (interval === '1M') {
    const month = new Date(time / MICROS_PER_MS)
    const [year, index] = [month.getUTCFullYear(), month.getUTCMonth()]
    return [Date.UTC(year, index) * MICROS_PER_MS, Date.UTC(year, index + 1) * MICROS_PER_MS]
  }
  const length = SIMULATED_INTERVALS.get(interval) ?? MICROS_PER_MINUTE
  const offset = interval === '1w' ? MONDAY : 0
  const start = Math.floor((time - offset) / length) * length + offset
  return [start, start + length]
}

function emptyCandle(interval: string, [start, end]: readonly [Micros, Micros], ticks: number): RunningCandle {
  return {
    interval, start, end, open: ticks, high: ticks, low: ticks, close: ticks, lots: 0, turnover: 0,
    takerBuyLots: 0, takerBuyTurnover: 0, firstTrade: -1, lastTrade: -1, trades: 0,
  } // prettier-ignore
}

function addTrade(candle: RunningCandle, id: number, ticks: number, lots: number, taker: 'buy' | 'sell'): void {
  if (candle.trades === 0) {
    candle.open = candle.high = candle.low = ticks
    candle.firstTrade = id
  }
  if (ticks > candle.high) candle.high = ticks
  if (ticks < candle.low) candle.low = ticks
  candle.close = ticks
  candle.lots += lots
  candle.turnover += ticks * lots
  if (taker === 'buy') {
    candle.takerBuyLots += lots
    candle.takerBuyTurnover += ticks * lots
  }
  candle.lastTrade = id
  candle.trades++
}
