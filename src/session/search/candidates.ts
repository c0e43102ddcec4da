/** Many candidates on one fold: every one with a desk of its own, all hearing each event once, so that a recording is decoded once for all. */
import { Random } from '../../engine/random.js'
import type { MarketEvent, Status } from '../../model/event.js'
import type { TradingEvent } from '../../model/trading.js'
import type { Desk } from '../../trading/desk.js'
import { returnsOfRun } from '../../trading/metrics/measure.js'
import { DeskHost } from '../desk-host.js'
import type { DeskOpener } from '../desk-opener.js'
import { Digest } from '../digest.js'
import type { Session } from '../session.js'
import { closingDigest } from '../trading.js'
import type { ChosenStrategy } from '../trading-plan.js'
import { evidenceOf, type SharpeEvidence } from './deflated-sharpe.js'

/** A candidate with its place among all of the search. */
export interface Candidate {
  readonly index: number
  readonly chosen: ChosenStrategy
}

/** How one candidate fared over one stretch of the recording. JSON-safe. */
export interface Outcome {
  readonly index: number
  /** Which stretch; 0 where there is only one. */
  readonly stretch: number
  /** Value by metric name; null where undefined. */
  readonly metrics: Readonly<Record<string, number | null>>
  /** That of the backtest with these parameters. */
  readonly digest: string
  readonly equity: string | null
  readonly fills: number
  readonly evidence: SharpeEvidence | null
  /** Why the strategy was stopped; null where it was not. */
  readonly failure: string | null
}

interface Entry {
  readonly candidate: Candidate
  readonly host: DeskHost
  readonly told: Digest
}

export interface CandidateParts {
  readonly session: Session
  readonly opener: DeskOpener
  readonly seed: number
  /** Told which candidate is at work, before it is; a watcher can name the one that hangs. */
  readonly atWork: (index: number) => void
}

export class Candidates {
  #entries: readonly Entry[]
  #stretch = 0
  readonly #outcomes: Outcome[] = []

  constructor(
    private readonly candidates: readonly Candidate[],
    private readonly parts: CandidateParts,
  ) {
    this.#entries = this.#open()
    this.#listen()
  }

  /** Ends the stretch: accounts are drawn up, and new ones opened. */
  turn(): void {
    this.#close()
    this.#stretch++
    this.#entries = this.#open()
  }

  /** The last stretch is over. @returns the outcomes of all. */
  finish(): readonly Outcome[] {
    this.#close()
    this.#entries = []
    return this.#outcomes
  }

  #listen(): void {
    const { bus } = this.parts.session
    const first = { componentId: 'candidates', priority: 'critical', essential: true } as const
    bus.subscribe('trade', trade => this.#each(trade, desk => desk.onTrade(trade)), first)
    bus.subscribe('quote', quote => this.#each(quote, desk => desk.onQuote(quote)), first)
    bus.subscribe('book', book => this.#each(book, desk => desk.onBook(book)), first)
    bus.subscribe('candle', candle => this.#each(candle, desk => desk.onCandle(candle)), first)
    bus.subscribe('funding', funding => this.#each(funding, desk => desk.onFunding(funding)), first)
    bus.subscribe('status', status => this.#status(status), first)
  }

  #each(event: MarketEvent, act: (desk: Desk) => readonly TradingEvent[]): void {
    for (const { candidate, host } of this.#entries) {
      this.parts.atWork(candidate.index)
      host.after(act(host.at(event)))
    }
  }

  #status(status: Status): void {
    for (const { host } of this.#entries) host.desk?.onStatus(status)
  }

  #open(): Entry[] {
    const { session, opener, seed } = this.parts
    return this.candidates.map(candidate => {
      const random = new Random(seed).fork(candidate.chosen.seedLabel)
      const told = new Digest()
      const open = (quoteAsset: string): Desk => opener.open(candidate.chosen, quoteAsset, () => random.uniform())
      return { candidate, told, host: new DeskHost(session.clock, open, event => told.addTold(event)) }
    })
  }

  #close(): void {
    for (const { candidate, host, told } of this.#entries) {
      this.parts.atWork(candidate.index)
      host.finish()
      host.close()
      this.#outcomes.push(outcomeOf(candidate.index, this.#stretch, host.desk, told))
    }
  }
}

function outcomeOf(index: number, stretch: number, desk: Desk | null, told: Digest): Outcome {
  const digest = closingDigest(told, desk === null ? [] : [desk])
  if (desk === null) {
    return { index, stretch, metrics: {}, digest, equity: null, fills: 0, evidence: null, failure: null }
  }
  const { metrics, equity, counts, failure } = desk.summary()
  return {
    index,
    stretch,
    metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    digest,
    equity: equity.equity,
    fills: counts.fills,
    evidence: evidenceOf(returnsOfRun(desk.record()).values),
    failure,
  }
}
