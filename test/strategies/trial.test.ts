import { describe, expect, it } from 'vitest'
import { sma } from '../../src/strategies/sma.js'
import { runStrategy } from '../../src/strategies/trial.js'

describe('runStrategy', () => {
  it('gives what the strategy asks for, in order', () => {
    const requests = runStrategy(sma, { fast: 1, slow: 2 }, [10, 9, 12, 8])
    expect(requests).toMatchObject([
      { type: 'signal', direction: 'long' },
      { type: 'signal', direction: 'flat' },
    ])
  })

  it('refuses parameters that do not fit', () => {
    expect(() => runStrategy(sma, { fast: 5, slow: 2 }, [])).toThrow(/below slow/)
  })
})
