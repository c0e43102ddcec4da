/** Candles for the eye, in bounded memory: when they grow too many, the interval grows and they are merged. */
import { MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND, type Micros } from '../model/time.js'

export interface ChartBar {
  readonly start: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Bars of one length, oldest first; an interval without a price has none. */
export interface ChartSeries {
  readonly interval: Micros
  /** Start of any bar: all others lie whole intervals from it. */
  readonly anchor: Micros
  readonly bars: readonly ChartBar[]
}

type OpenBar = { -readonly [Key in keyof ChartBar]: ChartBar[Key] }

const HOUR = 60 * MICROS_PER_MINUTE
const STEPS: readonly Micros[] = [
  ...[1, 5, 15].map(count => count * MICROS_PER_SECOND),
  ...[1, 5, 15].map(count => count * MICROS_PER_MINUTE),
  ...[1, 4].map(count => count * HOUR),
  MICROS_PER_DAY,
]

export interface ChartCandlesOptions {
  /** Length of a bar to begin with; one second unless given. */
  readonly interval?: Micros
  readonly anchor?: Micros
  /** Bars beyond which the interval grows; asked at every new bar, as it may depend on how many charts there are. */
  readonly most: () => number
}

/** Prices in the order of their times; a bar is made of those that fall into it. */
export class ChartCandles {
  #interval: Micros
  readonly #anchor: Micros
  #bars: OpenBar[] = []

  constructor(private readonly options: ChartCandlesOptions) {
    this.#interval = options.interval ?? MICROS_PER_SECOND
    this.#anchor = options.anchor ?? 0
  }

  price(time: Micros, price: number): void {
    this.bar(time, price, price, price, price)
  }

  /** A candle of the exchange, or a newer state of one. What lies before the newest bar is passed over. */
  bar(time: Micros, open: number, high: number, low: number, close: number): void {
    const last = this.#bars.at(-1)
    const start = startOf(time, this.#interval, this.#anchor)
    if (last !== undefined && start <= last.start) {
      if (start < last.start) return
      if (high > last.high) last.high = high
      if (low < last.low) last.low = low
      last.close = close
      return
    }
    this.#bars.push({ start, open, high, low, close })
    if (this.#bars.length > this.options.most()) this.#grow()
  }

  series(): ChartSeries {
    return { interval: this.#interval, anchor: this.#anchor, bars: this.#bars }
  }

  #grow(): void {
    const { interval, bars } = coarsen(this.series())
    this.#interval = interval
    this.#bars = bars.map(bar => ({ ...bar }))
  }
}

/** The same course of the price in bars of the next length; the extremes stay. */
export function coarsen({ interval, anchor, bars }: ChartSeries): ChartSeries {
  const longer = STEPS.find(step => step > interval && step % interval === 0) ?? interval * 2
  const merged: OpenBar[] = []
  for (const bar of bars) {
    const start = startOf(bar.start, longer, anchor)
    const last = merged.at(-1)
    if (last?.start !== start) {
      merged.push({ ...bar, start })
      continue
    }
    last.high = Math.max(last.high, bar.high)
    last.low = Math.min(last.low, bar.low)
    last.close = bar.close
  }
  return { interval: longer, anchor, bars: merged }
}

function startOf(time: Micros, interval: Micros, anchor: Micros): Micros {
  return Math.floor((time - anchor) / interval) * interval + anchor
}
