/** Opens the desks of a session: what the plan, the recording and the session's books say, joined. */
import { viewOf, type BookView } from '../trading/book-view.js'
import { Desk } from '../trading/desk.js'
import type { DeskOptions } from '../trading/desk-options.js'
import type { FeeSchedule } from '../trading/fees.js'
import { recordedLatency, type LatencyModel } from '../trading/latency.js'
import { RecordedLatency } from '../trading/recorded-latency.js'
import type { Session } from './session.js'
import type { TradingSurroundings } from './trading.js'
import type { ChosenStrategy, TradingOptions } from './trading-plan.js'
import { RuleBook } from './trading-rules.js'

export class DeskOpener {
  readonly #common: Omit<DeskOptions, 'strategy' | 'parameters' | 'quoteAsset' | 'random' | 'model'>

  constructor(session: Session, options: TradingOptions, { recordedRules = [], onNote }: TradingSurroundings) {
    const { capital, latencyMs, account, leverage, borrowRates, risk, sizing, rules = [] } = options
    const fees = feesOf(options)
    this.#common = {
      clock: session.clock,
      books: (exchange, symbol) => bookOf(session, exchange, symbol),
      rules: new RuleBook(recordedRules, rules).find,
      capital,
      ...(fees === undefined ? {} : { fees }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(options.latency === 'recorded' ? { latency: measuredBy(session) } : {}),
      ...(account === undefined ? {} : { account }),
      ...(leverage === undefined ? {} : { leverage }),
      ...(borrowRates === undefined ? {} : { borrowRates }),
      ...(risk === undefined ? {} : { riskLimits: risk }),
      ...(sizing === undefined ? {} : { sizing }),
      ...(onNote === undefined ? {} : { onNote }),
    }
  }

  /** @param random uniform in [0, 1), of this desk alone. */
  open({ name, strategy, parameters, model }: ChosenStrategy, quoteAsset: string, random: () => number): Desk {
    const named = { name, create: strategy.create.bind(strategy) }
    return new Desk({ ...this.#common, strategy: named, parameters, model, quoteAsset, random })
  }
}

/** Delays as the run measures them from its first event on: what it has not seen yet, live or from a recording, it does not know. */
function measuredBy(session: Session): LatencyModel {
  const recorded = new RecordedLatency()
  if (session.measuresLatency) {
    const first = { componentId: 'latency', priority: 'critical', essential: true } as const
    session.bus.subscribe('trade', trade => recorded.take(trade), first)
    session.bus.subscribe('quote', quote => recorded.take(quote), first)
    session.bus.subscribe('book', book => recorded.take(book), first)
  }
  session.sections.set('orderLatency', () => recorded.account())
  return recordedLatency(recorded)
}

function feesOf({ fees }: TradingOptions): FeeSchedule | undefined {
  const [maker, taker, asset] = fees?.split(',') ?? []
  if (maker === undefined || taker === undefined) return undefined
  return { maker, taker, ...(asset === undefined ? {} : { asset }) }
}

/** The order book that the session keeps, as the paper exchange looks at it. */
function bookOf(session: Session, exchange: string, symbol: string): BookView | undefined {
  const shown = session.books.shown(exchange, symbol)
  return shown === undefined ? undefined : viewOf(shown.book, () => shown.isLive)
}
