import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Replica, type ReplicaOptions } from '../../src/engine/replica.js'

interface Snapshot {
  readonly sequence: number
  readonly values: readonly [string, number][]
}

interface Delta {
  readonly first: number
  readonly last: number
  readonly changes: readonly [string, number][]
}

function follow(options: ReplicaOptions = {}): Replica<Map<string, number>, Snapshot, Delta> {
  return new Replica(
    {
      open: ({ sequence, values }: Snapshot) => ({ state: new Map(values), sequence }),
      span: ({ first, last }: Delta) => ({ first, last }),
      apply: (state: Map<string, number>, { changes }: Delta) => {
        for (const [key, value] of changes) {
          if (value < 0) throw new Error('impossible value')
          state.set(key, value)
        }
        return state
      },
    },
    options,
  )
}

const delta = (number: number, key = 'k', value = number): Delta => ({
  first: number,
  last: number,
  changes: [[key, value]],
})

describe('Replica', () => {
  it('equals its source whenever it serves a state, whatever is lost, doubled or reordered on the way', () => {
    const fate = fc.constantFrom('deliver', 'lose', 'double', 'delay', 'snapshot')
    const change = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9))
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fate), { maxLength: 60 }), steps => {
        const replica = follow()
        const source = new Map<string, number>()
        const history = [new Map(source)]
        const delayed: Delta[] = []
        const check = (): void => {
          const { state } = replica
          if (state !== undefined) expect(state).toEqual(history[replica.stats().sequence!])
        }
        steps.forEach(([[key, value], what], index) => {
          source.set(key, value)
          history.push(new Map(source))
          const message = delta(index + 1, key, value)
          if (what === 'delay') delayed.push(message)
          else if (what !== 'lose') replica.onDelta(message)
          check()
          if (what === 'double') replica.onDelta(message)
          if (what === 'snapshot') replica.onSnapshot({ sequence: index + 1, values: [...source] })
          check()
          if (index % 3 === 0) for (const late of delayed.splice(0)) replica.onDelta(late)
          check()
        })
        replica.onSnapshot({ sequence: steps.length, values: [...source] })
        expect(replica.state).toEqual(source)
        expect(replica.stats().sequence).toBe(steps.length)
      }),
    )
  })

  it('sees a gap at once and serves nothing until a snapshot joins', () => {
    const replica = follow()
    replica.onSnapshot({ sequence: 5, values: [] })
    expect(replica.onDelta(delta(6))).toBe('applied')
    expect(replica.onDelta(delta(8))).toBe('gap')
    expect([replica.state, replica.needsSnapshot]).toEqual([undefined, true])
    expect(replica.onDelta(delta(9))).toBe('kept')
    expect(replica.onSnapshot({ sequence: 6, values: [['k', 6]] })).toBe('gap')
    expect(replica.state).toBeUndefined()
    expect(replica.onSnapshot({ sequence: 7, values: [['k', 7]] })).toBe('live')
    expect(replica.state).toEqual(new Map([['k', 9]]))
    expect(replica.stats()).toMatchObject({ status: 'live', sequence: 9, gaps: 2, snapshots: 3, kept: 0 })
  })

  it('joins deltas that came before the first snapshot, and deltas that overlap it', () => {
    const replica = follow()
    expect(replica.onDelta(delta(3))).toBe('kept')
    expect(replica.onDelta({ first: 4, last: 6, changes: [['k', 6]] })).toBe('kept')
    expect(replica.onSnapshot({ sequence: 5, values: [['k', 5]] })).toBe('live')
    expect(replica.state).toEqual(new Map([['k', 6]]))
    expect(replica.onDelta(delta(6))).toBe('old')
  })

  it('does not go back to an older snapshot, and starts afresh after a reset', () => {
    const replica = follow()
    replica.onSnapshot({ sequence: 9, values: [['k', 9]] })
    replica.onSnapshot({ sequence: 4, values: [['k', 4]] })
    expect(replica.stats().sequence).toBe(9)
    replica.reset()
    expect(replica.stats()).toMatchObject({ status: 'empty', sequence: null })
    replica.onSnapshot({ sequence: 1, values: [['k', 1]] })
    expect(replica.state).toEqual(new Map([['k', 1]]))
  })

  it('serves no state that a delta left half changed', () => {
    const replica = follow()
    replica.onSnapshot({ sequence: 0, values: [] })
    expect(() =>
      replica.onDelta({
        first: 1,
        last: 1,
        changes: [
          ['a', 1],
          ['b', -1],
        ],
      }),
    ).toThrow('impossible value')
    expect(replica.state).toBeUndefined()
    expect(replica.stats().status).toBe('gap')
  })

  it('bounds what it keeps, and a snapshot shows what was let go', () => {
    const replica = follow({ maxKept: 2 })
    for (const number of [1, 2]) replica.onDelta(delta(number))
    expect(replica.onDelta(delta(3))).toBe('overflow')
    expect(replica.onSnapshot({ sequence: 0, values: [] })).toBe('gap')
    expect(replica.onSnapshot({ sequence: 1, values: [] })).toBe('live')
  })
})
