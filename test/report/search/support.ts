/** A search that is over, made up. */
import type { SearchRecord } from '../../../src/report/search/search-page.js'
import { objectiveNamed } from '../../../src/session/search/objective.js'
import { gridOf, type Axis, type Point } from '../../../src/session/search/parameter-space.js'
import type { RankedCandidate } from '../../../src/session/search/search.js'

export const AXES: readonly Axis[] = [
  { name: 'fast', values: ['5', '10', '15'] },
  { name: 'slow', values: ['10', '20', '30', '40'] },
]

export function candidate(rank: number, point: Point, score: number | null): RankedCandidate {
  return {
    rank,
    index: rank - 1,
    point,
    score,
    outcome: {
      index: rank - 1,
      stretch: 0,
      metrics: { return: score, maxDrawdown: 0.02, sharpe: 1.5, trades: 12, fees: 3.25 },
      digest: `digest-${String(rank)}`,
      equity: '10123.456789',
      fills: 24,
      evidence: null,
      failure: null,
    },
    deflatedSharpe: 0.61,
    stability: { neighbours: 4, mean: 0.01, worst: -0.01, kept: 0.8 },
  }
}

/** Best first, each point with the score that `scoreOf` gives it. */
export function ranked(points: readonly Point[], scoreOf: (point: Point) => number | null): RankedCandidate[] {
  return points
    .map(point => ({ point, score: scoreOf(point) }))
    .sort((a, b) => (b.score ?? Number.NEGATIVE_INFINITY) - (a.score ?? Number.NEGATIVE_INFINITY))
    .map(({ point, score }, at) => candidate(at + 1, point, score))
}

/** Fast averages below the slow one; the return grows with the distance between them and falls to both sides of 20. */
export function finishedSearch(more: Partial<SearchRecord['request']> = {}): SearchRecord {
  const axes = more.axes ?? AXES
  const points = gridOf(axes).filter(({ fast = '0', slow = '1' }) => Number(fast) < Number(slow))
  return {
    request: {
      tape: { paths: ['<b>btc</b>.jsonl'], exchange: 'binance', onCorrupt: 'skip' },
      options: { strategies: ['sma'], parameters: [], capital: '10000', seed: 1 },
      axes,
      method: 'grid',
      samples: 100,
      objective: objectiveNamed('return'),
      folds: null,
      threads: 1,
      hangMs: 30_000,
      ...more,
    },
    result: {
      ranked: ranked(points, ({ fast, slow }) => 0.05 - Math.abs(Number(slow) - 20) / 200 - Number(fast) / 1_000),
      walkForward: null,
      refused: gridOf(axes).length - points.length,
      hung: [],
      passes: 1,
      account: { frames: 100, decoded: 99, control: 1, deadLettered: 0, first: 1_700_000_000_000_000, last: 1_700_000_600_000_000 },
    },
    line: 'genesis backtest btc.jsonl --strategy sma --param fast=5 --param slow=20',
    software: 'genesis test',
  } // prettier-ignore
}
