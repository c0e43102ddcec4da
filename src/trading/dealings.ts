/** Carries out what a strategy asks for and books what the exchange answers, in causal order, until nothing is left to do. */
import { MICROS_PER_MS, type Micros } from '../model/time.js'
import type {
  CancelRequest,
  Fill,
  Halt,
  ModifyRequest,
  Order,
  OrderRequest,
  Refusal,
  Request,
  TradingEvent,
} from '../model/trading.js'
import type { Candle } from '../model/event.js'
import { Agenda, type Due } from './agenda.js'
import { Brackets } from './brackets.js'
import type { DeskParts } from './desk-parts.js'
import type { FillModelName } from './fill-model.js'
import type { FundingPayment } from './funding.js'
import type { Instrument } from './instruments.js'
import type { Holding } from './ledger.js'
import { ZERO } from './money.js'
import { isOpen, type WorkingOrder } from './working-order.js'

const NOTHING: readonly TradingEvent[] = Object.freeze([])
const MOST_TIMERS = 10_000
/** Requests that answers to answers may lead to at one instant; a strategy that goes on beyond is stopped. */
const MOST_AT_ONCE = 1_000

export class Dealings {
  readonly agenda = new Agenda<Due>()
  readonly counts = { signals: 0, orders: 0, fills: 0, refusals: 0, cancelled: 0, rejected: 0, expired: 0 }
  readonly refusedBy = new Map<string, number>()
  private readonly brackets = new Brackets()
  /** Fills and orders that the strategy has yet to hear of. */
  private readonly unheard: (Fill | Order)[] = []
  /** Orders that close positions for a halt, until they are done. */
  private readonly forced = new Set<string>()
  private hearing = false
  private out: TradingEvent[] = []
  private failureTold = false
  private atOnce = 0

  constructor(private readonly parts: DeskParts) {}

  /** Everything that has happened since the last call, causes before effects. */
  flush(): readonly TradingEvent[] {
    if (this.out.length === 0) return NOTHING
    const { out } = this
    this.out = []
    this.atOnce = 0
    return out
  }

  tell(event: TradingEvent): void {
    this.out.push(event)
  }

  runAgenda(now: Micros): void {
    for (let due = this.agenda.take(now); due !== undefined; due = this.agenda.take(now)) this.fall(due.entry, due.due)
  }

  /** Carries out the strategy's requests, and what it answers to their consequences, then tells of its failure if it has failed. */
  carryOut(requests: readonly Request[], now: Micros): void {
    for (const request of requests) this.carryOutOne(request, now)
    this.hear(now)
    if (this.parts.runner.failure !== undefined && !this.failureTold) this.tellFailure(now)
  }

  /** Books what the exchange says, all fills first, then lets the strategy hear it. */
  book(events: readonly TradingEvent[], now: Micros): void {
    for (const event of events) {
      this.out.push(event)
      if (event.type === 'fill') this.bookFill(event)
      else if (event.type === 'order') this.settle(event)
    }
    this.parts.funds.booked()
    this.borrow(now)
    for (const event of events) {
      if (event.type === 'fill') this.sendBracket(event, now)
      else if (event.type === 'order' && !isOpen(event.status)) this.brackets.entryDone(event.id)
      if (event.type === 'fill' || event.type === 'order') this.unheard.push(event)
    }
    if (this.parts.risk.blocks === 'flatten' && events.some(({ type }) => type === 'fill')) this.flatten(now)
    this.carryOut([], now)
  }

  /** Trading is blocked: open orders go, exits excepted where only entries are blocked; `flatten` closes every position at the market. */
  enforce(halt: Halt, now: Micros): void {
    this.out.push(halt)
    for (const order of this.parts.paper.openOrders()) {
      if (halt.blocks !== 'entries' || !this.protects(order)) this.sendCancel(order, now)
    }
    if (halt.blocks === 'flatten') this.flatten(now)
  }

  /** Closes what nothing closes yet, also what an order on its way brought in before its cancel reached the exchange. */
  private flatten(now: Micros): void {
    for (const holding of this.parts.ledger.all()) {
      if (holding.position.size.eq(ZERO) || this.isClosing(holding)) continue
      const order = this.parts.broker.force(holding, now)
      this.forced.add(order.id)
      this.send(order, now)
    }
  }

  private isClosing({ market: { exchange, symbol } }: Holding): boolean {
    return this.parts.paper
      .openOrders()
      .some(({ id, market }) => this.forced.has(id) && market.symbol === symbol && market.exchange === exchange)
  }

