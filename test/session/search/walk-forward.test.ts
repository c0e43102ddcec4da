import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/session/search/candidates.js'
import { objectiveNamed, scoreOf } from '../../../src/session/search/objective.js'
import { parseAxes } from '../../../src/session/search/parameter-space.js'
import { Neighbourhood } from '../../../src/session/search/stability.js'
import { bestOf, boundariesOf, walkForward } from '../../../src/session/search/walk-forward.js'

const outcome = (index: number, stretch: number, value: number | null, failure: string | null = null): Outcome => ({
  index,
  stretch,
  metrics: { return: value, maxDrawdown: value },
  digest: '',
  equity: null,
  fills: 0,
  evidence: null,
  failure,
})
const byReturn = objectiveNamed('return')

describe('walkForward', () => {
  it('judges the best of each stretch by the next one', () => {
    const span = { from: 0, to: 400 }
    const boundaries = boundariesOf(span, 3)
    expect(boundaries).toEqual([100, 200, 300])
    const outcomes = [
      [0.1, 0.2],
      [0.3, -0.1],
      [0.05, 0.2],
      [0.1, 0.5],
    ].flatMap((values, stretch) => values.map((value, index) => outcome(index, stretch, value)))
    const found = walkForward(span, boundaries, outcomes, byReturn)
    expect(found.folds.map(({ index, inScore, outScore }) => [index, inScore, outScore])).toEqual([
      [1, 0.2, -0.1],
      [0, 0.3, 0.05],
      [1, 0.2, 0.5],
    ])
    expect(found.folds[1]).toMatchObject({ inSample: { from: 100, to: 200 }, outOfSample: { from: 200, to: 300 } })
    expect(found.folds[2]?.outOfSample).toEqual({ from: 300, to: 400 })
    expect(found.outReturn).toBeCloseTo(0.9 * 1.05 * 1.5 - 1, 12)
    expect(found.efficiency).toBeCloseTo(0.45 / 0.7, 12)
  })

  it('has nothing to choose where no candidate has a score', () => {
    const found = walkForward({ from: 0, to: 2 }, [1], [outcome(0, 0, null), outcome(0, 1, 1)], byReturn)
    expect(found).toMatchObject({
      folds: [{ index: null, inScore: null }],
      inScore: null,
      efficiency: null,
      outReturn: null,
    })
  })

  it('passes over failed strategies, and of equals takes the first', () => {
    expect(bestOf([outcome(0, 0, 9, 'threw'), outcome(2, 0, 1), outcome(1, 0, 1)], byReturn)?.index).toBe(1)
  })
})

describe('objectives', () => {
  it('are turned so that more is better', () => {
    expect(scoreOf(objectiveNamed('drawdown'), { maxDrawdown: 0.2 })).toBe(-0.2)
    expect(scoreOf(byReturn, { return: null })).toBeNull()
  })

  it('that do not exist are refused with the nearest', () => {
    expect(() => objectiveNamed('sharp')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('did you mean sharpe') as string }),
    )
  })
})

describe('Neighbourhood', () => {
  const axes = parseAxes(['a=1..3', 'b=1..3'])
  const all = [1, 2, 3].flatMap(a =>
    [1, 2, 3].map(b => ({ point: { a: String(a), b: String(b) }, score: a === 2 && b === 2 ? 10 : a })),
  )
  const at = (a: number, b: number): (typeof all)[number] =>
    all.find(({ point }) => point.a === String(a) && point.b === String(b))!

  it('of a grid point are the points one step away on one axis', () => {
    expect(new Neighbourhood(axes, all, 'grid').of(at(2, 2))).toEqual({ neighbours: 4, mean: 2, worst: 1, kept: 0.2 })
    expect(new Neighbourhood(axes, all, 'grid').of(at(1, 1))).toMatchObject({ neighbours: 2, worst: 1 })
  })

  it('of drawn points are the nearest, two for each axis', () => {
    const drawn = [at(1, 1), at(1, 2), at(2, 1), at(2, 2), at(3, 3)]
    expect(new Neighbourhood(axes, drawn, 'random').of(at(1, 1)).neighbours).toBe(4)
  })

  it('leave open what they cannot say', () => {
    const lone = [{ point: { a: '1', b: '1' }, score: null }]
    expect(new Neighbourhood(axes, lone, 'grid').of(lone[0]!)).toEqual({
      neighbours: 0,
      mean: null,
      worst: null,
      kept: null,
    })
  })
})
