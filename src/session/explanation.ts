/** Why an order filled, or did not: its session run again from the tape, with everything written down that moved the order. */
import { UsageError } from '../model/errors.js'
import type { Trade } from '../model/event.js'
import { nearest } from '../model/symbol.js'
import type { Micros } from '../model/time.js'
import type { Fill, Order, ReasonCode, Signal, TradingEvent } from '../model/trading.js'
import type { OrderNote } from '../trading/executor.js'
import type { Session } from './session.js'
import { SessionFiles } from './session-files.js'
import { runTape } from './tape-run.js'
import { Trading } from './trading.js'
import { planTrading } from './trading-plan.js'

export interface Explanation {
  readonly type: 'explanation'
  readonly session: string
  readonly order: Order
  /** The signal that it carries out; null where the strategy ordered outright. */
  readonly signal: Signal | null
  readonly submitted: Micros
  /** When it reached the exchange; null where it never did. */
  readonly arrived: Micros | null
  /** Volume ahead of it when it joined the queue; null where it joined none, or nothing told the queue. */
  readonly queueAhead: string | null
  readonly steps: readonly Step[]
  /** Steps beyond {@link MOST_STEPS}, left out of the middle. */
  readonly stepsDropped: number
  readonly fills: readonly Fill[]
  /** What the market did while the order stood there. */
  readonly market: MarketWhileOpen
}

export interface Step {
  readonly time: Micros
  /** A change of state, a fill, or what moved it in between. */
  readonly what: Order['status'] | 'fill' | OrderNote['what']
  /** Volume ahead after it; null where unknown or of no meaning. */
  readonly ahead: string | null
  readonly detail: string
}

export interface MarketWhileOpen {
  readonly trades: number
  /** Traded prices from the arrival to the end of the order, or of the run; null without a trade. */
  readonly lowest: number | null
  readonly highest: number | null
}

const MOST_STEPS = 10_000
const MOST_SUGGESTED = 8

/**
 * @throws UsageError where the directory is no session, its strategy cannot be loaded, or it has no such order: then the error
 * names those that come nearest.
 */
export async function explainOrder(directory: string, id: string): Promise<Explanation> {
  const files = new SessionFiles(directory)
  const configuration = files.read()
  const plan = await planTrading(configuration.trading)
  const witness = new Witness(id)
  let left = files.framesSeen(configuration)
  await runTape(files.tapeOf(configuration), 'explain', (session, { rules }) => {
    const trading = new Trading(session, plan, { recordedRules: rules, onNote: note => witness.note(note) })
    witness.listen(session)
    return { before: () => left-- > 0, finish: () => trading.finish(), guard: trading.guard() }
  })
  return witness.explain(directory)
}

class Witness {
  readonly #steps: Step[] = []
  readonly #last: Step[] = []
  #dropped = 0
  readonly #fills: Fill[] = []
  readonly #ids = new Set<string>()
  #lastSignal: Signal | null = null
  #signal: Signal | null = null
  #order: Order | null = null
  #submitted: Micros = 0
  #arrived: Micros | null = null
  #joined: string | null | undefined
  readonly #market = { trades: 0, lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY }

  constructor(private readonly id: string) {}

