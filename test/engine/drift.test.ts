import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DriftDetector } from '../../src/engine/drift.js'
import { fieldsOf, layoutOf } from '../../src/engine/layout.js'
import { hasShared, sharedLines } from '../support/shared.js'

const trade = (extra: object = {}): object => ({ e: 'trade', p: '1.5', t: 1, m: true, ...extra })

function trained(message: object = trade()): DriftDetector {
  const detector = new DriftDetector({ learning: 3 })
  for (let count = 0; count < 3; count++) detector.observe('binance', 'trade', message)
  return detector
}

describe('layoutOf', () => {
  it('writes keys and types and never a value', () => {
    expect(layoutOf({ e: 'x', n: 1, b: [['1', '2']], o: { q: null }, a: [] })).toBe(
      '{"e":string,"n":number,"b":[[string]],"o":{"q":null},"a":[]}',
    )
    fc.assert(fc.property(fc.jsonValue(), value => layoutOf(value) === layoutOf(structuredClone(value))))
  })

  it('stays small for deep and long messages', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 1_000; depth++) deep = [deep]
    expect(layoutOf(deep).length).toBeLessThan(40)
    expect(layoutOf(Array.from({ length: 10_000 }, () => ['1', '2']))).toBe('[[string]]')
    expect(fieldsOf(deep).fields).toHaveLength(1)
  })
})

describe('DriftDetector', () => {
  it('reports a new field once, by its path', () => {
    const detector = trained()
    const report = detector.observe('binance', 'trade', trade({ extra: { fee: 1 } }))
    expect(report).toMatchObject({ exchange: 'binance', topic: 'trade', changes: ['+extra.fee:number'] })
    expect(detector.observe('binance', 'trade', trade({ extra: { fee: 2 } }))).toBeUndefined()
    expect(detector.stats()).toMatchObject({ messages: 5, reports: 1, layouts: 2 })
  })

  it('reports a changed type and a missing field', () => {
    expect(trained().observe('binance', 'trade', trade({ p: 1.5 }))?.changes).toEqual(['+p:number', '-p:string'])
    expect(trained().observe('binance', 'trade', { e: 'trade', p: '1', t: 1 })?.changes).toEqual(['-m:boolean'])
  })

  it('takes no null, empty array, optional field or other order of known fields for drift', () => {
    const detector = trained(trade({ bids: [['1', '2']], note: 'x' }))
    expect(detector.observe('binance', 'trade', trade({ bids: [], note: null }))).toBeUndefined()
    expect(detector.observe('binance', 'trade', { ...trade({ note: 'x', bids: [['1', '2']] }) })).toBeUndefined()
    const optional = new DriftDetector({ learning: 2 })
    optional.observe('x', 'y', { a: 1, b: 1 })
    optional.observe('x', 'y', { a: 1 })
    expect(optional.observe('x', 'y', { b: 1, a: 1 })).toBeUndefined()
  })

  it('learns each exchange and topic by itself', () => {
    const detector = trained()
    expect(detector.observe('binance', 'quote', { u: 1 })).toBeUndefined()
    expect(detector.observe('coinbase', 'trade', { u: 1 })).toBeUndefined()
    expect(detector.stats().topics).toBe(3)
  })

  it('is bounded in layouts, fields and topics, and never reports the same thing for ever', () => {
    const detector = new DriftDetector({ learning: 0, maxLayouts: 2, maxFields: 3, maxTopics: 1 })
    let reports = 0
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 10; index++) {
        if (detector.observe('x', 'y', { [`key${index}`]: 1 }) !== undefined) reports++
      }
    }
    detector.observe('x', 'other', {})
    expect(reports).toBeLessThanOrEqual(4)
    expect(detector.stats()).toMatchObject({ layouts: 2, topics: 1 })
    expect(detector.stats().beyondBounds).toBeGreaterThan(0)
  })
})

if (hasShared('recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz')) {
  describe('on a recorded session', () => {
    it('raises no false alarm', () => {
      const detector = new DriftDetector()
      for (const line of sharedLines('recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz')) {
        const message = JSON.parse(line) as { stream?: string; data?: { e?: string } }
        detector.observe('binance', message.data?.e ?? message.stream ?? 'other', message)
      }
      expect(detector.stats().messages).toBeGreaterThan(30_000)
      expect(detector.stats().reports).toBe(0)
    })
  })
}
