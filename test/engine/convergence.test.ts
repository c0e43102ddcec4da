import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Convergence, firstDifference, pathOfDifference } from '../../src/engine/convergence.js'

describe('firstDifference', () => {
  it('finds nothing between equal sequences and the very place where one was changed', () => {
    const records = fc.array(fc.record({ id: fc.nat(), levels: fc.array(fc.nat(), { minLength: 1 }) }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(records, fc.nat(), (left, pick) => {
        expect(firstDifference(left, structuredClone(left))).toBeUndefined()
        const right = structuredClone(left)
        const index = pick % right.length
        right[index]!.levels[0]!++
        expect(firstDifference(left, right)).toEqual({
          index,
          left: left[index],
          right: right[index],
          path: '.levels[0]',
        })
      }),
    )
  })

  it('names the item that one side has in excess', () => {
    expect(firstDifference([1, 2], [1])).toEqual({ index: 1, left: 2, right: undefined, path: '' })
    expect(firstDifference([1], [1, 2])).toEqual({ index: 1, left: undefined, right: 2, path: '' })
  })
})

describe('pathOfDifference', () => {
  it.each([
    [{ a: 1 }, { a: 1, b: 2 }, '.b'],
    [{ a: 1, b: 2 }, { a: 1 }, '.b'],
    [{ a: [1, { c: null }] }, { a: [1, { c: 0 }] }, '.a[1].c'],
    [[], {}, ''],
    ['1', 1, ''],
    [{ a: Number.NaN, z: 0 }, { a: Number.NaN, z: -0 }, undefined],
    [JSON.parse('{"__proto__":1}'), {}, '.__proto__'],
  ])('of %j and %j is %s', (left, right, path) => {
    expect(pathOfDifference(left, right)).toBe(path)
  })
})

describe('Convergence', () => {
  it('counts what agreed, what differed and what could not be compared, and remembers the first difference', () => {
    const convergence = new Convergence()
    expect(convergence.check('book BTC', 7, 7)).toBe(true)
    expect(convergence.check('book BTC', 7, null)).toBeNull()
    expect(convergence.check('book ETH', 'abc', 'abd')).toBe(false)
    expect(convergence.check('book BTC', 1, 2)).toBe(false)
    expect(convergence.compare('fills', [{ price: 1 }], [{ price: 2 }])).toMatchObject({ index: 0, path: '.price' })
    expect(convergence.compare('fills', [1], [1])).toBeUndefined()
    expect(convergence.stats()).toEqual({
      checks: 6,
      agreed: 2,
      differed: 3,
      absent: 1,
      first: { subject: 'book ETH', check: 3, expected: 'abc', actual: 'abd' },
      last: { subject: 'fills at 0.price', check: 5, expected: '{"price":1}', actual: '{"price":2}' },
    })
  })

  it('says that one side had ended', () => {
    const convergence = new Convergence()
    convergence.compare('run', [1], [])
    expect(convergence.stats().first).toMatchObject({ expected: '1', actual: 'nothing' })
  })
})
