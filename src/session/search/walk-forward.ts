/** Walk-forward: what was best in one stretch of time is judged by the next one, which it has never seen. */
import type { Micros } from '../../model/time.js'
import { mean } from '../../trading/metrics/statistics.js'
import type { Outcome } from './candidates.js'
import { scoreOf, type Objective } from './objective.js'

export interface Fold {
  /** From 1. */
  readonly fold: number
  readonly inSample: Span
  readonly outOfSample: Span
  /** The best candidate of the first span; null where none had a score. */
  readonly index: number | null
  readonly inScore: number | null
  readonly outScore: number | null
  readonly inReturn: number | null
  readonly outReturn: number | null
}

export interface Span {
  readonly from: Micros
  readonly to: Micros
}

export interface WalkForward {
  readonly folds: readonly Fold[]
  /** Means over the folds in which both are known. */
  readonly inScore: number | null
  readonly outScore: number | null
  /** `outScore / inScore`; null where the latter is not above zero. Near 1 means that the choice keeps its promise. */
  readonly efficiency: number | null
  /** Compounded over the folds' second spans. */
  readonly outReturn: number | null
}

/** The inner boundaries of `folds + 1` equally long stretches. */
export function boundariesOf({ from, to }: Span, folds: number): Micros[] {
  return Array.from({ length: folds }, (_, index) => Math.round(from + ((to - from) * (index + 1)) / (folds + 1)))
}

/** Stretch n is the first span of fold n+1 and the second span of fold n: each starts flat, with strategies that have seen nothing. */
export function walkForward(
  span: Span,
  boundaries: readonly Micros[],
  outcomes: readonly Outcome[],
  objective: Objective,
): WalkForward {
  const edges = [span.from, ...boundaries, span.to]
  const folds = boundaries.map((boundary, index): Fold => {
    const best = bestOf(
      outcomes.filter(({ stretch }) => stretch === index),
      objective,
    )
    const after = outcomes.find(outcome => outcome.stretch === index + 1 && outcome.index === best?.index)
    return {
      fold: index + 1,
      inSample: { from: edges[index] ?? boundary, to: boundary },
      outOfSample: { from: boundary, to: edges[index + 2] ?? boundary },
      index: best?.index ?? null,
      inScore: best === undefined ? null : scoreOf(objective, best.metrics),
      outScore: after === undefined ? null : scoreOf(objective, after.metrics),
      inReturn: best?.metrics['return'] ?? null,
      outReturn: after?.metrics['return'] ?? null,
    }
  })
  return { folds, ...together(folds) }
}

/** The best by score, of equals the first; outcomes without a score and strategies that failed are passed over. */
export function bestOf(outcomes: readonly Outcome[], objective: Objective): Outcome | undefined {
  let best: { outcome: Outcome; score: number } | undefined
  for (const outcome of outcomes) {
    const score = outcome.failure === null ? scoreOf(objective, outcome.metrics) : null
    if (score === null) continue
    if (best === undefined || score > best.score || (score === best.score && outcome.index < best.outcome.index)) {
      best = { outcome, score }
    }
  }
  return best?.outcome
}

function together(folds: readonly Fold[]): Omit<WalkForward, 'folds'> {
  const known = folds.flatMap(({ inScore, outScore }) => {
    return inScore === null || outScore === null ? [] : [{ inScore, outScore }]
  })
  const inScore = mean(known.map(fold => fold.inScore))
  const outScore = mean(known.map(fold => fold.outScore))
  const returns = folds.flatMap(({ outReturn }) => (outReturn === null ? [] : [outReturn]))
  return {
    inScore,
    outScore,
    efficiency: inScore === null || outScore === null || inScore <= 0 ? null : outScore / inScore,
    outReturn: returns.length === 0 ? null : returns.reduce((product, value) => product * (1 + value), 1) - 1,
  }
}
