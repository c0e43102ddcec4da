/** The depth rule of Kraken against a book that simply sorts and cuts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KrakenWindows } from '../../../src/exchanges/family/kraken-window.js'
import type { BookUpdate, Level } from '../../../src/model/event.js'

const update = (kind: 'snapshot' | 'delta', bids: Level[], asks: Level[]): BookUpdate => ({
  ...{
    type: 'bookUpdate',
    exchange: 'kraken',
    symbol: 'A/B',
    pair: 'A/B',
    kind,
    first: null,
    last: null,
    previous: null,
  },
  ...{ checksum: null, bids, asks, texts: null, time: 1, received: 1 },
})

const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 2 })), { maxLength: 8 })

function applied(book: Map<number, number>, changes: readonly Level[]): void {
  for (const [price, size] of changes) {
    if (size === 0) book.delete(price)
    else book.set(price, size)
  }
}

describe('kraken windows', () => {
  it('leave a book of removals that is the cut book, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(levels, levels), { maxLength: 20 }), changes => {
        const windows = new KrakenWindows()
        windows.subscribed('A/B', 10)
        windows.follow(update('snapshot', [], []))
        const kept = { bids: new Map<number, number>(), asks: new Map<number, number>() }
        const cut = { bids: new Map<number, number>(), asks: new Map<number, number>() }
        for (const [bids, asks] of changes) {
          const told = windows.follow(update('delta', bids, asks))
          applied(kept.bids, told.bids)
          applied(kept.asks, told.asks)
          applied(cut.bids, bids)
          applied(cut.asks, asks)
          for (const [side, sign] of [
            ['bids', -1],
            ['asks', 1],
          ] as const) {
            // prettier-ignore
            const worst = [...cut[side].keys()].sort((one, other) => sign * (one - other)).slice(10)
            for (const price of worst) cut[side].delete(price)
            expect([...kept[side]].sort(([one], [other]) => one - other)).toEqual(
              [...cut[side]].sort(([one], [other]) => one - other),
            )
          }
        }
      }),
      { numRuns: 200 },
    )
  })
  it('leave the full depth to the book itself', () => {
    const windows = new KrakenWindows()
    windows.subscribed('A/B', 1000)
    windows.follow(update('snapshot', [], []))
    const delta = update('delta', [[1, 1]], [])
    expect(windows.follow(delta)).toBe(delta)
  })
})
