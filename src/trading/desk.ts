/** One strategy at work: its handlers, risk gate, paper exchange and ledger, isolated from every other desk. Events in, trading events out. */
import { GenesisError } from '../model/errors.js'
import type { Book, Candle, Funding, Quote, Status, Trade } from '../model/event.js'
import { MICROS_PER_MS, type Micros } from '../model/time.js'
import type {
  CancelRequest,
  Equity,
  Fill,
  Halt,
  ModifyRequest,
  Order,
  Position,
  Request,
  TradingEvent,
} from '../model/trading.js'
import { accountView } from './account-view.js'
import { Agenda } from './agenda.js'
import { Broker, type Instrument } from './broker.js'
import type { DeskOptions } from './desk-options.js'
import { EquityCurve } from './equity-curve.js'
import { DEFAULT_FEES } from './fees.js'
import { FILL_MODELS } from './fill-model.js'
import { Funds } from './funds.js'
import { constantLatency, DEFAULT_LATENCY } from './latency.js'
import { Ledger, type Holding } from './ledger.js'
import { marketOf, type Market } from './market.js'
import { decimal, ZERO } from './money.js'
import { PaperExchange } from './paper-exchange.js'
import { RiskGate } from './risk.js'
import { DEFAULT_SIZING } from './sizing.js'
import { StrategyRunner } from './strategy-runner.js'
import { isOpen } from './working-order.js'

type Due =
  | { readonly kind: 'arrive' | 'expire' | 'cancel'; readonly id: string }
  | { readonly kind: 'modify'; readonly id: string; readonly change: ModifyRequest }
  | { readonly kind: 'timer'; readonly name: string }

export interface DeskSummary {
  readonly strategy: string
  readonly equity: Equity
  readonly positions: readonly Position[]
  readonly balances: Readonly<Record<string, string>>
  readonly fees: Readonly<Record<string, string>>
  readonly funding: Readonly<Record<string, string>>
  readonly locked: Readonly<Record<string, string>>
  readonly counts: Readonly<Desk['counts']>
  readonly openOrders: readonly Order[]
  readonly blocks: Halt['blocks']
  /** Why the strategy was stopped; null where it was not. */
  readonly failure: string | null
}

const NOTHING: readonly TradingEvent[] = Object.freeze([])
const MOST_TIMERS = 10_000

export class Desk {
  readonly strategy: string
  readonly ledger: Ledger
  readonly risk: RiskGate
  readonly curve: EquityCurve
  readonly counts = { signals: 0, orders: 0, fills: 0, refusals: 0, cancelled: 0, rejected: 0, expired: 0 }
  readonly fills: Fill[] = []
  private readonly paper: PaperExchange
  private readonly funds: Funds
  private readonly broker: Broker
  private readonly runner: StrategyRunner
  private readonly agenda = new Agenda<Due>()
  private readonly markets = new Map<string, Map<string, Market>>()
  private instrument: Instrument | undefined
  private holding: Holding | undefined
  private out: TradingEvent[] = []
  private started = false

  constructor(private readonly options: DeskOptions) {
    this.strategy = options.strategy.name
    const market = (exchange: string, symbol: string): Market => this.market(exchange, symbol)
    this.ledger = new Ledger({
      strategy: this.strategy,
      asset: options.quoteAsset,
      balances: balancesOf(options),
      market,
    })
    this.funds = new Funds(this.ledger, {
      fees: options.fees ?? DEFAULT_FEES,
      account: options.account ?? 'cash',
      leverage: decimal(options.leverage ?? '1'),
    })
    this.risk = new RiskGate(this.strategy, options.riskLimits ?? {})
    this.curve = new EquityCurve(options.sampleMs ?? 10_000)
    this.paper = new PaperExchange({
      model: FILL_MODELS[options.model ?? 'pessimistic'],
      fees: options.fees ?? DEFAULT_FEES,
      latency:
        options.latency ?? (options.latencyMs === undefined ? DEFAULT_LATENCY : constantLatency(options.latencyMs)),
      random: options.random,
      market,
      assetPrice: (asset, quote) => this.ledger.price(asset, quote),
      purse: this.funds,
      ...(options.books === undefined ? {} : { books: options.books }),
    })
    this.broker = new Broker({
      strategy: this.strategy,
      ledger: this.ledger,
      funds: this.funds,
      risk: this.risk,
      paper: this.paper,
      sizing: options.sizing ?? DEFAULT_SIZING,
      fees: options.fees,
      dailyVolatility: () => null,
    })
    this.runner = new StrategyRunner(options.strategy, {
      parameters: options.parameters,
      account: accountView(
        this.ledger,
        this.funds,
        () => this.paper,
        () => this.instrument,
        options.quoteAsset,
      ),
      now: () => options.clock.now(),
      random: options.random,
    })
  }

  /** When {@link advance} has something to do next; infinity while nothing waits. */
  get nextDue(): Micros {
    return this.agenda.nextDue
  }

  /** Orders arrive, expire and timers ring, in due order, each at its own time. */
  advance(now: Micros): readonly TradingEvent[] {
    if (this.agenda.nextDue > now) return NOTHING
    this.runAgenda(now)
    return this.flush()
  }

