/** A search for parameters: every point tried on the same recording, ranked, and judged for luck. */
import { UsageError } from '../../model/errors.js'
import { loadStrategy } from '../strategy-file.js'
import type { TapeRequest } from '../tape-run.js'
import { planLoaded, type TradingOptions } from '../trading-plan.js'
import type { Outcome } from './candidates.js'
import { luckOf, probabilisticSharpe } from './deflated-sharpe.js'
import type { Job } from './job.js'
import { scoreOf, type Objective } from './objective.js'
import { drawnFrom, gridOf, parametersOf, type Axis, type Point } from './parameter-space.js'
import { SearchPool, type Done } from './pool.js'
import { Neighbourhood, type Scored, type Stability } from './stability.js'
import { spanOf } from './tape-span.js'
import { boundariesOf, walkForward, type Span, type WalkForward } from './walk-forward.js'

export interface SearchRequest {
  readonly tape: TapeRequest
  /** One strategy; its `parameters` are those that no axis varies. */
  readonly options: TradingOptions
  readonly axes: readonly Axis[]
  readonly method: 'grid' | 'random'
  readonly samples: number
  readonly objective: Objective
  /** Null for none. */
  readonly folds: number | null
  readonly threads: number
  readonly hangMs: number
  readonly onProgress: (share: number) => void
}

export interface RankedCandidate {
  /** From 1. */
  readonly rank: number
  readonly index: number
  readonly point: Point
  /** More is better; null where undefined. */
  readonly score: number | null
  readonly outcome: Outcome
  /** Probability that the Sharpe ratio is more than the luck of so many tries; null where undefined. */
  readonly deflatedSharpe: number | null
  /** Of the first {@link MOST_JUDGED}; null for the rest. */
  readonly stability: Stability | null
}

export interface SearchResult {
  readonly ranked: readonly RankedCandidate[]
  readonly walkForward: WalkForward | null
  /** Points that the strategy refuses, such as a fast average slower than the slow one. */
  readonly refused: number
  /** Points whose strategy did not return. */
  readonly hung: readonly Point[]
  readonly passes: number
  /** Of one pass: what the recording holds. */
  readonly account: Done['summary'] | null
}

/** Candidates that share a pass: enough that decoding costs little beside them, few enough that progress shows and memory stays flat. */
const MOST_IN_A_PASS = 48
/** Ranks whose neighbourhood is looked at. */
const MOST_JUDGED = 200

/** @throws UsageError where a parameter is wrong or none fits, GenesisError where the recording cannot be read. */
export async function search(request: SearchRequest): Promise<SearchResult> {
  const { axes, method, samples, options, folds } = request
  const points = method === 'grid' ? gridOf(axes) : drawnFrom(axes, samples, options.seed)
  const accepted = await acceptable(points, options)
  const span = folds === null ? null : await spanOf(request.tape)
  const boundaries = span === null || folds === null ? null : boundariesOf(span, folds)
  const hung: number[] = []
  const jobs = jobsOf(accepted, request.threads)
  const pool = new SearchPool(jobs, {
    setup: { tape: request.tape, options, boundaries, strategy: options.strategies[0] ?? '' },
    threads: request.threads,
    hangMs: request.hangMs,
    onProgress: request.onProgress,
    onHang: index => hung.push(index),
  })
  const done = await pool.run()
  const byIndex = new Map(accepted.map(({ index, point }) => [index, point]))
  return {
    ranked: rank(
      request,
      byIndex,
      done.flatMap(({ whole }) => whole),
    ),
    walkForward: judged(request.objective, span, boundaries, done),
    refused: points.length - accepted.length,
    hung: hung.map(index => byIndex.get(index)).filter(point => point !== undefined),
    passes: jobs.length,
    account: done[0]?.summary ?? null,
  }
}

function judged(
  objective: Objective,
  span: Span | null,
  boundaries: readonly number[] | null,
  done: readonly Done[],
): WalkForward | null {
  if (span === null || boundaries === null) return null
  return walkForward(
    span,
    boundaries,
    done.flatMap(({ stretches }) => stretches),
    objective,
  )
}

type Entry = Job['entries'][number]

/** @throws UsageError the first objection, where the strategy accepts no point at all. */
async function acceptable(points: readonly Point[], options: TradingOptions): Promise<Entry[]> {
  const [source = ''] = options.strategies
  const loaded = [{ source, strategy: await loadStrategy(source) }]
  let objection: unknown
  const accepted = points.flatMap((point, index) => {
    try {
      planLoaded({ ...options, parameters: [...options.parameters, ...parametersOf(point)] }, loaded)
      return [{ index, point }]
    } catch (error) {
      objection ??= error
      return []
    }
  })
  if (accepted.length > 0) return accepted
  throw objection instanceof Error ? objection : new UsageError('parameter', 'there is nothing to try')
}

/** As equal as possible, and at least one for each thread. */
function jobsOf(entries: readonly Entry[], threads: number): Job[] {
  const count = Math.max(Math.min(threads, entries.length), Math.ceil(entries.length / MOST_IN_A_PASS))
  return Array.from({ length: count }, (_, id) => ({ id, entries: entries.filter((_entry, at) => at % count === id) }))
}

function rank(
  { axes, method, objective }: SearchRequest,
  points: ReadonlyMap<number, Point>,
  outcomes: readonly Outcome[],
): RankedCandidate[] {
  const luck = luckOf(outcomes.flatMap(({ evidence }) => (evidence === null ? [] : [evidence.sharpe])))
  const scored = outcomes.map(outcome => {
    const score = outcome.failure === null ? scoreOf(objective, outcome.metrics) : null
    return { outcome, score, point: points.get(outcome.index) ?? {} }
  })
  const neighbourhood = new Neighbourhood(axes, scored, method)
  scored.sort((a, b) => byScore(a, b) || a.outcome.index - b.outcome.index)
  return scored.map(({ outcome, score, point }, at) => ({
    rank: at + 1,
    index: outcome.index,
    point,
    score,
    outcome,
    deflatedSharpe: outcome.evidence === null || luck === null ? null : probabilisticSharpe(outcome.evidence, luck),
    stability: at < MOST_JUDGED ? neighbourhood.of({ point, score }) : null,
  }))
}

/** Best first; those without a score last. */
function byScore(a: Scored, b: Scored): number {
  if (a.score === null || b.score === null) return Number(a.score === null) - Number(b.score === null)
  return b.score - a.score
}
