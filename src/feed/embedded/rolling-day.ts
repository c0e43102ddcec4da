/** The last 24 hours of a simulated market in minutes, for its tickers. */
import type { Micros } from '../../model/time.js'
import { MICROS_PER_MINUTE } from '../../model/time.js'

/** Prices in ticks, sizes in lots, `turnover` in ticks times lots. */
export interface DaySummary {
  open: number
  high: number
  low: number
  lots: number
  turnover: number
  firstTrade: number
  trades: number
}

interface Minute extends DaySummary {
  readonly start: Micros
}

const MINUTES = 1_440

export class RollingDay {
  private readonly minutes: Minute[]

  constructor(time: Micros, ticks: number) {
    this.minutes = [emptyMinute(time, ticks)]
  }

  add(time: Micros, id: number, ticks: number, lots: number): void {
    const minute = this.minuteOf(time, ticks)
    if (minute.trades === 0) {
      minute.open = minute.high = minute.low = ticks
      minute.firstTrade = id
    }
    if (ticks > minute.high) minute.high = ticks
    if (ticks < minute.low) minute.low = ticks
    minute.lots += lots
    minute.turnover += ticks * lots
    minute.trades++
  }

  summary(): DaySummary {
    const first = this.minutes[0] ?? emptyMinute(0, 0)
    const total = { ...first, lots: 0, turnover: 0, trades: 0, firstTrade: -1 }
    for (const minute of this.minutes) {
      if (minute.high > total.high) total.high = minute.high
      if (minute.low < total.low) total.low = minute.low
      total.lots += minute.lots
      total.turnover += minute.turnover
      total.trades += minute.trades
      if (total.firstTrade < 0) total.firstTrade = minute.firstTrade
    }
    return total
  }

  private minuteOf(time: Micros, ticks: number): Minute {
    const newest = this.minutes[this.minutes.length - 1]
    if (newest !== undefined && time < newest.start + MICROS_PER_MINUTE) return newest
    const minute = emptyMinute(time, ticks)
    this.minutes.push(minute)
    if (this.minutes.length > MINUTES) this.minutes.shift()
    return minute
  }
}

function emptyMinute(time: Micros, ticks: number): Minute {
  const start = Math.floor(time / MICROS_PER_MINUTE) * MICROS_PER_MINUTE
  return { start, open: ticks, high: ticks, low: ticks, lots: 0, turnover: 0, firstTrade: -1, trades: 0 }
}
