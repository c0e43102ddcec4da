import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnFrom, gridOf, parseAxes, sizeOf } from '../../../src/session/search/parameter-space.js'

describe('parseAxes', () => {
  it('reads ranges with and without a step, lists and single values', () => {
    expect(parseAxes(['fast=5..20:5', 'slow=20,50', 'on=trade', 'n=1..3'])).toEqual([
      { name: 'fast', values: ['5', '10', '15', '20'] },
      { name: 'slow', values: ['20', '50'] },
      { name: 'on', values: ['trade'] },
      { name: 'n', values: ['1', '2', '3'] },
    ])
  })

  it('steps in exact decimals and stops at the end of the range', () => {
    expect(parseAxes(['x=0.1..0.4:0.1'])[0]?.values).toEqual(['0.1', '0.2', '0.3', '0.4'])
    expect(parseAxes(['x=0..1:0.4'])[0]?.values).toEqual(['0', '0.4', '0.8'])
    expect(parseAxes(['x=-1..1:1'])[0]?.values).toEqual(['-1', '0', '1'])
  })

  it.each(['fast', 'fast=', '=5', 'fast=20..5', 'fast=1..5:0', 'fast=1,,2', 'fast=1..2:0.0000001'])(
    'refuses %s and shows how it is written',
    text => {
      expect(() => parseAxes([text])).toThrow(
        expect.objectContaining({ exit: 2, hint: expect.stringContaining('fast=5..50:5') as string }),
      )
    },
  )

  it('refuses the same name twice', () => {
    expect(() => parseAxes(['a=1', 'a=2'])).toThrow(/twice/)
  })
})

describe('points', () => {
  const axes = parseAxes(['a=1..3', 'b=x,y'])

  it('are every combination, the last axis turning fastest', () => {
    expect(gridOf(axes).map(point => `${point['a']}${point['b']}`)).toEqual(['1x', '1y', '2x', '2y', '3x', '3y'])
  })

  it('are refused where they are too many, naming the way out', () => {
    expect(() => gridOf(parseAxes(['a=1..1000', 'b=1..1000']))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--method random') as string }),
    )
  })

  it('drawn at random are different, of the grid, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 1000 }), (samples, seed) => {
        const wide = parseAxes(['a=1..10', 'b=1..5'])
        const drawn = drawnFrom(wide, samples, seed)
        const texts = drawn.map(point => JSON.stringify(point))
        const grid = new Set(gridOf(wide).map(point => JSON.stringify(point)))
        expect(new Set(texts).size).toBe(Math.min(samples, sizeOf(wide)))
        expect(texts.every(text => grid.has(text))).toBe(true)
        expect(drawnFrom(wide, samples, seed)).toEqual(drawn)
      }),
      { numRuns: 50 },
    )
  })

  it('drawn at random are the whole grid where it is small', () => {
    expect(drawnFrom(axes, 100, 1)).toEqual(gridOf(axes))
  })
})
