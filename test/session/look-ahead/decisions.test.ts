import { describe, expect, it } from 'vitest'
import { DecisionLog, firstDifference, type Decision } from '../../../src/session/look-ahead/decisions.js'
import { poisonedLine } from '../../../src/session/look-ahead/poison.js'
import { buyAndHold } from '../../../src/strategies/buy-and-hold.js'
import { runStrategy } from '../../../src/strategies/trial.js'

const decision = (item: number, asks = '{}'): Decision => ({ item, handler: 'onTrade', asks })

describe('firstDifference', () => {
  it('compares what was decided before the cut, and nothing after it', () => {
    const whole = [decision(1), decision(5), decision(9)]
    expect(firstDifference(whole, [decision(1), decision(5)], 6)).toBeUndefined()
    expect(firstDifference(whole, [decision(1)], 5)).toEqual({ at: 1, whole: decision(5), cut: null })
    expect(firstDifference(whole, [decision(1), decision(3)], 3)).toEqual({ at: 1, whole: null, cut: decision(3) })
    expect(firstDifference(whole, [decision(1, '[]')], 3)).toMatchObject({ at: 0 })
  })
})

describe('DecisionLog', () => {
  it('writes down what handlers ask for and passes it on unchanged', () => {
    const log = new DecisionLog()
    const watched = log.watch(buyAndHold)
    log.item = 7
    expect(runStrategy(watched, {}, [1, 2])).toEqual(runStrategy(buyAndHold, {}, [1, 2]))
    expect(log.decisions).toHaveLength(1)
    expect(log.decisions[0]).toMatchObject({
      item: 7,
      handler: 'onTrade',
      asks: expect.stringContaining('long') as string,
    })
  })

  it('calls methods of a class with their own this', () => {
    class Handlers {
      private readonly direction = 'long'
      onTrade(): { type: 'signal'; direction: 'long' } {
        return { type: 'signal', direction: this.direction }
      }
    }
    const log = new DecisionLog()
    runStrategy(log.watch({ ...buyAndHold, create: () => new Handlers() }), {}, [1])
    expect(log.decisions[0]?.asks).toContain('long')
  })
})

describe('poisonedLine', () => {
  const poison = { after: 1_700_000_000_000_000, lines: 2, factor: 2 }

  it('leaves the present alone and doubles every price and size after it, digits kept', () => {
    const before = '{"t":1700000000000000,"c":"binance","d":{"p":"10.50"}}'
    const later = '{"t":1700000000000001,"c":"binance","d":{"p":"10.50","q":0.25,"T":1700000000000}}'
    expect(poisonedLine(before, 9, poison)).toBe(before)
    expect(poisonedLine(later, 9, poison)).toBe(
      '{"t":1700000000000001,"c":"binance","d":{"p":"21.00","q":0.50,"T":1700000000000}}',
    )
  })

  it('goes by line numbers where lines do not say their time, and keeps times of day', () => {
    expect(poisonedLine('2024-08-08T23:54:13.342Z 1.5', 1, poison)).toBe('2024-08-08T23:54:13.342Z 1.5')
    expect(poisonedLine('2024-08-08T23:54:13.342Z 1.5', 2, poison)).toBe('2024-08-08T23:54:13.342Z 3.0')
  })
})
