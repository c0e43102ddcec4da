/** Chart data in columns of small integers: differences instead of values, so that 50,000 bars take less than a megabyte. */
import { plainDecimal } from '../model/number.js'
import { MICROS_PER_SECOND, type Micros } from '../model/time.js'
import type { DeskRecord, InstrumentRecord, RunRecord, StrategyRecord } from '../session/run-record.js'

/** What `page/chart.js` reads. Times are whole seconds since 1970. */
export interface PackedRun {
  readonly instruments: readonly PackedInstrument[]
  readonly strategies: readonly PackedStrategy[]
  /** Start and end of each degraded span. */
  readonly degraded: readonly (readonly [start: number, end: number])[]
}

export interface PackedInstrument {
  readonly name: string
  readonly source: string
  /** Seconds. */
  readonly interval: number
  /** Prices are integers over `10^decimals`. */
  readonly decimals: number
  /** The first bar's start, then how many intervals each bar lies after the one before. */
  readonly start: number
  readonly steps: readonly number[]
  /** Open less the last close (0 before the first), high above the body, low below it, close less open. */
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
}

export interface PackedStrategy {
  readonly name: string
  readonly asset: string
  readonly startEquity: number
  readonly equity: PackedEquity
  /** One entry for each instrument, in their order. */
  readonly fills: readonly PackedFills[]
}

export interface PackedEquity {
  readonly decimals: number
  /** Differences from the sample before, the first from 0. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  /** Value of positions over equity, in hundredths of a percent. */
  readonly exposure: readonly number[]
}

export interface PackedFills {
  readonly times: readonly number[]
  /** 1 buys, 0 sells. */
  readonly buys: readonly number[]
  readonly prices: readonly number[]
  readonly sizes: readonly number[]
}

/** The newest are drawn. */
export const MOST_FILLS_DRAWN = 20_000
const MOST_SPANS = 2_000
const MOST_DECIMALS = 10

export function packRun({ instruments, strategies, health }: RunRecord): PackedRun {
  return {
    instruments: instruments.map(packInstrument),
    strategies: strategies.map(strategy => packStrategy(strategy, instruments)),
    degraded: health.degraded.slice(0, MOST_SPANS).map(({ start, end }) => [secondsOf(start), secondsOf(end)] as const),
  }
}

export function packInstrument({ exchange, symbol, source, series }: InstrumentRecord): PackedInstrument {
  const { bars, interval } = series
  const decimals = decimalsOf(bars)
  const scale = 10 ** decimals
  const columns = { steps: [], open: [], high: [], low: [], close: [] } as Record<'steps' | 'open' | 'high' | 'low' | 'close', number[]> // prettier-ignore
  let [lastStart, lastClose] = [bars[0]?.start ?? 0, 0]
  for (const bar of bars) {
    const [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(price => Math.round(price * scale)) as [number, number, number, number] // prettier-ignore
    columns.steps.push(Math.round((bar.start - lastStart) / interval))
    columns.open.push(open - lastClose)
    columns.high.push(high - Math.max(open, close))
    columns.low.push(Math.min(open, close) - low)
    columns.close.push(close - open)
    lastStart = bar.start
    lastClose = close
  }
  const start = secondsOf(bars[0]?.start ?? 0)
  return { name: `${exchange}:${symbol}`, source, interval: interval / MICROS_PER_SECOND, decimals, start, ...columns }
}

function packStrategy({ summary, record }: StrategyRecord, instruments: readonly InstrumentRecord[]): PackedStrategy {
  const { strategy, equity } = summary
  return {
    name: strategy,
    asset: equity.asset,
    startEquity: record.startEquity,
    equity: packEquity(record),
    fills: instruments.map(instrument => packFills(record, instrument)),
  }
}

export function packEquity({ curve, startEquity }: Pick<DeskRecord, 'curve' | 'startEquity'>): PackedEquity {
  const decimals = Math.max(0, Math.min(8, 7 - Math.floor(Math.log10(Math.max(1e-8, Math.abs(startEquity))))))
  const scale = 10 ** decimals
  // A sample stands for the state before its time: on a boundary it belongs to the bar that ends there.
  const times = curve.map(({ time }) => secondsOf(time - 1))
  return {
    decimals,
    times: differences(times),
    values: differences(curve.map(sample => Math.round(sample.equity * scale))),
    exposure: curve.map(({ equity, exposure }) => (equity > 0 ? Math.round((exposure / equity) * 10_000) : 0)),
  }
}

function packFills({ fills }: DeskRecord, instrument: InstrumentRecord): PackedFills {
  const own = fills.slice(-MOST_FILLS_DRAWN).filter(fill => fill.exchange === instrument.exchange && fill.symbol === instrument.symbol) // prettier-ignore
  // What a candle filled is known when the candle ends.
  const lag = instrument.source === 'candles' ? 1 : 0
  return {
    times: differences(own.map(fill => secondsOf(fill.time - lag))),
    buys: own.map(fill => (fill.side === 'buy' ? 1 : 0)),
    prices: own.map(fill => Number(fill.price)),
    sizes: own.map(fill => Number(Number(fill.size).toPrecision(6))),
  }
}

/** Digits after the point that tell all prices apart, as far as their integers stay exact. */
function decimalsOf(bars: readonly { open: number; high: number; low: number; close: number }[]): number {
  let [decimals, largest] = [0, 1]
  for (const { open, high, low, close } of bars) {
    largest = Math.max(largest, Math.abs(high), Math.abs(low))
    for (const price of [open, high, low, close]) {
      if (!isWhole(price * 10 ** decimals)) decimals = Math.max(decimals, Math.min(MOST_DECIMALS, fractionOf(price)))
    }
  }
  return Math.max(0, Math.min(decimals, 15 - Math.ceil(Math.log10(largest))))
}

/** Up to the rounding of one multiplication. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= Math.abs(value) * 1e-15
}

function fractionOf(price: number): number {
  const text = plainDecimal(price)
  const at = text.indexOf('.')
  return at < 0 ? 0 : text.length - at - 1
}

function differences(values: readonly number[]): number[] {
  return values.map((value, index) => value - (values[index - 1] ?? 0))
}

function secondsOf(time: Micros): number {
  return Math.floor(time / MICROS_PER_SECOND)
}