  /** A bar that finds no order of ours and no exit leaves nothing but its close. @returns false where it is not such a bar, and nothing was done. */
  passBar(candle: Candle, now: Micros): boolean {
    if (this.brackets.hasExits || !this.parts.paper.passBar(candle)) return false
    this.brackets.barClosed = now
    return true
  }

  /** What a bar still does to the exits of its own entries: of those entered at its open, and, pessimistic, to every stop. */
  closeBar(candle: Candle, model: FillModelName, now: Micros): void {
    if (this.brackets.hasExits) this.runAgenda(now)
    this.brackets.closeBar(candle, model, now)
    const executed = this.parts.paper.closeBar(candle, now, this.brackets.isDueInBar)
    if (executed.length > 0) this.book(executed, now)
  }

  pay(holding: Holding, payment: FundingPayment, now: Micros): void {
    const received = this.parts.ledger.fund(holding, payment.rate, payment.markPrice)
    if (!received.eq(ZERO)) this.out.push(this.parts.ledger.equity(now))
    this.borrow(now)
  }

  /** Tells the strategy of fills and orders, one after the other: what it answers waits for its turn, whatever the depth. */
  private hear(now: Micros): void {
    if (!this.parts.runner.hears) this.unheard.length = 0
    if (this.hearing || this.unheard.length === 0) return
    this.hearing = true
    for (let event = this.unheard.shift(); event !== undefined; event = this.unheard.shift()) {
      const { runner } = this.parts
      const requests = event.type === 'fill' ? runner.call('onFill', event) : runner.call('onOrder', event)
      for (const request of requests) this.carryOutOne(request, now)
    }
    this.hearing = false
  }

  /** Whether the order can only bring its position nearer to flat. */
  private protects({ order, market, buying }: WorkingOrder): boolean {
    const { size } = this.parts.ledger.holding(market.exchange, market.symbol).position
    return order.reduceOnly || (buying ? size.lt(ZERO) : size.gt(ZERO))
  }

  private fall(entry: Due, now: Micros): void {
    const { paper, runner } = this.parts
    switch (entry.kind) {
      case 'arrive':
        this.brackets.arrived(entry.id, now)
        this.book(paper.arrive(entry.id, now), now)
        break
      case 'expire':
        this.book(paper.cancel(entry.id, 'time', now), now)
        break
      case 'cancel':
        this.book(paper.cancel(entry.id, 'request', now), now)
        break
      case 'modify':
        this.book(paper.modify(entry.id, entry.change, now), now)
        break
      case 'interest':
        this.parts.borrowing?.end(entry.asset)
        this.out.push(this.parts.ledger.equity(now))
        this.borrow(now)
        break
      case 'timer':
        this.carryOut(runner.call('onTimer', entry.name, now), now)
    }
  }

  /** Hours of debt that begin now end at their time. */
  private borrow(now: Micros): void {
    const { borrowing } = this.parts
    if (borrowing === null) return
    for (const { asset, ends } of borrowing.begin(now)) this.agenda.add(ends, { kind: 'interest', asset })
  }

  private bookFill(fill: Fill): void {
    this.counts.fills++
    this.parts.tally.take(fill)
    this.out.push(...this.parts.ledger.apply(fill))
  }

  private settle(order: Order): void {
    if (isOpen(order.status)) return
    if (order.status === 'cancelled') this.counts.cancelled++
    else if (order.status === 'rejected') this.counts.rejected++
    else if (order.status === 'expired') this.counts.expired++
    this.parts.broker.settle(order)
    this.parts.tally.done(order)
    this.brackets.exitDone(order.id)
    this.forced.delete(order.id)
  }

  private carryOutOne(request: Request, now: Micros): void {
    if (++this.atOnce > MOST_AT_ONCE) {
      this.parts.runner.stop(`made more than ${String(MOST_AT_ONCE)} requests at one instant`)
      return
    }
    switch (request.type) {
      case 'timer':
        this.startTimer(request.afterMs, request.name ?? '', now)
        break
      case 'cancel':
        this.cancel(request, now)
        break
      case 'modify':
        this.modify(request, now)
        break
      case 'signal':
        this.signal(request, now)
        break
      default:
        this.order(request, now)
    }
  }

  private startTimer(afterMs: number, name: string, now: Micros): void {
    if (!(afterMs > 0) || this.agenda.length >= MOST_TIMERS) {
      this.parts.runner.stop(`asked for a timer after ${String(afterMs)} ms, or for more than ${String(MOST_TIMERS)}`)
      return
    }
    this.agenda.add(now + Math.max(1, Math.round(afterMs * MICROS_PER_MS)), { kind: 'timer', name })
  }