  onTrade(trade: Trade): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(trade, now)
    const filled = this.paper.match(trade, now)
    this.ledger.mark(holding, trade.price)
    if (filled.length > 0) this.take(filled, now)
    this.watch(now)
    const requests = this.runner.call('onTrade', trade)
    if (requests.length > 0) this.carryOut(requests, now)
    return this.flush()
  }

  onQuote(quote: Quote): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(quote, now)
    this.take(this.paper.onQuote(quote, now), now)
    this.ledger.mark(holding, (quote.bid + quote.ask) / 2)
    this.watch(now)
    this.carryOut(this.runner.call('onQuote', quote), now)
    return this.flush()
  }

  /** The book kept for the instrument has taken this event already. */
  onBook(book: Book): readonly TradingEvent[] {
    const now = this.options.clock.now()
    this.begin(book, now)
    this.take(this.paper.onBook(book, now), now)
    this.carryOut(this.runner.call('onBook', book), now)
    return this.flush()
  }

  onCandle(candle: Candle): readonly TradingEvent[] {
    const now = this.options.clock.now()
    const holding = this.begin(candle, now)
    this.take(this.paper.onCandle(candle, now), now)
    this.ledger.mark(holding, candle.close)
    this.watch(now)
    this.carryOut(this.runner.call('onCandle', candle), now)
    return this.flush()
  }

  onFunding(funding: Funding): readonly TradingEvent[] {
    const now = this.options.clock.now()
    this.begin(funding, now)
    this.carryOut(this.runner.call('onFunding', funding), now)
    return this.flush()
  }

  onStatus(status: Status): readonly TradingEvent[] {
    this.paper.onStatus(status)
    return NOTHING
  }

  /** The end of the run: the strategy's last word, then nothing more is accepted. Positions and open orders stay as they are. */
  stop(): readonly TradingEvent[] {
    const now = this.options.clock.now()
    this.carryOut(this.runner.call('onStop'), now)
    this.runner.stop('the run has ended')
    return this.flush()
  }

  /** Opens the kill switch; see {@link RiskGate.resume}. */
  resume(): readonly TradingEvent[] {
    this.out.push(this.risk.resume(this.ledger.fastTotal, this.options.clock.now()))
    return this.flush()
  }

  /** Where the account stands, for the end of the run and for tables. */
  summary(): DeskSummary {
    this.ledger.remeasure()
    return {
      strategy: this.strategy,
      equity: this.ledger.equity(this.options.clock.now()),
      positions: [...this.ledger.all()].map(holding => this.ledger.position(holding, this.options.clock.now())),
      ...this.ledger.statement(),
      locked: this.funds.locked(),
      counts: { ...this.counts },
      openOrders: this.paper.openOrders().map(({ order }) => order),
      blocks: this.risk.blocks,
      failure: this.runner.failure ?? null,
    }
  }

  private begin(event: Instrument, now: Micros): Holding {
    if (
      this.holding === undefined ||
      this.instrument?.symbol !== event.symbol ||
      this.instrument.exchange !== event.exchange
    ) {
      this.instrument = event
      this.learn(event)
      this.holding = this.ledger.holding(event.exchange, event.symbol)
    }
    if (this.agenda.nextDue <= now) this.runAgenda(now)
    if (this.curve.isDue(now)) this.sample(now)
    if (!this.started) {
      this.started = true
      this.carryOut(this.runner.call('onStart'), now)
    }
    return this.holding
  }

  private runAgenda(now: Micros): void {
    for (let due = this.agenda.take(now); due !== undefined; due = this.agenda.take(now)) {
      this.carryOutDue(due.entry, due.due)
    }
  }

  private carryOutDue(entry: Due, now: Micros): void {
    switch (entry.kind) {
      case 'arrive': {
        this.take(this.paper.arrive(entry.id, now), now)
        return
      }
      case 'expire': {
        this.take(this.paper.cancel(entry.id, 'time', now), now)
        return
      }
      case 'cancel': {
        this.take(this.paper.cancel(entry.id, 'request', now), now)
        return
      }
      case 'modify': {
        this.take(this.paper.modify(entry.id, entry.change, now), now)
        return
      }
      case 'timer': {
        this.carryOut(this.runner.call('onTimer', entry.name, now), now)
        return
      }
    }
  }

  /** Books what the exchange says, all fills first, then lets the strategy hear it. */
  private take(events: readonly TradingEvent[], now: Micros): void {
    for (const event of events) {
      this.out.push(event)
      if (event.type === 'fill') {
        this.counts.fills++
        this.fills.push(event)
        this.out.push(...this.ledger.apply(event))
      } else if (event.type === 'order') this.settle(event)
    }
    for (const event of events) {
      if (event.type === 'fill') this.carryOut(this.runner.call('onFill', event), now)
      else if (event.type === 'order') this.carryOut(this.runner.call('onOrder', event), now)
    }
  }

  private settle(order: Order): void {
    if (isOpen(order.status)) {
      if (order.status === 'open' && order.expires !== null)
        this.agenda.add(order.expires, { kind: 'expire', id: order.id })
      return
    }
    if (order.status !== 'filled') this.counts[order.status as 'cancelled' | 'rejected' | 'expired']++
    this.broker.settle(order)
  }

  private carryOut(requests: readonly Request[], now: Micros): void {
    for (const request of requests) this.carryOutOne(request, now)
    if (this.runner.failure !== undefined && !this.failureTold) this.tellFailure(now)
  }

  private failureTold = false

  private carryOutOne(request: Request, now: Micros): void {
    const instrument = this.instrumentOf(request)
    switch (request.type) {
      case 'timer':
        if (this.agenda.length < MOST_TIMERS) {
          const due = now + Math.max(1, Math.round(request.afterMs * MICROS_PER_MS))
          this.agenda.add(due, { kind: 'timer', name: request.name ?? '' })
        }
        return
      case 'cancel': {
        this.cancel(request, now)
        return
      }
      case 'modify': {
        this.modify(request, now)
        return
      }
      case 'signal': {
        const signal = this.broker.signal(request, instrument, now)
        this.counts.signals++
        this.out.push(signal)
        this.send(this.broker.assessSignal(signal, now), now)
        return
      }
      default: {
        this.send(this.broker.assess(request, instrument, now), now)
        return
      }
    }
  }

  private send(result: TradingEvent | undefined, now: Micros): void {
    if (result === undefined) return
    this.out.push(result)
    if (result.type === 'order') {
      this.counts.orders++
      this.agenda.add(this.paper.submit(result, now), { kind: 'arrive', id: result.id })
      this.carryOut(this.runner.call('onOrder', result), now)
    } else {
      this.counts.refusals++
      if (this.risk.runaway) this.runner.stop('sent far more orders a second than the limit allows')
    }
  }

  private cancel(request: CancelRequest, now: Micros): void {
    const due = now + this.paper.delay()
    for (const { order } of this.paper.openOrders()) {
      if (request.order !== 'all' && request.order !== order.id && request.order !== order.tag) continue
      this.agenda.add(due, { kind: 'cancel', id: order.id })
    }
  }

  private modify(request: ModifyRequest, now: Micros): void {
    const found = this.paper.openOrders().find(({ order }) => order.id === request.order || order.tag === request.order)
    if (found === undefined) return
    this.agenda.add(now + this.paper.delay(), { kind: 'modify', id: found.id, change: request })
  }

  /** The strategy is gone: its orders go too, its positions and its money stay. */
  private tellFailure(now: Micros): void {
    this.failureTold = true
    this.out.push(this.risk.block('all', 'failure', `strategy ${this.strategy}: ${this.runner.failure ?? ''}`, now))
    this.cancel({ type: 'cancel', order: 'all' }, now)
  }

  private watch(now: Micros): void {
    const halt = this.risk.watch(this.ledger.fastTotal, now)
    if (halt !== undefined) this.enforce(halt, now)
  }

  private enforce(halt: Halt, now: Micros): void {
    this.out.push(halt)
    this.cancel({ type: 'cancel', order: 'all' }, now)
    if (halt.blocks !== 'flatten') return
    for (const holding of this.ledger.all()) {
      if (!holding.position.size.eq(ZERO)) this.send(this.broker.force(holding, now), now)
    }
  }

  private sample(now: Micros): void {
    this.ledger.remeasure()
    let exposure = 0
    for (const holding of this.ledger.all()) exposure += Math.abs(holding.exposure * (holding.mark || 0))
    this.curve.advance(now, this.ledger.fastTotal, exposure)
  }

  private instrumentOf(request: Request): Instrument {
    const { instrument } = this
    if (instrument === undefined) throw new GenesisError('desk_instrument', 'no market event has come yet')
    if (!('symbol' in request) || request.symbol === undefined || request.symbol === instrument.symbol)
      return instrument
    return this.ledger.holding(request.exchange ?? instrument.exchange, request.symbol).market
  }

  private learn({ exchange, symbol, pair }: Instrument): void {
    let symbols = this.markets.get(exchange)
    if (symbols === undefined) this.markets.set(exchange, (symbols = new Map<string, Market>()))
    if (symbols.has(symbol)) return
    const market = marketOf({ exchange, symbol, pair }, this.options.rules?.(exchange, symbol))
    if (market === undefined) throw new GenesisError('desk_pair', `${exchange}:${symbol} has no unified pair`)
    symbols.set(symbol, market)
  }

  private market(exchange: string, symbol: string): Market {
    const market = this.markets.get(exchange)?.get(symbol)
    if (market === undefined) throw new GenesisError('desk_instrument', `nothing is known of ${exchange}:${symbol}`)
    return market
  }

  private flush(): readonly TradingEvent[] {
    if (this.out.length === 0) return NOTHING
    const { out } = this
    this.out = []
    return out
  }
}

function balancesOf(options: DeskOptions): Readonly<Record<string, string>> {
  return typeof options.capital === 'string' ? { [options.quoteAsset]: options.capital } : options.capital
}
