import { describe, expect, it } from 'vitest'
import { boundText, shortfalls } from '../../../src/session/chaos/trial.js'

describe('what a trial had to reach', () => {
  const required = { rate: { atLeast: 10 }, delay: { atMost: 5 }, lost: { equal: 0 }, digest: { equal: 'ab' } }

  it('is met on the bound itself', () => {
    expect(shortfalls({ measured: { rate: 10, delay: 5, lost: 0, digest: 'ab', other: 1 }, required })).toEqual([])
  })

  it('names what falls short', () => {
    expect(shortfalls({ measured: { rate: 9.9, delay: 5.1, lost: 1, digest: 'ac' }, required })).toEqual(['rate', 'delay', 'lost', 'digest']) // prettier-ignore
  })

  it('is not met by what was never measured, or is no number', () => {
    expect(shortfalls({ measured: { rate: 'fast', delay: Number.NaN }, required })).toEqual(['rate', 'delay', 'lost', 'digest']) // prettier-ignore
  })

  it('reads as people write it', () => {
    expect(Object.values(required).map(boundText)).toEqual(['≥ 10', '≤ 5', '0', 'ab'])
  })
})