  private signal(request: Request & { readonly type: 'signal' }, now: Micros): void {
    const instrument = this.instrumentOf(request, now)
    if (instrument === undefined) return
    const signal = this.parts.broker.signal(request, instrument, now)
    this.counts.signals++
    this.out.push(signal)
    const result = this.parts.broker.assessSignal(signal, now)
    if (result !== undefined) this.send(result, now)
  }

  private order(request: OrderRequest, now: Micros): void {
    const instrument = this.instrumentOf(request, now)
    if (instrument === undefined) return
    const result = this.parts.broker.assess(request, instrument, now)
    if (result.type === 'order' && request.bracket !== undefined) this.brackets.add(result.id, request.bracket)
    this.send(result, now)
  }

  private send(result: Order | Refusal, now: Micros, way: 'travels' | 'attached' = 'travels'): void {
    this.out.push(result)
    if (result.type === 'refusal') {
      this.refused(result)
      return
    }
    this.counts.orders++
    this.parts.tally.sent(result)
    const { paper } = this.parts
    paper.submit(result)
    const due = way === 'travels' ? paper.dueAt(result.exchange, now) : now
    this.agenda.add(due, { kind: 'arrive', id: result.id })
    if (result.expires !== null) this.agenda.add(result.expires, { kind: 'expire', id: result.id })
    this.unheard.push(result)
  }

  private refused({ code }: Refusal): void {
    this.counts.refusals++
    this.refusedBy.set(code, (this.refusedBy.get(code) ?? 0) + 1)
    if (this.parts.risk.runaway) this.parts.runner.stop('sent orders far beyond the limit of orders a second')
  }

  private cancel(request: CancelRequest, now: Micros): void {
    const named = this.named(request.order)
    for (const order of named) this.sendCancel(order, now)
    if (named.length === 0 && request.order !== 'all') this.refuseChange('cancel', request.order, now)
  }

  private modify(request: ModifyRequest, now: Micros): void {
    const [order] = this.named(request.order)
    if (order === undefined) {
      this.refuseChange('modify', request.order, now)
      return
    }
    const refusal = this.parts.broker.assessModify(request, order, now)
    if (refusal === undefined)
      this.agenda.add(this.dueAt(order, now), { kind: 'modify', id: order.id, change: request })
    else this.send(refusal, now)
  }

  private sendCancel(order: WorkingOrder, now: Micros): void {
    this.agenda.add(this.dueAt(order, now), { kind: 'cancel', id: order.id })
  }

  private dueAt({ market }: WorkingOrder, now: Micros): Micros {
    return this.parts.paper.dueAt(market.exchange, now)
  }

  private named(name: string): WorkingOrder[] {
    return this.parts.paper
      .openOrders()
      .filter(({ order }) => name === 'all' || name === order.id || name === order.tag)
  }

  private refuseChange(kind: 'cancel' | 'modify', name: string, now: Micros): void {
    const instrument = this.parts.instruments.latest
    if (instrument === undefined) return
    const what = { ...instrument, side: null, kind, size: null, price: null }
    this.send(this.parts.broker.refuse(what, { code: 'state', detail: `no open order ${name}` }, now), now)
  }

  /** Exits for what this fill has brought in, each fill by its own pair. They wait at the exchange already, so they do not travel. */
  private sendBracket(fill: Fill, now: Micros): void {
    const market = this.parts.instruments.find(fill.exchange, fill.symbol)
    if (market === undefined) return
    for (const request of this.brackets.exitsFor(fill, market)) {
      const result = this.parts.broker.assess(request, market, now)
      if (result.type === 'order') this.brackets.attached(result.id, fill)
      this.send(result, now, 'attached')
    }
  }

  private instrumentOf(
    request: { readonly exchange?: string; readonly symbol?: string },
    now: Micros,
  ): Instrument | undefined {
    const { instruments, broker } = this.parts
    const { latest } = instruments
    if (latest === undefined) return undefined
    const { exchange = latest.exchange, symbol = latest.symbol } = request
    const market = instruments.find(exchange, symbol)
    if (market !== undefined) return market
    const what = { exchange, symbol, pair: '', side: null, kind: 'signal' as const, size: null, price: null }
    this.send(
      broker.refuse(what, { code: 'instrument', detail: `nothing has been received of ${exchange}:${symbol}` }, now),
      now,
    )
    return undefined
  }

  /** The strategy is gone: its orders go too, its positions and its money stay. */
  private tellFailure(now: Micros): void {
    this.failureTold = true
    const { runner, risk } = this.parts
    this.out.push(risk.block('all', 'failure', `strategy stopped: ${runner.failure ?? ''}`, now))
    this.cancel({ type: 'cancel', order: 'all' }, now)
  }
}
