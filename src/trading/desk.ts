/** One strategy at work: its handlers, risk gate, paper exchange and ledger, isolated from every other desk. Events in, trading events out. */
import type { Book, Candle, Funding, Quote, Status, Trade } from '../model/event.js'
import type { Micros } from '../model/time.js'
import type { Halt, Request, TradingEvent } from '../model/trading.js'
import { Dealings } from './dealings.js'
import type { DeskOptions } from './desk-options.js'
import { buildParts, type DeskParts } from './desk-parts.js'
import { recordOf, summarise, type DeskRecord, type DeskSummary } from './desk-summary.js'
import { FundingSchedule } from './funding.js'
import type { Instrument } from './instruments.js'
import type { Holding } from './ledger.js'

export type { DeskRecord, DeskSummary } from './desk-summary.js'

const NOTHING: readonly TradingEvent[] = Object.freeze([])

export class Desk {
  readonly strategy: string
  private readonly parts: DeskParts
  private readonly dealings: Dealings
  private readonly funding = new FundingSchedule()
  private readonly maintenanceRate: number
  /** Only sizing reads it, and a logarithm on every price is not for nothing. */
  private readonly seesVolatility: boolean
  private holding: Holding | undefined
  private started = false
  private liquidated = false

  constructor(private readonly options: DeskOptions) {
    this.strategy = options.strategy.name
    this.maintenanceRate = Number(options.maintenanceRate ?? '0.005')
    this.seesVolatility = options.sizing?.kind === 'volatility'
    this.parts = buildParts(options)
    this.dealings = new Dealings(this.parts)
  }

  /** When {@link advance} has something to do next; infinity while nothing waits. */
  get nextDue(): Micros {
    return this.dealings.agenda.nextDue
  }

  /** The handler in which the strategy was interrupted; null where it was not. */
  get interruptedIn(): string | null {
    return this.parts.runner.inside
  }

  /** Orders arrive and expire and timers ring, in due order, each at its own time. */
  advance(now: Micros): readonly TradingEvent[] {
    if (this.nextDue > now) return NOTHING
    this.dealings.runAgenda(now)
    return this.dealings.flush()
  }

