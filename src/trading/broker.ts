/** Turns what a strategy asks for into orders on their way or refusals with their reason. */
import type { Micros } from '../model/time.js'
import type { ModifyRequest, Order, OrderRequest, Refusal, Signal, SignalRequest } from '../model/trading.js'
import { rateOf, type FeeSchedule } from './fees.js'
import type { Funds } from './funds.js'
import type { Instrument } from './instruments.js'
import type { Holding, Ledger } from './ledger.js'
import { FINEST, floorTo, readAmount, textOf, toNumber, ZERO, type Decimal } from './money.js'
import { draftOrder, isObjection, type Draft, type Objection } from './order-draft.js'
import { submittedOrder } from './order-event.js'
import type { PaperExchange } from './paper-exchange.js'
import type { RiskGate } from './risk.js'
import { sizeOf, type Sizing } from './sizing.js'
import type { WorkingOrder } from './working-order.js'

export interface BrokerParts {
  readonly strategy: string
  readonly ledger: Ledger
  readonly funds: Funds
  readonly risk: RiskGate
  readonly paper: PaperExchange
  readonly sizing: Sizing
  readonly fees: FeeSchedule
}

export class Broker {
  private ordered = 0
  /** Orders that carry out signals, so that a later signal counts what is still under way. */
  private readonly forSignals = new Set<string>()

  constructor(private readonly parts: BrokerParts) {}

  /** A signal as an event. */
  signal(request: SignalRequest, instrument: Instrument, now: Micros): Signal {
    const { exchange, symbol, pair } = instrument
    const size = readAmount(request.size)
    return {
      type: 'signal',
      exchange,
      symbol,
      pair,
      strategy: this.parts.strategy,
      direction: request.direction,
      size: request.size === undefined ? null : size === undefined ? String(request.size) : textOf(size),
      reason: request.reason ?? '',
      time: now,
    }
  }

  /** The market order that brings the position to what the signal wants; undefined where it is there, or on its way, already. */
  assessSignal(signal: Signal, now: Micros): Order | Refusal | undefined {
    const holding = this.parts.ledger.holding(signal.exchange, signal.symbol)
    const target = this.target(signal, holding)
    if (isObjection(target)) {
      return this.refuse({ ...signal, side: null, kind: 'signal', size: signal.size, price: null }, target, now)
    }
    const expected = holding.position.size.plus(this.underWay(holding))
    const difference = target.minus(expected)
    const size = floorTo(difference.abs(), holding.market.stepSize ?? FINEST)
    if (size.eq(ZERO)) return undefined
    const order = this.assess(
      { type: 'market', side: difference.lt(ZERO) ? 'sell' : 'buy', size: textOf(size), reduceOnly: target.eq(ZERO) },
      signal,
      now,
    )
    if (order.type === 'order') this.forSignals.add(order.id)
    return order
  }

  /** An order on its way with its funds locked, or the reason why not. */
  assess(request: OrderRequest, instrument: Instrument, now: Micros): Order | Refusal {
    const holding = this.parts.ledger.holding(instrument.exchange, instrument.symbol)
    const draft = draftOrder(request, holding.market, now)
    const objection = isObjection(draft) ? draft : this.object(draft, holding, now)
    if (objection !== undefined || isObjection(draft)) {
      const shown = {
        side: request.side,
        kind: request.type,
        size: shownText(request.size),
        price: shownText(request.price),
      }
      return this.refuse({ ...instrument, ...shown }, objection ?? (draft as Objection), now)
    }
    const id = `${this.parts.strategy}-${String(++this.ordered)}`
    const unpaid = this.parts.funds.reserve(id, draft, holding.mark)
    if (unpaid !== undefined) return this.refuse({ ...instrument, ...draftText(draft) }, unpaid, now)
    return submittedOrder(this.parts.strategy, id, draft, now)
  }

  /** Whether a change may be sent; its funds are locked anew. @returns the refusal where it may not. */
  assessModify(request: ModifyRequest, order: WorkingOrder, now: Micros): Refusal | undefined {
    const { order: told, market } = order
    const draft = draftOrder(
      {
        ...requestOf(told),
        ...(request.price === undefined ? {} : { price: request.price }),
        ...(request.stopPrice === undefined ? {} : { stopPrice: request.stopPrice }),
        size: request.size ?? told.size,
      },
      market,
      now,
    )
    const shown = {
      side: told.side,
      kind: 'modify' as const,
      size: shownText(request.size),
      price: shownText(request.price),
    }
    if (isObjection(draft)) return this.refuse({ ...market, ...shown }, draft, now)
    const rest = draft.size.minus(order.filled)
    if (rest.lte(ZERO)) return undefined
    const { mark } = this.parts.ledger.holding(market.exchange, market.symbol)
    const objection = this.parts.funds.reserve(order.id, { ...draft, size: rest, group: told.group }, mark)
    return objection === undefined ? undefined : this.refuse({ ...market, ...shown }, objection, now)
  }

