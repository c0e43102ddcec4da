/** One symbol of the simulated exchange: its order flow in virtual time, told as Binance's streams would tell it. */
import { Random } from '../../engine/random.js'
import type { Level } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { MICROS_PER_SECOND } from '../../model/time.js'
import { BinanceMessages } from './binance-messages.js'
import { DepthChanges } from './depth-changes.js'
import { EVENTS_PER_TAKER, OrderFlow, type MarketObserver } from './order-flow.js'
import { RollingDay } from './rolling-day.js'
import { RunningCandles, SIMULATED_INTERVALS } from './running-candles.js'
import type { SymbolProfile } from './symbol-profile.js'
import { TradeTape, type TapedTrade } from './trade-tape.js'

/** Where messages go. What nobody wants is not written. */
export interface MessageSink {
  wants(stream: string): boolean
  send(stream: string, text: string): void
}

const FAST: Micros = MICROS_PER_SECOND / 10
/** How many trades a taker's order makes, over all moods: measured, so that the rate comes out as asked. */
const TRADES_PER_TAKER = 1.16
const DEPTHS = [5, 10, 20]

/** Everything follows from seed, symbol, start and rate. */
export class SymbolMarket implements MarketObserver {
  readonly messages: BinanceMessages
  readonly trades = new TradeTape()
  readonly aggTrades = new TradeTape()
  private readonly flow: OrderFlow
  private readonly arrivals: Random
  private readonly candles: RunningCandles
  private readonly day: RollingDay
  private readonly fastDepth = new DepthChanges()
  private readonly slowDepth = new DepthChanges()
  private readonly names: ReturnType<typeof streamNames>
  private updateId = 1
  private now: Micros
  private nextOrderAt: Micros
  private nextBeatAt: Micros
  private fills: TapedTrade[] = []
  private lastTrade: TapedTrade
  private quoted = ''
  private sink: MessageSink = NOBODY

  /** @param rate trades per second, on average over calm and busy times. */
  constructor(
    readonly profile: SymbolProfile,
    seed: number | string,
    start: Micros,
    private readonly rate: number,
  ) {
    const random = new Random(`${seed}/${profile.symbol}`)
    const { startTicks } = profile
    this.messages = new BinanceMessages(profile)
    this.names = streamNames(profile.symbol)
    this.arrivals = random.fork('arrivals')
    this.candles = new RunningCandles(start, startTicks)
    this.day = new RollingDay(start, startTicks)
    this.lastTrade = { id: 0, first: 0, last: 0, ticks: startTicks, lots: 1, time: start, taker: 'buy' }
    this.now = start
    this.flow = new OrderFlow(random.fork('orders'), profile, this, rate * EVENTS_PER_TAKER)
    this.fastDepth.clear(this.updateId + 1)
    this.slowDepth.clear(this.updateId + 1)
    this.nextOrderAt = start + this.gap()
    this.nextBeatAt = Math.floor(start / FAST) * FAST + FAST
  }

  /** When something happens next. */
  get nextDue(): Micros {
    return Math.min(this.nextOrderAt, this.nextBeatAt)
  }

  /** Lets the next thing happen. */
  step(sink: MessageSink): void {
    this.sink = sink
    if (this.nextBeatAt <= this.nextOrderAt) {
      this.now = this.nextBeatAt
      this.nextBeatAt += FAST
      this.beat()
    } else {
      this.now = this.nextOrderAt
      this.flow.step()
      this.nextOrderAt = this.now + this.gap()
    }
  }

  /** The book as of now, as the REST snapshot tells it. */
  snapshot(limit: number): string {
    return this.messages.depth(this.updateId, this.flow.book.bids.top(limit), this.flow.book.asks.top(limit))
  }

  levelChanged(side: 'bids' | 'asks', ticks: number, lots: number): void {
    this.updateId++
    this.fastDepth.set(side, ticks, lots)
    this.slowDepth.set(side, ticks, lots)
  }

  traded(ticks: number, lots: number, taker: 'buy' | 'sell'): void {
    const id = this.trades.nextId
    const trade: TapedTrade = { id, first: id, last: id, ticks, lots, time: this.now, taker }
    this.trades.add(trade)
    this.lastTrade = trade
    this.candles.add(id, ticks, lots, taker)
    this.day.add(this.now, id, ticks, lots)
    this.fills.push(trade)
    if (this.sink.wants(this.names.trade)) this.sink.send(this.names.trade, this.messages.trade(trade))
  }

