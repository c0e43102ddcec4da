/** The book against a plain sorted Map, and its cost as it grows. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BookSide } from '../../src/market/book-side.js'
import { Book } from '../../src/market/book.js'
import type { Level } from '../../src/model/event.js'

function oracle(levels: Map<number, number>, sign: 1 | -1): Level[] {
  return [...levels.entries()].sort((a, b) => sign * (b[0] - a[0]))
}

const step = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 3 }))

describe('BookSide', () => {
  for (const sign of [1, -1] as const) {
    it(`equals a sorted Map after any updates (sign ${sign})`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 1500 }), fc.integer({ min: 0, max: 50 }), (steps, depth) => {
          const side = new BookSide(sign)
          const naive = new Map<number, number>()
          for (const [price, size] of steps) {
            side.set(price / 10, size)
            if (size === 0) naive.delete(price / 10)
            else naive.set(price / 10, size)
            const sorted = oracle(naive, sign)
            if (side.length !== naive.size || side.bestPrice !== sorted[0]?.[0]) return false
          }
          const sorted = oracle(naive, sign)
          expect(side.top()).toEqual(sorted)
          expect(side.top(depth)).toEqual(sorted.slice(0, depth))
          for (let price = 1; price <= 400; price++) {
            if (side.volumeAt(price / 10) !== (naive.get(price / 10) ?? 0)) return false
          }
          const removed = side.truncate(depth)
          expect(removed).toEqual(
            sorted
              .slice(depth)
              .reverse()
              .map(level => level[0]),
          )
          expect(side.top()).toEqual(sorted.slice(0, depth))
          return true
        }),
        { numRuns: 60 },
      )
    })
  }

  it('stays right through many splits and merges as the price wanders', () => {
    const side = new BookSide(1)
    for (let price = 1; price <= 5000; price++) side.set(price, price)
    expect(side.length).toBe(5000)
    for (let price = 1; price <= 5000; price++) if (price % 97 !== 0) side.set(price, 0)
    expect(side.top()).toEqual(Array.from({ length: 51 }, (_, index) => [(51 - index) * 97, (51 - index) * 97]))
    for (let price = 1; price <= 5000; price++) side.set(price, 0)
    expect(side.length).toBe(0)
    expect(side.bestPrice).toBeUndefined()
    expect(side.bestSize).toBe(0)
    side.set(7, 1)
    expect(side.top()).toEqual([[7, 1]])
  })

  it('stops the walk when the visitor has seen enough', () => {
    const side = new BookSide(-1)
    for (let price = 1; price <= 200; price++) side.set(price, 1)
    const seen: number[] = []
    side.walk(price => seen.push(price) < 3)
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('Book', () => {
  const change = (bids: Level[], asks: Level[]) => ({ bids, asks, texts: null })

  it('is crossed when a bid meets an ask, and not when a side is empty', () => {
    const book = new Book()
    expect(book.crossed).toBe(false)
    book.apply(change([[100, 1]], []))
    expect(book.crossed).toBe(false)
    book.apply(change([], [[101, 1]]))
    expect(book.crossed).toBe(false)
    book.apply(change([], [[100, 1]]))
    expect(book.crossed).toBe(true)
  })

  it('fills an order from the opposite side, best first, no further than there is', () => {
    const book = new Book()
    book.apply(
      change(
        [
          [99, 1],
          [98, 5],
        ],
        [
          [101, 2],
          [102, 2],
        ],
      ),
    )
    expect(book.fill('buy', 3)).toEqual([
      [101, 2],
      [102, 1],
    ])
    expect(book.fill('sell', 10)).toEqual([
      [99, 1],
      [98, 5],
    ])
    expect(book.fill('sell', 0)).toEqual([])
  })

  it('keeps the digits as sent, in step with its levels', () => {
    const book = new Book()
    book.replace({
      bids: [
        [1.5, 2],
        [1.4, 1],
      ],
      asks: [[1.6, 3]],
      texts: {
        bids: [
          ['1.50', '2.00'],
          ['1.40', '1.0'],
        ],
        asks: [['1.600', '3']],
      },
    })
    book.apply({ bids: [[1.4, 0]], asks: [[1.7, 1]], texts: { bids: [['1.40', '0.0']], asks: [['1.70', '1.00']] } })
    expect(book.texts(10)).toEqual({
      bids: [['1.50', '2.00']],
      asks: [
        ['1.600', '3'],
        ['1.70', '1.00'],
      ],
    })
    expect(book.texts(1).asks).toEqual([['1.600', '3']])
    expect(book.truncate(1)).toEqual({ bids: [], asks: [[1.7, 0]] })
    expect(book.texts(10).asks).toEqual([['1.600', '3']])
    book.replace(change([], []))
    expect(book.texts(10)).toEqual({ bids: [], asks: [] })
  })
})
