import { describe, expect, it } from 'vitest'
import { RedundantLines } from '../../src/feed/redundant.js'

describe('RedundantLines', () => {
  it('keeps a line’s copy in its number, also for the lines that replace it', () => {
    const pair = new RedundantLines(2)
    const taken = new Set([0, 1, 2])
    expect(pair.freeNumber(0, line => taken.has(line))).toBe(4)
    expect(pair.freeNumber(1, line => taken.has(line))).toBe(3)
    expect([0, 1, 2, 3, 4].map(line => pair.copyOf(line))).toEqual([0, 1, 0, 1, 0])
  })

  it('starts the copies on different routes and keeps all of them as fallbacks', () => {
    const pair = new RedundantLines(2)
    const routes = ['a', 'b', 'c'].map(base => ({ base, proxy: null }))
    expect(pair.routesOf(0, routes).map(route => route.base)).toEqual(['a', 'b', 'c'])
    expect(pair.routesOf(1, routes).map(route => route.base)).toEqual(['b', 'c', 'a'])
    expect(pair.routesOf(1, routes.slice(0, 1)).map(route => route.base)).toEqual(['a'])
  })

  it('sums wins by copy', () => {
    const wins = new Map([
      [0, { wins: 10, losses: 2, leadMicros: 1_000 }],
      [1, { wins: 2, losses: 10, leadMicros: 500 }],
      [2, { wins: 5, losses: 0, leadMicros: 2_000 }],
    ])
    expect(new RedundantLines(2).stats(wins)).toEqual([
      { copy: 0, name: 'A', wins: 15, losses: 2, leadMicros: 3_000, meanLeadMicros: 200 },
      { copy: 1, name: 'B', wins: 2, losses: 10, leadMicros: 500, meanLeadMicros: 250 },
    ])
  })
})
