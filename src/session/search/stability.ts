/** Whether a good point stands on a plateau or on a needle: how its neighbours in the parameter space do. */
import { mean } from '../../trading/metrics/statistics.js'
import { placeOf, type Axis, type Point } from './parameter-space.js'

export interface Scored {
  readonly point: Point
  /** More is better; null where the run has no score. */
  readonly score: number | null
}

export interface Stability {
  /** Neighbours with a score. */
  readonly neighbours: number
  /** Their mean and their worst score; null without neighbours. */
  readonly mean: number | null
  readonly worst: number | null
  /** Mean of the neighbours as a share of the point's own score: near 1 on a plateau; null where the own score is not above zero. */
  readonly kept: number | null
}

/**
 * Neighbours of a grid point are one step away on one axis. Of points drawn at random they are the nearest ones, two for each axis,
 * by distance in the unit cube of the axes' orders.
 */
export class Neighbourhood {
  readonly #byPlace = new Map<string, Scored>()

  constructor(
    private readonly axes: readonly Axis[],
    private readonly all: readonly Scored[],
    private readonly method: 'grid' | 'random',
  ) {
    for (const scored of all) this.#byPlace.set(this.#indices(scored.point).join(), scored)
  }

  of(own: Scored): Stability {
    const near = this.method === 'grid' ? this.#adjacent(own) : this.#nearest(own)
    const scores = near.flatMap(({ score }) => (score === null ? [] : [score]))
    const middle = mean(scores)
    return {
      neighbours: scores.length,
      mean: middle,
      worst: scores.length === 0 ? null : Math.min(...scores),
      kept: middle === null || own.score === null || own.score <= 0 ? null : middle / own.score,
    }
  }

  #adjacent(own: Scored): Scored[] {
    const at = this.#indices(own.point)
    return at.flatMap((_, axis) =>
      [-1, 1].flatMap(step => {
        const there = at.map((index, other) => (other === axis ? index + step : index))
        return this.#byPlace.get(there.join()) ?? []
      }),
    )
  }

  #nearest(own: Scored): Scored[] {
    const at = placeOf(this.axes, own.point)
    const count = 2 * this.axes.filter(({ values }) => values.length > 1).length
    return this.all
      .filter(({ point }) => point !== own.point)
      .map(candidate => ({ candidate, distance: distance(at, placeOf(this.axes, candidate.point)) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, count)
      .map(({ candidate }) => candidate)
  }

  #indices(point: Point): number[] {
    return this.axes.map(({ name, values }) => values.indexOf(point[name] ?? ''))
  }
}

function distance(left: readonly number[], right: readonly number[]): number {
  return Math.hypot(...left.map((value, axis) => value - (right[axis] ?? 0)))
}