  onTrade(trade: Trade): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(trade, now)
    const executed = this.parts.paper.match(trade, now)
    this.price(holding, trade.price, now)
    if (executed.length > 0) this.dealings.book(executed, now)
    this.watch(now)
    this.ask(this.parts.runner.onTrade(trade), now)
    return this.dealings.flush()
  }

  onQuote(quote: Quote): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(quote, now)
    const executed = this.parts.paper.onQuote(quote, now)
    this.price(holding, (quote.bid + quote.ask) / 2, now)
    if (executed.length > 0) this.dealings.book(executed, now)
    this.watch(now)
    this.ask(this.parts.runner.call('onQuote', quote), now)
    return this.dealings.flush()
  }

  /** The book kept for the instrument has taken this event already. */
  onBook(book: Book): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(book, now)
    const executed = this.parts.paper.onBook(book, now)
    const middle = this.parts.paper.middle(book.exchange, book.symbol)
    if (!Number.isNaN(middle)) this.price(holding, middle, now)
    if (executed.length > 0) this.dealings.book(executed, now)
    this.watch(now)
    this.ask(this.parts.runner.call('onBook', book), now)
    return this.dealings.flush()
  }

  onCandle(candle: Candle): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(candle, now)
    if (!this.dealings.passBar(candle, now)) this.fillBar(candle, now)
    this.price(holding, candle.close, now)
    this.watch(now)
    this.ask(this.parts.runner.onCandle(candle), now)
    return this.dealings.flush()
  }

  onFunding(funding: Funding): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(funding, now)
    const payment = this.funding.take(funding, holding.mark)
    if (payment !== undefined) this.dealings.pay(holding, payment, now)
    this.ask(this.parts.runner.call('onFunding', funding), now)
    return this.dealings.flush()
  }

  onStatus(status: Status): readonly TradingEvent[] {
    this.parts.paper.onStatus(status)
    return NOTHING
  }

  /** The end of the run: the strategy's last word, then it is called no more. Positions and open orders stay as they are. */
  stop(): readonly TradingEvent[] {
    const now = this.options.clock.now()
    if (this.started) this.ask(this.parts.runner.call('onStop'), now)
    this.parts.runner.retire()
    if (this.parts.borrowing?.endAll() === true) this.dealings.tell(this.parts.ledger.equity(now))
    return this.dealings.flush()
  }

  /** Opens the kill switch, the only way to trade again after it went on. */
  resume(): readonly TradingEvent[] {
    const now = this.options.clock.now()
    this.parts.ledger.remeasure()
    this.dealings.tell(this.parts.risk.resume(this.parts.ledger.fastTotal, now))
    return this.dealings.flush()
  }

  /** Blocks trading by command, as the kill switch would. */
  halt(blocks: Exclude<Halt['blocks'], 'none'>, detail: string): readonly TradingEvent[] {
    const now = this.options.clock.now()
    this.dealings.enforce(this.parts.risk.block(blocks, 'command', detail, now), now)
    return this.dealings.flush()
  }

  /** Stops a strategy from outside, for what only the edge can see (a handler that hangs); the account is left intact. */
  failStrategy(reason: string): readonly TradingEvent[] {
    this.parts.runner.stop(reason)
    this.ask([], this.options.clock.now())
    return this.dealings.flush()
  }

  /** Requests from outside the strategy, carried out as if it had made them: a command, or a test. */
  request(requests: readonly Request[]): readonly TradingEvent[] {
    this.dealings.carryOut(requests, this.options.clock.now())
    return this.dealings.flush()
  }

  /** Where the account stands, for tables and for the end of the run. */
  summary(): DeskSummary {
    return summarise(this.parts, this.dealings, this.options.clock.now())
  }

  /** Equity curve, round trips and fills, for reports and for comparing conventions. */
  record(): DeskRecord {
    return recordOf(this.parts, this.options.clock.now())
  }

  private begin(event: Instrument, now: Micros): Holding {
    const { instruments, ledger, curve } = this.parts
    if (instruments.see(event) || this.holding === undefined) {
      this.holding = ledger.holding(event.exchange, event.symbol)
    }
    if (this.nextDue <= now) this.dealings.runAgenda(now)
    if (curve.isDue(now)) this.sample(now)
    if (!this.started) {
      this.started = true
      this.parts.ledger.remeasure()
      this.parts.tally.startEquity = this.parts.ledger.fastTotal
      this.ask(this.parts.runner.call('onStart'), now)
    }
    return this.holding
  }

  /** A bar that may do something to our orders: first to those that wait, then to exits of what they brought in. */
  private fillBar(candle: Candle, now: Micros): void {
    const executed = this.parts.paper.onCandle(candle, now)
    if (executed.length > 0) this.dealings.book(executed, now)
    if (candle.closed) this.dealings.closeBar(candle, this.options.model ?? 'pessimistic', now)
  }

  private price(holding: Holding, price: number, now: Micros): void {
    this.parts.ledger.mark(holding, price)
    if (this.seesVolatility) holding.volatility.see(price, now)
    this.parts.tally.see(holding.market, price)
  }

  private ask(requests: readonly Request[], now: Micros): void {
    if (requests.length > 0 || this.parts.runner.failure !== undefined) this.dealings.carryOut(requests, now)
  }

  /** Kill switch and liquidation, on every price. */
  private watch(now: Micros): void {
    const { ledger, risk, funds } = this.parts
    if (risk.watches) {
      const halt = risk.watch(ledger.fastTotal, now)
      if (halt !== undefined) this.dealings.enforce(halt, now)
    }
    if (this.liquidated || !funds.borrows) return
    const value = ledger.grossExposure()
    if (value === 0 || ledger.fastTotal > value * this.maintenanceRate) return
    this.liquidated = true
    const detail = `equity ${ledger.fastTotal.toFixed(2)} no longer covers the maintenance margin of a position of ${value.toFixed(2)}`
    this.dealings.enforce(risk.block('flatten', 'liquidation', detail, now), now)
  }

  private sample(now: Micros): void {
    const { ledger, curve } = this.parts
    ledger.revalue()
    curve.advance(now, ledger.fastTotal, ledger.grossExposure())
  }
}
