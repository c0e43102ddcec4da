import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conflationKey, mergeBooks } from '../../src/engine/conflation-rule.js'
import { Conflator } from '../../src/engine/conflator.js'
import type { Book, Level } from '../../src/model/event.js'

interface Update {
  readonly key: string | undefined
  readonly value: number
}

const drain = <Value>(conflator: Conflator<Value>): Value[] => {
  const taken: Value[] = []
  for (let value = conflator.take(); value !== undefined; value = conflator.take()) taken.push(value)
  return taken
}

describe('Conflator', () => {
  it('brings the newest of each state and everything that is no state, and accounts for all', () => {
    const action = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ key: fc.option(fc.constantFrom('a', 'b', 'c', '__proto__'), { nil: undefined }) }),
      },
      { weight: 2, arbitrary: fc.constant('take' as const) },
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const conflator = new Conflator<Update>({ key: update => update.key })
        const put: Update[] = []
        const taken: Update[] = []
        for (const each of actions) {
          if (each === 'take') taken.push(...[conflator.take()].filter(update => update !== undefined))
          else {
            put.push({ key: each.key, value: put.length })
            conflator.put(put.at(-1)!)
          }
        }
        taken.push(...drain(conflator))
        for (const key of ['a', 'b', 'c', '__proto__']) {
          const values = taken.filter(update => update.key === key).map(({ value }) => value)
          expect(values.at(-1)).toBe(put.filter(update => update.key === key).at(-1)?.value)
          expect(values).toEqual([...values].sort((a, b) => a - b))
        }
        expect(taken.filter(({ key }) => key === undefined)).toEqual(put.filter(({ key }) => key === undefined))
        const { received, conflated, taken: count, waiting } = conflator.stats()
        expect([received, count, waiting]).toEqual([put.length, taken.length, 0])
        expect(received).toBe(conflated + count)
      }),
    )
  })

  it('lets a state keep its place, so that a busy one cannot starve the others nor be starved', () => {
    const conflator = new Conflator<Update>({ key: update => update.key })
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['b', 4],
      ['a', 5],
    ] as const)
      conflator.put({ key, value })
    expect(drain(conflator).map(({ value }) => value)).toEqual([5, 4])
  })

  it('still takes updates of waiting states when it is full, and nothing else', () => {
    const conflator = new Conflator<Update>({ key: update => update.key, capacity: 1 })
    expect(conflator.put({ key: 'a', value: 1 })).toBe('waiting')
    expect(conflator.put({ key: 'b', value: 2 })).toBe('full')
    expect(conflator.put({ key: 'a', value: 3 })).toBe('conflated')
    expect(conflator.clear()).toBe(1)
    expect(conflator.stats()).toMatchObject({ received: 2, conflated: 1, discarded: 1, waiting: 0 })
  })
})

describe('the rule of the product', () => {
  it('knows states from facts', () => {
    const head = { exchange: 'x', symbol: 'S' }
    expect(conflationKey({ type: 'quote', ...head })).toBe('quote|x|S')
    expect(conflationKey({ type: 'candle', ...head, interval: '1m', start: 60 })).toBe('candle|x|S|1m|60')
    for (const type of ['trade', 'liquidation', 'order', 'fill', 'status']) {
      expect(conflationKey({ type, ...head })).toBeUndefined()
    }
    for (const value of [null, 1, 'quote', {}, { type: 'quote' }]) expect(conflationKey(value)).toBeUndefined()
  })

  it('makes one update of two to a book, with the effect of both', () => {
    const level = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 3 }))
    const sides = { snapshot: fc.boolean(), bids: fc.array(level), asks: fc.array(level) }
    const book = fc.record(sides).map(({ snapshot, bids, asks }) => bookOf(snapshot, bids as Level[], asks as Level[]))
    fc.assert(
      fc.property(fc.array(book, { minLength: 2, maxLength: 6 }), fc.array(level), (books, start) => {
        const before = { bids: new Map(start), asks: new Map(start) }
        const merged = books.reduce(mergeBooks)
        expect(applyTo(before, [merged])).toEqual(applyTo(before, books))
        expect(merged.sequence).toBe(books.at(-1)!.sequence)
      }),
    )
  })
})

type Sides = Record<'bids' | 'asks', Map<number, number>>

function applyTo(before: Sides, books: readonly Book[]): Record<'bids' | 'asks', Level[]> {
  const after = { bids: new Map(before.bids), asks: new Map(before.asks) }
  for (const book of books) {
    for (const side of ['bids', 'asks'] as const) {
      if (book.snapshot) after[side].clear()
      for (const [price, size] of book[side]) after[side].set(price, size)
    }
  }
  const levels = (side: Map<number, number>): Level[] =>
    [...side].filter(([, size]) => size > 0).sort((a, b) => a[0] - b[0])
  return { bids: levels(after.bids), asks: levels(after.asks) }
}

let sequence = 0

function bookOf(snapshot: boolean, bids: Level[], asks: Level[]): Book {
  const head = { type: 'book', exchange: 'x', symbol: 'S', pair: 'S/T' } as const
  return { ...head, snapshot, bids, asks, sequence: String(sequence++), time: 1, received: 1 }
}
