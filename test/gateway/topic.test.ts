import { describe, expect, it } from 'vitest'
import { parsePattern, TopicFilter, topicOf, type Topic } from '../../src/gateway/topic.js'

const passes = (pattern: string, topic: Topic): boolean => new TopicFilter([parsePattern(pattern)!]).passes(topic)

describe('patterns', () => {
  it.each<[string, Topic, boolean]>([
    ['*', ['trade', 'sim', 'BTCUSDT'], true],
    ['trade', ['trade', 'sim', 'BTCUSDT'], true],
    ['trade.*', ['trade', 'sim', 'BTCUSDT'], true],
    ['trade.sim.BTC*', ['trade', 'sim', 'BTCUSDT'], true],
    ['trade.sim.ETH*', ['trade', 'sim', 'BTCUSDT'], false],
    ['*.binance', ['trade', 'sim', 'BTCUSDT'], false],
    ['*.*.BTCUSDT', ['quote', 'kraken', 'BTCUSDT'], true],
    ['trade.okx.A.B', ['trade', 'okx', 'A.B'], true],
    ['trade.okx.A', ['trade', 'okx', 'A.B'], false],
    ['equity.sma', ['equity', 'sma', ''], true],
  ])('%s against %j', (pattern, topic, expected) => {
    expect(passes(pattern, topic)).toBe(expected)
  })

  it.each(['', '.', 'trade..x', 'tr*de', '*x', 'a'.repeat(129)])('refuses %j', text => {
    expect(parsePattern(text)).toBeUndefined()
  })

  it('takes hostile names as names', () => {
    expect(passes('__proto__.constructor', ['__proto__', 'constructor', 'x'])).toBe(true)
    expect(topicOf({ type: 'status', exchange: 'sim', stream: 'a@trade' })).toEqual(['status', 'sim', 'a@trade'])
  })
})
