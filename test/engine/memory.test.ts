import { describe, expect, it } from 'vitest'
import { Memory } from '../../src/engine/memory.js'

class Inner {
  count = 0
  readonly seen = new Map<string, readonly number[]>()
}

class Outer {
  readonly inner = new Inner()
  readonly many = new Map<string, Inner>()
  readonly blocks = [{ keys: new Float64Array(2) }]
  readonly names = new Set<string>()
  last: object | null = null
  far = Number.NEGATIVE_INFINITY

  constructor(readonly read: () => string) {}
}

function filled(): Outer {
  const outer = new Outer(() => 'old')
  outer.inner.count = 7
  outer.inner.seen.set('a', [1, Number.NaN])
  const other = new Inner()
  other.count = 3
  outer.many.set('x', other)
  outer.blocks[0]!.keys[1] = 1.5
  outer.names.add('n')
  outer.last = JSON.parse('{"__proto__":{"evil":1},"id":"1"}') as object
  return outer
}

describe('Memory', () => {
  const memory = new Memory([Inner])

  it('gives a new part the state of another, and leaves it its own functions', () => {
    const old = filled()
    const fresh = new Outer(() => 'new')
    memory.restore(fresh, memory.capture(old))
    expect(memory.capture(fresh)).toEqual(memory.capture(old))
    expect(fresh.read()).toBe('new')
    expect([fresh.inner, fresh.many.get('x')]).toEqual([expect.any(Inner), expect.any(Inner)])
  })

  it('holds nothing of the part it read', () => {
    const old = filled()
    const captured = memory.capture(old)
    old.inner.seen.set('b', [])
    old.blocks[0]!.keys[1] = 9
    const fresh = new Outer(() => 'new')
    memory.restore(fresh, captured)
    expect([[...fresh.inner.seen.keys()], fresh.blocks[0]!.keys[1]]).toEqual([['a'], 1.5])
  })

  it('takes names as names', () => {
    const fresh = new Outer(() => 'new')
    memory.restore(fresh, memory.capture(filled()))
    expect(Object.getPrototypeOf(fresh.last)).toBe(Object.prototype)
    expect(Reflect.get({}, 'evil')).toBeUndefined()
  })

  it('leaves wiring out', () => {
    expect(memory.capture(filled(), ['inner', 'many'])).not.toHaveProperty('inner')
  })

  it('refuses what is no data', () => {
    expect(() => new Memory().capture(filled())).toThrow(/an instance of Inner/)
    expect(() => memory.capture({ list: [() => 1] })).toThrow(/a function among data/)
  })
})
