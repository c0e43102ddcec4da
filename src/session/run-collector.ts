/** Watches a run from its first frame for the sake of a report: prices of every instrument, and when the data was bad. */
import { parseInterval } from '../market/interval.js'
import type { Book, Candle } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { viewOf } from '../trading/book-view.js'
import { ChartCandles } from './chart-candles.js'
import { DegradedTimes } from './degraded.js'
import { strategyRecord, type InstrumentRecord, type PriceSource, type RunRecord } from './run-record.js'
import type { Session } from './session.js'
import type { Summary } from './summary.js'
import type { Trading, TradingPlan } from './trading.js'

interface Named {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

interface Instrument extends Named {
  readonly charts: Map<PriceSource, ChartCandles>
  candleLength: Micros
}

/** The best comes first, unless another tells of a multiple of its time. */
const SOURCES: readonly PriceSource[] = ['trades', 'candles', 'quotes', 'books']
const FAR_MORE = 5
const MOST_INSTRUMENTS = 256
/** Bars of one chart, and of all charts of a run. */
const MOST_BARS = 50_000
const MOST_BARS_IN_ALL = 400_000
const FEWEST_BARS = 1_000

export interface RunFacts extends Pick<RunRecord, 'software' | 'inputs' | 'proof'> {
  readonly plan: TradingPlan
  readonly summary: Summary
}

export class RunCollector {
  readonly #instruments = new Map<string, Instrument>()
  readonly #degraded = new DegradedTimes()
  #charts = 0

  /** To be made before the first frame is delivered. */
  constructor(
    private readonly session: Session,
    private readonly trading: Trading,
  ) {
    const { bus } = session
    const options = { componentId: 'report', priority: 'low', essential: true } as const
    bus.subscribe('trade', trade => this.#price(trade, 'trades', trade.price), options)
    bus.subscribe('quote', quote => this.#price(quote, 'quotes', (quote.bid + quote.ask) / 2), options)
    bus.subscribe('book', book => this.#book(book), options)
    bus.subscribe('candle', candle => this.#candle(candle), options)
    bus.subscribe('status', status => this.#degraded.status(status), options)
  }

  /** The run is over and its account drawn up. */
  record({ plan, summary, ...facts }: RunFacts): RunRecord {
    const { gaps, boundary, clock } = this.session
    const degraded = this.#degraded.spans(gaps.list(), clock.now())
    const begin = summary.first ?? 0
    const strategies = this.trading.pipelines.flatMap(({ desk }, index) => {
      if (desk === null) return []
      const { parameters = {}, model = '' } = plan.chosen[index] ?? {}
      const account = { parameters, model, summary: desk.summary(), record: desk.record() }
      return [strategyRecord(account, degraded, begin)]
    })
    const traded = new Set(strategies.flatMap(({ record }) => record.fills.map(fill => keyOf(fill))))
    return {
      ...facts,
      summary,
      options: plan.options,
      strategies,
      instruments: this.#records(traded),
      health: { gaps: gaps.list(), totals: gaps.totals(), deadLetters: boundary.stats().byCode, degraded },
    }
  }

  /** What was traded; where nothing was, what was seen. */
  #records(traded: ReadonlySet<string>): InstrumentRecord[] {
    const all = [...this.#instruments]
    const chosen = traded.size === 0 ? all.slice(0, 1) : all.filter(([key]) => traded.has(key))
    return chosen.flatMap(([, { exchange, symbol, pair, charts }]) => {
      const best = bestOf(charts)
      return best === undefined ? [] : [{ exchange, symbol, pair, ...best }]
    })
  }

  #price(event: Named, source: PriceSource, price: number): void {
    const instrument = this.#instrument(event)
    if (instrument === undefined) return
    const chart = instrument.charts.get(source) ?? this.#open(instrument, source)
    chart.price(this.session.clock.now(), price)
  }

  /** The middle of the whole book. */
  #book(event: Book): void {
    const sync = this.session.books.bySymbol(event.exchange, event.symbol)
    if (sync?.isLive !== true) return
    const view = viewOf(sync.book, () => true)
    let [bid, ask] = [Number.NaN, Number.NaN]
    view.walk('bids', price => ((bid = price), false))
    view.walk('asks', price => ((ask = price), false))
    const middle = (bid + ask) / 2
    if (!Number.isNaN(middle)) this.#price(event, 'books', middle)
  }

  /** Of several lengths the shortest is kept. */
  #candle(candle: Candle): void {
    const instrument = this.#instrument(candle)
    const interval = parseInterval(candle.interval)
    if (instrument === undefined || interval === undefined) return
    const length = interval.endOf(candle.start) - candle.start
    if (length > instrument.candleLength * 1.5) return
    if (length < instrument.candleLength / 1.5) {
      instrument.candleLength = length
      this.#open(instrument, 'candles', { interval: length, anchor: candle.start })
    }
    instrument.charts.get('candles')?.bar(candle.start, candle.open, candle.high, candle.low, candle.close)
  }

  #instrument(event: Named): Instrument | undefined {
    const key = keyOf(event)
    const known = this.#instruments.get(key)
    if (known !== undefined || this.#instruments.size >= MOST_INSTRUMENTS) return known
    const { exchange, symbol, pair } = event
    const instrument: Instrument = { exchange, symbol, pair, charts: new Map(), candleLength: Infinity }
    this.#instruments.set(key, instrument)
    return instrument
  }

  #open(instrument: Instrument, source: PriceSource, length?: { interval: Micros; anchor: Micros }): ChartCandles {
    const chart = new ChartCandles({ ...length, most: () => this.#most() })
    instrument.charts.set(source, chart)
    this.#charts++
    return chart
  }

  #most(): number {
    return Math.max(FEWEST_BARS, Math.min(MOST_BARS, Math.floor(MOST_BARS_IN_ALL / this.#charts)))
  }
}

function bestOf(charts: Instrument['charts']): Pick<InstrumentRecord, 'source' | 'series'> | undefined {
  const found = SOURCES.flatMap(source => {
    const series = charts.get(source)?.series()
    return series === undefined ? [] : [{ source, series, told: series.bars.length * series.interval }]
  })
  const most = Math.max(...found.map(({ told }) => told))
  const best = found.find(({ told }) => told * FAR_MORE >= most)
  return best === undefined ? undefined : { source: best.source, series: best.series }
}

function keyOf({ exchange, symbol }: Pick<Named, 'exchange' | 'symbol'>): string {
  return `${exchange}\n${symbol}`
}
