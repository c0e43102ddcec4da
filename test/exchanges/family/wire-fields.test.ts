/** Fields that several exchanges write alike. */
import { describe, expect, it } from 'vitest'
import {
  dataObjects,
  isoTime,
  orNull,
  quietJson,
  quietObject,
  readLevels,
  readSide,
  readTexts,
  textsIn,
  volumeOrNull,
} from '../../../src/exchanges/family/wire-fields.js'

describe('wire fields', () => {
  it('reads levels and keeps their digits beside', () => {
    const sides = [['97.50', '1.0', '0', '3'], ['97', '0']] // prettier-ignore
    expect(readLevels(sides, 'bids')).toEqual([
      [97.5, 1],
      [97, 0],
    ])
    expect(readTexts(sides, [])).toEqual({ bids: [['97.50', '1.0'], ['97', '0']], asks: [] }) // prettier-ignore
  })
  it.each([[undefined], [{}], [[7]], [[['0', '1']]], [[['1', '-1']]], [[['1']]]])('refuses levels %j', value => {
    expect(() => readLevels(value, 'bids')).toThrow()
  })
  it('reads sides in both spellings and no others', () => {
    expect(['buy', 'Buy', 'sell', 'Sell'].map(side => readSide(side, 'side'))).toEqual(['buy', 'buy', 'sell', 'sell'])
    expect(() => readSide('BUY', 'side')).toThrow('side: BUY')
    expect(() => readSide(undefined, 'side')).toThrow('side: nothing')
  })
  it('takes empty text for no value', () => {
    expect([undefined, null, '', '5'].map(value => orNull(value, Number))).toEqual([null, null, null, 5])
  })
  it('leaves out a volume that no double holds, and refuses one that is no number', () => {
    expect(volumeOrNull('1127313210.00855204', 'v')).toBeNull()
    expect(volumeOrNull('1127313210.5', 'v')).toBe(1_127_313_210.5)
    expect(() => volumeOrNull('much', 'v')).toThrow('is no decimal')
  })
  it('reads RFC 3339 times', () => {
    expect(isoTime('2024-11-23T09:19:59.123456Z', 't')).toBe(1_732_353_599_123_456)
    expect(() => isoTime(7, 't')).toThrow()
  })
  it('reads one object or a list of them', () => {
    expect(dataObjects({ a: 1 })).toEqual([{ a: 1 }])
    expect(dataObjects([{ a: 1 }, {}])).toHaveLength(2)
    expect(() => dataObjects([1])).toThrow('data')
  })
  it('is quiet about what is no JSON', () => {
    expect([quietJson('{'), quietObject('[1]'), quietObject('null'), quietObject('{"a":1}')]).toEqual([
      undefined,
      undefined,
      undefined,
      { a: 1 },
    ])
    expect([textsIn(['a', 1, 'b']), textsIn('a')]).toEqual([['a', 'b'], []])
  })
})
