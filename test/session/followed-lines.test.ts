import { describe, expect, it } from 'vitest'
import type { BookUpdate, Quote } from '../../src/model/event.js'
import { FollowedLines } from '../../src/session/followed-lines.js'

const quote = (ms: number, pair = 'BTC/USDT'): Quote => {
  return {
    type: 'quote',
    exchange: 'x',
    symbol: pair,
    pair,
    bid: 1,
    bidSize: 1,
    ask: 2,
    askSize: 1,
    time: ms * 1000,
    received: ms * 1000,
  }
}

describe('FollowedLines', () => {
  it('passes on one line and counts the copies of the other', () => {
    const lines = new FollowedLines()
    const passed = [0, 1, 2].flatMap(ms => [lines.follows(quote(ms), 0), lines.follows(quote(ms), 1)])
    expect(passed).toEqual([true, false, true, false, true, false])
    expect(lines.copies).toBe(3)
  })

  it('follows the other line at once where the first one is gone', () => {
    const lines = new FollowedLines()
    lines.follows(quote(0), 0)
    lines.release('x', 0)
    expect(lines.follows(quote(1), 1)).toBe(true)
    expect(lines.follows(quote(2), 0)).toBe(false)
  })

  it('goes on where a line of another exchange is gone', () => {
    const lines = new FollowedLines()
    lines.follows(quote(0), 0)
    lines.release('y', 0)
    expect(lines.follows(quote(1), 1)).toBe(false)
  })

  it('follows the other line where the first one falls silent', () => {
    const lines = new FollowedLines()
    lines.follows(quote(0), 0)
    expect(lines.follows(quote(499), 1)).toBe(false)
    expect(lines.follows(quote(500), 1)).toBe(true)
  })

  it('follows pictures of the book by their depth', () => {
    const lines = new FollowedLines()
    const picture = (ms: number, depth: number): BookUpdate => ({
      ...{ exchange: 'x', symbol: 'A', pair: 'A/B', kind: 'partial', first: null, last: null, previous: null },
      ...{ type: 'bookUpdate', checksum: null, texts: null, time: ms * 1000, received: ms * 1000 },
      bids: Array.from({ length: depth }, (_, level): [number, number] => [100 - level, 1]),
      asks: [[101, 1]],
    })
    expect(lines.follows(picture(0, 5), 0)).toBe(true)
    expect(lines.follows(picture(1, 20), 1)).toBe(true)
    expect(lines.follows(picture(2, 5), 1)).toBe(false)
    expect(lines.follows(picture(3, 20), 0)).toBe(false)
    expect(lines.follows(picture(4, 400), 0)).toBe(true)
    expect(lines.copies).toBe(2)
  })

  it('follows each stream by itself', () => {
    const lines = new FollowedLines()
    expect(lines.follows(quote(0, 'A/B'), 0)).toBe(true)
    expect(lines.follows(quote(0, 'C/D'), 1)).toBe(true)
    const ticker = { ...quote(1, 'A/B'), type: 'ticker' } as never
    expect(lines.follows(ticker, 1)).toBe(true)
  })
})