  orderDone(): void {
    if (this.fills.length > 0) this.aggregate()
    if (!this.sink.wants(this.names.bookTicker)) return
    const { bids, asks } = this.flow.book
    const best = `${bids.bestPrice ?? 0} ${bids.bestSize} ${asks.bestPrice ?? 0} ${asks.bestSize}`
    if (best === this.quoted) return
    this.quoted = best
    this.sink.send(this.names.bookTicker, this.messages.bookTicker(this.updateId, this.best('bids'), this.best('asks')))
  }

  /** Fills of one order at one price are one aggregated trade. */
  private aggregate(): void {
    const wanted = this.sink.wants(this.names.aggTrade)
    for (let index = 0; index < this.fills.length;) {
      const first = this.fills[index]
      if (first === undefined) break
      let lots = 0
      let last = first
      for (; this.fills[index]?.ticks === first.ticks; index++) {
        last = this.fills[index] ?? first
        lots += last.lots
      }
      const trade: TapedTrade = { ...first, id: this.aggTrades.nextId, last: last.id, lots }
      this.aggTrades.add(trade)
      if (wanted) this.sink.send(this.names.aggTrade, this.messages.aggTrade(trade))
    }
    this.fills = []
  }

  /** Ten times a second: what Binance sends by the clock. */
  private beat(): void {
    this.sendDepth(this.fastDepth, this.names.fastDepth)
    for (const [levels, stream] of this.names.fastTops) this.sendTop(stream, levels)
    if (this.now % MICROS_PER_SECOND !== 0) return
    this.sendDepth(this.slowDepth, this.names.slowDepth)
    for (const [levels, stream] of this.names.slowTops) this.sendTop(stream, levels)
    this.sendCandles()
    this.sendTickers()
  }

  private sendDepth(changes: DepthChanges, stream: string): void {
    if (changes.isEmpty) return
    if (this.sink.wants(stream)) {
      const { bids, asks } = changes.levels()
      this.sink.send(stream, this.messages.depthUpdate(this.now, changes.first, this.updateId, bids, asks))
    }
    changes.clear(this.updateId + 1)
  }

  private sendTop(stream: string, levels: number): void {
    if (this.sink.wants(stream)) this.sink.send(stream, this.snapshot(levels))
  }

  private sendCandles(): void {
    const closed = this.candles.roll(this.now)
    for (const candle of closed) {
      const stream = this.names.klines.get(candle.interval) ?? ''
      if (this.sink.wants(stream)) this.sink.send(stream, this.messages.kline(this.now, candle, true))
    }
    for (const [interval, stream] of this.names.klines) {
      const candle = this.sink.wants(stream) ? this.candles.get(interval) : undefined
      if (candle !== undefined && candle.start < this.now)
        this.sink.send(stream, this.messages.kline(this.now, candle, false))
    }
  }

  private sendTickers(): void {
    const { ticker, miniTicker } = this.names
    if (this.sink.wants(ticker)) {
      const [bid, ask] = [this.best('bids'), this.best('asks')]
      this.sink.send(ticker, this.messages.ticker(this.now, this.day.summary(), this.lastTrade, bid, ask))
    }
    if (this.sink.wants(miniTicker)) {
      this.sink.send(miniTicker, this.messages.miniTicker(this.now, this.day.summary(), this.lastTrade))
    }
  }

  private best(side: 'bids' | 'asks'): Level {
    return [this.flow.book[side].bestPrice ?? 0, this.flow.book[side].bestSize]
  }

  /** Time to the next order, at least a microsecond. */
  private gap(): Micros {
    const perSecond = (this.rate * EVENTS_PER_TAKER * this.flow.pace) / TRADES_PER_TAKER
    return Math.max(1, Math.round(this.arrivals.exponential(perSecond) * MICROS_PER_SECOND))
  }
}

const NOBODY: MessageSink = { wants: () => false, send: () => undefined }

function streamNames(symbol: string) {
  const lower = symbol.toLowerCase()
  return {
    trade: `${lower}@trade`,
    aggTrade: `${lower}@aggTrade`,
    bookTicker: `${lower}@bookTicker`,
    fastDepth: `${lower}@depth@100ms`,
    slowDepth: `${lower}@depth`,
    fastTops: DEPTHS.map(levels => [levels, `${lower}@depth${levels}@100ms`] as const),
    slowTops: DEPTHS.map(levels => [levels, `${lower}@depth${levels}`] as const),
    klines: new Map([...SIMULATED_INTERVALS.keys()].map(interval => [interval, `${lower}@kline_${interval}`])),
    ticker: `${lower}@ticker`,
    miniTicker: `${lower}@miniTicker`,
  }
}
