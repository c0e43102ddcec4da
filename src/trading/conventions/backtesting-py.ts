/** Bars traded as backtesting.py trades them: signal at the close, all-in whole units at the next open, its own order of events. */
import { backtestingPyStatistics, type BacktestingPyStatistics } from './backtesting-py-statistics.js'

export interface PriceBar {
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface BacktestingPyOptions {
  readonly cash: number
  /** Share of the value, or a fixed amount and a share. */
  readonly commission: number | readonly [fixed: number, share: number]
  /** Share by which an entry is worse than the price. */
  readonly spread: number
  /** Required margin as a share of the value: 1 is no leverage, 0.5 twice. */
  readonly margin: number
  readonly fillAt: 'next-open' | 'close'
  /** Bars before the strategy can decide anything; it is asked from the one after. */
  readonly warmup: number
}

export interface BarTrade {
  /** Signed: negative is short. */
  readonly size: number
  readonly entryBar: number
  readonly exitBar: number
  readonly entryPrice: number
  readonly exitPrice: number
  readonly commission: number
  /** After commissions. */
  readonly profit: number
  /** `profit` over the value at entry. */
  readonly returned: number
}

export interface BacktestingPyResult {
  readonly trades: readonly BarTrade[]
  readonly equity: readonly number[]
  readonly statistics: BacktestingPyStatistics
}

/** What to be after this bar's close: close the position and go the other way, or nothing. */
export type Decide = (bar: number) => 'buy' | 'sell' | null

/** Nearly everything: backtesting.py's default order size is one less the smallest double step. */
const ALL = 1 - Number.EPSILON

export function backtestAsBacktestingPy(
  bars: readonly PriceBar[],
  options: BacktestingPyOptions,
  decide: Decide,
): BacktestingPyResult {
  const broker = new Broker(bars, options)
  const first = options.warmup + 1
  for (let bar = first; bar < bars.length; bar++) {
    broker.next(bar)
    const side = decide(bar)
    if (side !== null) broker.reverse(side)
  }
  // The last position is closed on the last bar once more, by the same rule as any other order.
  broker.closeAtEnd(bars.length - 1)
  const equity = bars.map((_, bar) => broker.equity[bar] ?? broker.equity[first] ?? options.cash)
  const statistics = backtestingPyStatistics(bars, equity, broker.closed, options)
  return { trades: broker.closed, equity, statistics }
}

interface OpenTrade {
  readonly size: number
  readonly entryBar: number
  readonly entryPrice: number
  readonly commission: number
}

class Broker {
  readonly closed: BarTrade[] = []
  readonly equity: (number | undefined)[] = []
  private open: OpenTrade | null = null
  private pending: 'buy' | 'sell' | 'close' | null = null
  private cash: number

  constructor(
    private readonly bars: readonly PriceBar[],
    private readonly options: BacktestingPyOptions,
  ) {
    this.cash = options.cash
  }

  /** Orders of the bar before are carried out, then the bar's equity is told. */
  next(bar: number): void {
    this.carryOut(bar)
    const close = this.bars[bar]?.close ?? Number.NaN
    this.equity[bar] = this.cash + (this.open === null ? 0 : this.open.size * (close - this.open.entryPrice))
  }

  reverse(side: 'buy' | 'sell'): void {
    this.pending = side
  }

  closeAtEnd(bar: number): void {
    if (this.open === null && this.pending === null) return
    // An order given on the last bar meets the same bar's prices, as the close of the open trade does.
    if (this.pending === null) this.pending = 'close'
    this.next(bar)
  }

  private carryOut(bar: number): void {
    const { pending } = this
    if (pending === null) return
    this.pending = null
    const atClose = this.options.fillAt === 'close'
    const price = atClose ? this.bars[bar - 1]?.close : this.bars[bar]?.open
    if (price === undefined) return
    const when = atClose ? bar - 1 : bar
    this.close(price, when)
    if (pending !== 'close') this.enter(pending, price, when)
  }

  private enter(side: 'buy' | 'sell', price: number, bar: number): void {
    const sign = side === 'buy' ? 1 : -1
    const adjusted = price * (1 + sign * this.options.spread)
    const perUnit = adjusted + this.commission(ALL, price)
    const affordable = (Math.max(0, this.cash) / this.options.margin) * ALL
    const units = Math.floor(affordable / perUnit)
    if (units === 0) return
    const commission = this.commission(units, adjusted)
    this.cash -= commission
    this.open = { size: sign * units, entryBar: bar, entryPrice: adjusted, commission }
  }

  private close(price: number, bar: number): void {
    const { open } = this
    if (open === null) return
    this.open = null
    const commission = this.commission(Math.abs(open.size), price)
    const gross = open.size * (price - open.entryPrice)
    this.cash += gross - commission
    const total = open.commission + commission
    const profit = gross - total
    this.closed.push({
      size: open.size,
      entryBar: open.entryBar,
      exitBar: bar,
      entryPrice: open.entryPrice,
      exitPrice: price,
      commission: total,
      profit,
      returned: profit / (Math.abs(open.size) * open.entryPrice),
    })
  }

  private commission(units: number, price: number): number {
    const { commission } = this.options
    const [fixed, share] = typeof commission === 'number' ? [0, commission] : commission
    return fixed + units * price * share
  }
}
