import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import {
  evidenceOf,
  expectedBest,
  luckOf,
  normalProbability,
  normalQuantile,
  probabilisticSharpe,
} from '../../../src/session/search/deflated-sharpe.js'

describe('normal distribution', () => {
  // Values of standard tables.
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [1.959963984540054, 0.975],
    [-2.5, 0.006209665325776],
    [5, 0.999999713348428],
    [-6, 9.86587645037698e-10],
  ])('has probability of %d at %d', (value, probability) => {
    expect(normalProbability(value) / probability).toBeCloseTo(1, 10)
  })

  it('is inverted by its quantile', () => {
    for (const probability of [1e-9, 0.001, 0.3, 0.5, 0.99, 0.9999]) {
      expect(normalProbability(normalQuantile(probability)) / probability).toBeCloseTo(1, 8)
    }
    expect(normalQuantile(0)).toBe(-Infinity)
    expect(normalQuantile(1)).toBe(Infinity)
  })
})

describe('deflated Sharpe ratio', () => {
  it('gives the worked example of Bailey and López de Prado (2014): 100 tries, five years of days, SR 2.5 a year', () => {
    const evidence = { sharpe: 2.5 / Math.sqrt(250), count: 1250, skewness: -3, kurtosis: 10 }
    const luck = expectedBest(0.5 / 250, 100)
    expect(luck).toBeCloseTo(0.1132, 4)
    expect(probabilisticSharpe(evidence, luck)).toBeCloseTo(0.9004, 4)
    // The same with 46 tries, where the paper's hypothesis is accepted at 95 %.
    expect(probabilisticSharpe(evidence, expectedBest(0.5 / 250, 46))).toBeCloseTo(0.9505, 3)
  })

  it('expects what the best of many normal draws shows on average', () => {
    const random = new Random(7)
    const [trials, rounds] = [50, 4_000]
    let sum = 0
    for (let round = 0; round < rounds; round++) {
      let best = -Infinity
      for (let trial = 0; trial < trials; trial++) best = Math.max(best, random.normal(0, 0.2))
      sum += best
    }
    expect(expectedBest(0.04, trials) / (sum / rounds)).toBeCloseTo(1, 1)
  })

  it('is near a half for the luckiest of many runs without skill, however good it looks', () => {
    const random = new Random(3)
    const [found, naive]: [number[], number[]] = [[], []]
    for (let round = 0; round < 60; round++) {
      const runs = Array.from({ length: 30 }, () => Array.from({ length: 100 }, () => random.normal(0, 0.01)))
      const evidence = runs.flatMap(returns => evidenceOf(returns) ?? [])
      const luck = luckOf(evidence.map(({ sharpe }) => sharpe)) ?? 0
      const best = evidence.reduce((left, right) => (right.sharpe > left.sharpe ? right : left))
      naive.push(probabilisticSharpe(best, 0) ?? 0)
      found.push(probabilisticSharpe(best, luck) ?? 0)
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(naive)).toBeGreaterThan(0.95)
    expect(mean(found)).toBeGreaterThan(0.35)
    expect(mean(found)).toBeLessThan(0.65)
  })

  it('is undefined for too few returns, for returns without spread, and for a single try', () => {
    expect(evidenceOf([0.1, 0.2])).toBeNull()
    expect(evidenceOf(Array.from({ length: 50 }, () => 0.01))).toBeNull()
    expect(luckOf([0.1])).toBeNull()
  })
})
