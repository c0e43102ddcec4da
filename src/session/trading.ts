/** The trading side of a session: strategies with their parameters, one isolated desk each, and the digest over all they did. */
import { Random } from '../engine/random.js'
import { UsageError } from '../model/errors.js'
import type { ControlFrame } from '../model/frame.js'
import type { TradingEvent } from '../model/trading.js'
import { parseParameters } from '../strategies/parameters.js'
import type { Strategy } from '../strategies/strategy.js'
import { viewOf, type BookView } from '../trading/book-view.js'
import { Desk } from '../trading/desk.js'
import type { DeskOptions } from '../trading/desk-options.js'
import { Digest } from './digest.js'
import { TRADING_EVENTS } from './events.js'
import { TradingPipeline } from './pipeline.js'
import type { Session } from './session.js'
import { readTradingCommand } from './trading-command.js'
import { loadStrategy } from './strategy-file.js'

export interface TradingOptions {
  /** Names or files; each trades an account of its own. */
  readonly strategies: readonly string[]
  /** `name=value`, for every strategy. */
  readonly parameters: readonly string[]
  readonly capital: string
  /** `maker,taker`; the default schedule where absent. */
  readonly fees: string | undefined
  readonly latencyMs: number | undefined
  readonly model: DeskOptions['model']
  readonly seed: number
}

/** Strategies loaded and parameters checked, before anything connects. */
export interface TradingPlan {
  readonly options: TradingOptions
  readonly chosen: readonly { readonly strategy: Strategy; readonly parameters: Readonly<Record<string, unknown>> }[]
}

/** @throws UsageError naming the strategy or parameter and the choices. */
export async function planTrading(options: TradingOptions): Promise<TradingPlan> {
  const texts = readPairs(options.parameters)
  const chosen = []
  for (const name of options.strategies) {
    const strategy = await loadStrategy(name)
    chosen.push({ strategy, parameters: parseParameters(strategy, texts) })
  }
  return { options, chosen }
}

/** All desks of one session. */
export class Trading {
  readonly pipelines: readonly TradingPipeline[]
  readonly #digest = new Digest()

  constructor(session: Session, plan: TradingPlan) {
    const random = new Random(plan.options.seed)
    this.pipelines = plan.chosen.map(({ strategy, parameters }, index) => {
      const own = random.fork(`${index}:${strategy.name}`)
      return new TradingPipeline(session, strategy.name, quoteAsset =>
        openDesk(session, plan.options, { strategy, parameters, quoteAsset, random: () => own.uniform() }),
      )
    })
    for (const type of TRADING_EVENTS) {
      session.bus.subscribe(type, (event: TradingEvent) => this.#digest.add(event), {
        componentId: 'digest',
        essential: true,
      })
    }
    session.bus.subscribe('control', frame => this.#command(frame), { componentId: 'commands', essential: true })
    session.sections.set('ledger', () => this.desks().map(desk => desk.summary()))
    session.sections.set('digest', () => this.digest())
  }

  desks(): Desk[] {
    return this.pipelines.flatMap(({ desk }) => (desk === null ? [] : [desk]))
  }

  /** The strategies' last word; after it the digest is final. */
  finish(): void {
    for (const pipeline of this.pipelines) pipeline.finish()
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
    const closed = new Digest()
    closed.add({ events: this.#digest.hex(), count: this.#digest.count, closing: this.desks().map(closingOf) })
    return closed.hex()
  }
}

/** What a run ends with, as far as it is exact; metrics are derived from it in floating point. */
function closingOf(desk: Desk): object {
  const { strategy, equity, positions, balances, fees, funding, locked, counts, openOrders, blocks, failure } =
    desk.summary()
  return { strategy, equity, positions, balances, fees, funding, locked, counts, openOrders, blocks, failure }
}

type Chosen = Pick<DeskOptions, 'strategy' | 'parameters' | 'quoteAsset' | 'random'>

function openDesk(session: Session, options: TradingOptions, chosen: Chosen): Desk {
  const [maker, taker] = options.fees?.split(',') ?? []
  return new Desk({
    ...chosen,
    clock: session.clock,
    books: (exchange, symbol) => bookOf(session, exchange, symbol),
    capital: options.capital,
    ...(maker === undefined || taker === undefined ? {} : { fees: { maker, taker } }),
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    ...(options.model === undefined ? {} : { model: options.model }),
  })
}

/** The order book that the session keeps, as the paper exchange looks at it. */
function bookOf(session: Session, exchange: string, symbol: string): BookView | undefined {
  const sync = session.books.bySymbol(exchange, symbol)
  return sync === undefined ? undefined : viewOf(sync.book, () => sync.isLive)
}

function readPairs(parameters: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const text of parameters) {
    const at = text.indexOf('=')
    if (at <= 0)
      throw new UsageError('parameter', `--param ${text}: expected name=value`, { hint: 'for example --param fast=20' })
    texts.set(text.slice(0, at), text.slice(at + 1))
  }
  return texts
}