  listen({ bus }: Session): void {
    const options = { componentId: 'explanation', priority: 'low', essential: true } as const
    bus.subscribe('signal', signal => this.#hear(signal), options)
    bus.subscribe('order', order => this.#hear(order), options)
    bus.subscribe('fill', fill => this.#hear(fill), options)
    bus.subscribe('trade', trade => this.#trade(trade), options)
  }

  note({ order, time, what, ahead, detail }: OrderNote): void {
    // The order's own event says that it was triggered.
    if (order !== this.id || what === 'triggered') return
    if (what === 'joined') this.#joined ??= ahead
    this.#add({ time, what, ahead, detail })
  }

  /** @throws UsageError where there was no such order. */
  explain(session: string): Explanation {
    if (this.#order === null) throw this.#unknown(session)
    const { trades, lowest, highest } = this.#market
    return {
      type: 'explanation',
      session,
      order: this.#order,
      signal: this.#signal,
      submitted: this.#submitted,
      arrived: this.#arrived,
      queueAhead: this.#joined ?? null,
      steps: [...this.#steps, ...this.#last].sort((a, b) => a.time - b.time || rankOf(a) - rankOf(b)),
      stepsDropped: this.#dropped,
      fills: this.#fills,
      market: { trades, lowest: trades === 0 ? null : lowest, highest: trades === 0 ? null : highest },
    }
  }

  #hear(event: TradingEvent): void {
    if (event.type === 'signal') this.#lastSignal = event
    else if (event.type === 'order') this.#hearOrder(event)
    else if (event.type === 'fill' && event.order === this.id) {
      this.#fills.push(event)
      const { time, size, price, liquidity, fee, feeAsset } = event
      this.#add({
        time,
        what: 'fill',
        ahead: null,
        detail: `${size} at ${price} as ${liquidity}, fee ${fee} ${feeAsset}`,
      })
    }
  }

  #hearOrder(order: Order): void {
    this.#ids.add(order.id)
    if (order.id !== this.id) return
    if (this.#order === null) {
      this.#submitted = order.time
      this.#signal = this.#cause(order)
    } else if (order.status !== 'submitted') this.#arrived ??= order.time
    this.#order = order
    this.#add({ time: order.time, what: order.status, ahead: null, detail: order.reason ?? '' })
  }

  /** A signal leads to its order at the same instant. */
  #cause({ strategy, symbol, time }: Order): Signal | null {
    const signal = this.#lastSignal
    return signal?.strategy === strategy && signal.symbol === symbol && signal.time === time ? signal : null
  }

  #trade({ exchange, symbol, price }: Trade): void {
    const order = this.#order
    if (order === null || this.#arrived === null || order.symbol !== symbol || order.exchange !== exchange) return
    if (['filled', 'cancelled', 'rejected', 'expired'].includes(order.status)) return
    const market = this.#market
    market.trades++
    if (price < market.lowest) market.lowest = price
    if (price > market.highest) market.highest = price
  }

  /** The first half of what is kept, and the last. */
  #add(step: Step): void {
    if (this.#steps.length < MOST_STEPS / 2) this.#steps.push(step)
    else {
      this.#last.push(step)
      if (this.#last.length > MOST_STEPS) this.#dropped += this.#last.splice(0, MOST_STEPS / 2).length
    }
  }

  #unknown(session: string): UsageError {
    const close = nearest(this.id, this.#ids)
    const some = [...new Set([...(close === undefined ? [] : [close]), ...this.#ids])].slice(0, MOST_SUGGESTED)
    const hint =
      this.#ids.size === 0
        ? 'the session has made no order at all'
        : `${close === undefined ? '' : `did you mean ${close}? `}it has ${this.#ids.size} orders: ${some.join(', ')}${this.#ids.size > some.length ? ', …' : ''}`
    return new UsageError('order_unknown', `${session} has no order ${JSON.stringify(this.id.slice(0, 80))}`, { hint })
  }
}

/** Of one instant: the order's state is told before what it does there, whichever was heard first. */
function rankOf({ what }: Step): number {
  if (what === 'submitted') return 0
  if (what === 'open' || what === 'triggered') return 1
  return what === 'joined' || what === 'taking' ? 2 : 3
}

/** Why an order was refused or ended, as a sentence. */
export const REASONS: Readonly<Partial<Record<ReasonCode, string>>> = {
  'post-only': 'it would have taken liquidity, and it was post-only',
  'reduce-only': 'it would have opened or enlarged a position, and it was reduce-only',
  liquidity: 'there was nothing more to trade against',
  'fill-or-kill': 'it could not fill whole at once',
  'stale-book': 'the book had a gap or stood still, so that no price in it could be trusted',
  funds: 'the account could not pay for it when it would have filled',
  oco: 'another order of its group filled first',
  time: 'its time was up',
  request: 'the strategy, or a halt of trading, cancelled it',
  liquidation: 'the position was liquidated',
}
