/** The trading side of a session: one isolated desk for each strategy and fill model, and the digest over all they did. */
import { Random } from '../engine/random.js'
import type { ControlFrame } from '../model/frame.js'
import type { TradingEvent } from '../model/trading.js'
import type { Desk } from '../trading/desk.js'
import { ledgerOf, metricsOf } from './account-sections.js'
import type { OrderNote } from '../trading/executor.js'
import { bracketsOf } from './bracket.js'
import { Digest } from './digest.js'
import { TRADING_EVENTS } from './events.js'
import { DeskOpener } from './desk-opener.js'
import { TradingPipeline } from './pipeline.js'
import type { Session } from './session.js'
import { readTradingCommand } from './trading-command.js'
import { StrategyGuard } from './strategy-guard.js'
import { hangLimit, type TradingPlan } from './trading-plan.js'
import type { InstrumentRules } from './trading-rules.js'

export { planTrading, type TradingOptions, type TradingPlan } from './trading-plan.js'

/** What a run may add to its plan. */
export interface TradingSurroundings {
  /** Rules that the recording's header tells; those of the plan go before them. */
  readonly recordedRules?: readonly InstrumentRules[]
  /** Hears what moves waiting orders. */
  readonly onNote?: (note: OrderNote) => void
}

/** All desks of one session. */
export class Trading {
  readonly pipelines: readonly TradingPipeline[]
  readonly #digest = new Digest()

  constructor(
    session: Session,
    private readonly plan: TradingPlan,
    surroundings: TradingSurroundings = {},
  ) {
    const random = new Random(plan.options.seed)
    const opener = new DeskOpener(session, plan.options, surroundings)
    this.pipelines = plan.chosen.map(chosen => {
      const own = random.fork(chosen.seedLabel)
      return new TradingPipeline(session, chosen.name, quoteAsset =>
        opener.open(chosen, quoteAsset, () => own.uniform()),
      )
    })
    for (const type of TRADING_EVENTS) {
      session.bus.subscribe(type, (event: TradingEvent) => this.#digest.addTold(event), {
        componentId: 'digest',
        essential: true,
      })
    }
    session.bus.subscribe('control', frame => this.#command(frame), { componentId: 'commands', essential: true })
    session.sections.set('ledger', () => this.desks().map(desk => ledgerOf(desk.summary())))
    session.sections.set('metrics', () => this.desks().map(desk => metricsOf(desk.summary())))
    if (plan.options.bracket === true) session.sections.set('bracket', () => bracketsOf(plan, this.desks()))
    session.sections.set('digest', () => this.digest())
  }

  desks(): Desk[] {
    return this.pipelines.flatMap(({ desk }) => (desk === null ? [] : [desk]))
  }

  /** The strategies' last word; after it the digest is final. */
  finish(): void {
    for (const pipeline of this.pipelines) pipeline.finish()
  }

  /** Users' own strategies run under watch; those that come with genesis return. */
  guard(): StrategyGuard | null {
    const limit = hangLimit(this.plan)
    return limit === null ? null : new StrategyGuard(limit, () => this.culprit())
  }

  /** Which handler of which strategy did not return, after an interruption. */
  culprit(): string {
    for (const { desk } of this.pipelines) {
      const handler = desk?.interruptedIn ?? null
      if (desk !== null && handler !== null) return `${handler} of strategy ${desk.strategy}`
    }
    const unopened = this.pipelines.find(({ desk }) => desk === null)
    return unopened === undefined ? 'the run' : `create of strategy ${unopened.strategy}`
  }

  /** Commands are frames, so that a replay of the tape obeys them at the same place. */
  #command(frame: ControlFrame): void {
    const command = readTradingCommand(frame)
    if (command === undefined) return
    for (const pipeline of this.pipelines) {
      if (command.strategy === null || command.strategy === pipeline.strategy) pipeline.command(command.act)
    }
  }

  /** SHA-256 over every signal, order, fill, position and balance, and over the closing balances. */
  digest(): string {
    return closingDigest(this.#digest, this.desks())
  }
}

/** The digest of a run: what was told in its order, and where the accounts stand at the end. */
export function closingDigest(told: Digest, desks: readonly Desk[]): string {
  const closed = new Digest()
  closed.add({ events: told.hex(), count: told.count, closing: desks.map(closingOf) })
  return closed.hex()
}

/** What a run ends with, as far as it is exact; metrics are derived from it in floating point. */
function closingOf(desk: Desk): object {
  const { strategy, equity, positions, balances, fees, funding, interest, locked, counts, openOrders, blocks, failure } = desk.summary() // prettier-ignore
  const paid = Object.keys(interest).length === 0 ? {} : { interest }
  return { strategy, equity, positions, balances, fees, funding, ...paid, locked, counts, openOrders, blocks, failure }
}
