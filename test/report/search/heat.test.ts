import { describe, expect, it } from 'vitest'
import { heatGrids } from '../../../src/report/search/heat-grid.js'
import { heatScale, stepOf } from '../../../src/report/search/heat-scale.js'
import { gridOf } from '../../../src/session/search/parameter-space.js'
import { AXES, candidate, ranked } from './support.js'

describe('a grid over two parameters', () => {
  it('holds what each pair of values gave, and nothing where nothing was tried', () => {
    const [grid, ...more] = heatGrids(AXES, [candidate(1, { fast: '10', slow: '40' }, 0.2)], 'grid')
    expect(more).toEqual([])
    expect([grid!.across.name, grid!.up!.name]).toEqual(['fast', 'slow'])
    expect(grid!.cells.map(row => row.map(({ tried }) => tried))).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
    ])
    expect(grid!.cells[3]![1]!.best!.score).toBe(0.2)
  })

  it('shows the best over what else varies, one grid for each pair', () => {
    const axes = [...AXES, { name: 'size', values: ['1', '2'] }, { name: 'fixed', values: ['7'] }]
    const grids = heatGrids(axes, ranked(gridOf(axes), ({ size }) => Number(size)), 'grid') // prettier-ignore
    expect(grids.map(({ across, up }) => [across.name, up?.name])).toEqual([
      ['fast', 'slow'],
      ['fast', 'size'],
      ['slow', 'size'],
    ])
    for (const cell of grids[0]!.cells.flat()) expect([cell.tried, cell.best!.point['size']]).toEqual([2, '2'])
  })

  it('is a single row for a single parameter, and none where nothing varies', () => {
    const [grid] = heatGrids([AXES[0]!], ranked(gridOf([AXES[0]!]), () => 1), 'grid') // prettier-ignore
    expect([grid!.up, grid!.cells.length, grid!.cells[0]!.length]).toEqual([null, 1, 3])
    expect(heatGrids([{ name: 'fixed', values: ['7'] }], [], 'grid')).toEqual([])
  })

  it('puts neighbouring values together where there are too many, and more so where few were drawn', () => {
    const long = (name: string) => ({ name, values: Array.from({ length: 100 }, (_, at) => String(at)) })
    const axes = [long('a'), long('b')]
    const [grid] = heatGrids(axes, ranked(gridOf(axes), ({ a }) => Number(a)), 'grid') // prettier-ignore
    expect(grid!.columns.length).toBe(34)
    expect(grid!.columns[0]!.label).toBe('0…2')
    expect(grid!.cells.flat().reduce((sum, { tried }) => sum + tried, 0)).toBe(10_000)
    expect(grid!.cells[0]![0]!.best!.point['a']).toBe('2')
    const few = gridOf(axes).filter((_, at) => at % 100 === 0)
    expect(heatGrids(axes, ranked(few, () => 0), 'random')[0]!.columns.length).toBeLessThanOrEqual(8) // prettier-ignore
  })
})

describe('a scale of colours', () => {
  it('goes from the worst to the best on one side of zero, and from zero on both', () => {
    const one = heatScale([1, 2, 3])!
    expect([one.kind, stepOf(one, 1), stepOf(one, 2), stepOf(one, 3)]).toEqual(['sequential', 's1', 's5', 's9'])
    const two = heatScale([-1, 0, 4])!
    expect([two.kind, two.low, two.high]).toEqual(['diverging', -4, 4])
    expect([-4, -1, 0, 4].map(score => stepOf(two, score))).toEqual(['d-4', 'd-1', 'd0', 'd4'])
  })

  it('is not stretched by what lies far out, and says so', () => {
    const scale = heatScale([1, 2, 3, 4, 5, 6, 7, 1_000])!
    expect(scale.clamped).toBe(true)
    expect(scale.high).toBeLessThan(30)
    expect(stepOf(scale, 1_000)).toBe('s9')
  })

  it('exists for equal scores, and not for none', () => {
    expect(stepOf(heatScale([2, 2])!, 2)).toBe('s5')
    expect(heatScale([])).toBeUndefined()
  })
})