  /** An order that skips the gate and the funds check: the desk's own, to close a position. */
  force(holding: Holding, now: Micros): Order {
    const { position, market } = holding
    const draft = draftOrder(
      {
        type: 'market',
        side: position.size.lt(ZERO) ? 'buy' : 'sell',
        size: textOf(position.size.abs()),
        reduceOnly: true,
      },
      { ...market, stepSize: null, minSize: null },
      now,
    )
    if (isObjection(draft)) throw new Error(`cannot close the position: ${draft.detail}`)
    return submittedOrder(this.parts.strategy, `${this.parts.strategy}-${String(++this.ordered)}`, draft, now)
  }

  /** Frees what a finished order had locked. */
  settle(order: Order): void {
    this.parts.funds.release(order.id)
    this.forSignals.delete(order.id)
  }

  refuse(
    what: Instrument & Pick<Refusal, 'side' | 'kind' | 'size' | 'price'>,
    objection: Objection,
    now: Micros,
  ): Refusal {
    return {
      type: 'refusal',
      exchange: what.exchange,
      symbol: what.symbol,
      pair: what.pair,
      strategy: this.parts.strategy,
      side: what.side,
      kind: what.kind,
      size: what.size,
      price: what.price,
      code: objection.code,
      detail: objection.detail,
      time: now,
    }
  }

  private object(draft: Draft, holding: Holding, now: Micros): Objection | undefined {
    const { risk, paper } = this.parts
    const open = paper.openOrders()
    let exposure = holding.position.size
    for (const order of open) {
      if (order.market !== holding.market || order.buying !== (draft.side === 'buy')) continue
      exposure = order.buying ? exposure.plus(order.remaining) : exposure.minus(order.remaining)
    }
    const view = {
      exposure,
      position: holding.position.size,
      openOrders: open.length,
      mark: holding.mark,
    }
    return risk.assess(draft, view, now)
  }

  private target(signal: Signal, holding: Holding): Decimal | Objection {
    if (signal.direction === 'flat') return ZERO
    const size = signal.size === null ? this.sized(holding) : readAmount(signal.size)
    if (size === undefined || (!isObjection(size) && size.lte(ZERO))) {
      return { code: 'size', detail: `size ${String(signal.size)} is not above zero` }
    }
    if (isObjection(size)) return size
    return signal.direction === 'long' ? size : size.negated()
  }

  private sized(holding: Holding): Decimal | Objection {
    const { ledger, sizing, fees } = this.parts
    return sizeOf(sizing, holding.market, {
      equity: toNumber(ledger.total()),
      mark: holding.mark,
      fee: toNumber(rateOf(holding.market, fees, 'taker')),
      dailyVolatility: holding.volatility.daily(),
    })
  }

  private underWay(holding: Holding): Decimal {
    let sum = ZERO
    if (this.forSignals.size === 0) return sum
    for (const id of this.forSignals) {
      const order = this.parts.paper.find(id)
      if (order?.market !== holding.market) continue
      sum = order.buying ? sum.plus(order.remaining) : sum.minus(order.remaining)
    }
    return sum
  }
}

/** The request that an order came from, for drafting it anew with a change. */
function requestOf(order: Order): OrderRequest {
  return {
    type: order.kind,
    side: order.side,
    size: order.size,
    ...(order.price === null ? {} : { price: order.price }),
    ...(order.stopPrice === null ? {} : { stopPrice: order.stopPrice }),
    ...(order.trailing === null ? {} : { trailing: order.trailing }),
    ...(order.activation === undefined ? {} : { activation: order.activation }),
    postOnly: order.postOnly,
    reduceOnly: order.reduceOnly,
  }
}

function draftText(draft: Draft): Pick<Refusal, 'side' | 'kind' | 'size' | 'price'> {
  return {
    side: draft.side,
    kind: draft.kind,
    size: textOf(draft.size),
    price: draft.price === null ? null : textOf(draft.price),
  }
}

function shownText(amount: unknown): string | null {
  if (amount === undefined) return null
  return typeof amount === 'string' || typeof amount === 'number' ? String(amount).slice(0, 40) : typeof amount
}
