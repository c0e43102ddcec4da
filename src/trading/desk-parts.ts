/** The parts of a desk, built from its options and joined to each other. */
import { accountView } from './account-view.js'
import { Borrowing } from './borrowing.js'
import { Broker } from './broker.js'
import type { DeskOptions } from './desk-options.js'
import { EquityCurve } from './equity-curve.js'
import { DEFAULT_FEES } from './fees.js'
import { FILL_MODELS } from './fill-model.js'
import { Funds } from './funds.js'
import { Instruments } from './instruments.js'
import { constantLatency, DEFAULT_LATENCY, type LatencyModel } from './latency.js'
import { Ledger } from './ledger.js'
import { decimal } from './money.js'
import { PaperExchange } from './paper-exchange.js'
import { RiskGate } from './risk.js'
import { DEFAULT_SIZING } from './sizing.js'
import { StrategyRunner } from './strategy-runner.js'
import { Tally } from './tally.js'

export interface DeskParts {
  readonly instruments: Instruments
  readonly ledger: Ledger
  readonly funds: Funds
  /** null where borrowing costs nothing. */
  readonly borrowing: Borrowing | null
  readonly risk: RiskGate
  readonly paper: PaperExchange
  readonly broker: Broker
  readonly runner: StrategyRunner
  readonly curve: EquityCurve
  readonly tally: Tally
}

export function buildParts(options: DeskOptions): DeskParts {
  const strategy = options.strategy.name
  const fees = options.fees ?? DEFAULT_FEES
  const instruments = new Instruments(options.rules)
  const ledger = new Ledger({
    strategy,
    asset: options.quoteAsset,
    balances: typeof options.capital === 'string' ? { [options.quoteAsset]: options.capital } : options.capital,
    market: instruments.market,
  })
  const leverage = decimal(options.leverage ?? '1')
  const funds = new Funds(ledger, { fees, account: options.account ?? 'cash', leverage })
  const { borrowRates } = options
  const borrowing = borrowRates === undefined ? null : new Borrowing(ledger, borrowRates)
  const risk = new RiskGate(strategy, options.riskLimits ?? {})
  const curve = new EquityCurve(options.sampleMs ?? 10_000)
  const paper = new PaperExchange({
    model: FILL_MODELS[options.model ?? 'pessimistic'],
    fees,
    latency: latencyOf(options),
    random: options.random,
    market: instruments.market,
    assetPrice: (asset, quote) => ledger.price(asset, quote),
    purse: funds,
    ...(options.books === undefined ? {} : { books: options.books }),
    ...(options.onNote === undefined ? {} : { onNote: options.onNote }),
  })
  const sizing = options.sizing ?? DEFAULT_SIZING
  const broker = new Broker({ strategy, ledger, funds, risk, paper, sizing, fees })
  const runner = new StrategyRunner(options.strategy, {
    parameters: options.parameters,
    account: accountView(ledger, funds, paper, instruments, options.quoteAsset),
    now: () => options.clock.now(),
    random: options.random,
  })
  return { instruments, ledger, funds, borrowing, risk, paper, broker, runner, curve, tally: new Tally(ledger) }
}

function latencyOf(options: DeskOptions): LatencyModel {
  if (options.latency !== undefined) return options.latency
  return options.latencyMs === undefined ? DEFAULT_LATENCY : constantLatency(options.latencyMs)
}
