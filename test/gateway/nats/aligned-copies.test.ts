/** Two collectors of states without number and time: every state once, and no repetition taken for a copy. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AlignedCopies, hearingText, parseHearing, type Hearing } from '../../../src/gateway/nats/aligned-copies.js'
import type { FeedEvent, Quote } from '../../../src/model/event.js'

const quote = (bid: number, received: number): Quote => ({
  type: 'quote', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT', bid, bidSize: 1, ask: 99, askSize: 1, time: received, received,
}) // prettier-ignore

const by = (collector: string, place: number): Hearing => ({ collector, place })

describe('states that two collectors heard', () => {
  it('pass once, in the order in which they were said, however the two interleave', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 60 }), fc.infiniteStream(fc.boolean()), (said, turns) => {
        const copies = new AlignedCopies()
        const at = { a: 0, b: 0 }
        const passed: number[] = []
        for (const isA of turns) {
          const first = isA ? 'a' : 'b'
          const who = at[first] < said.length ? first : first === 'a' ? 'b' : 'a'
          const index = at[who]++
          const bid = said[index]
          if (bid === undefined) break
          // Each has a clock of its own.
          if (!copies.isCopy(quote(bid, index * 1_000 + (who === 'a' ? 0 : 300_000)), by(who, index + 1)))
            passed.push(bid)
        }
        expect(passed).toEqual(said)
      }),
    )
  })

  it('pass whoever is left, from the first on', () => {
    const copies = new AlignedCopies()
    const places = new Map<string, number>()
    const heard = (collector: string, bid: number, received: number): boolean => {
      const place = (places.get(collector) ?? 0) + 1
      places.set(collector, place)
      return !copies.isCopy(quote(bid, received), by(collector, place))
    }
    expect([heard('a', 1, 0), heard('b', 1, 5), heard('a', 2, 10)]).toEqual([true, false, true])
    // The first one has died; what the other brings repeats an older state and means it.
    expect([heard('b', 2, 15), heard('b', 1, 20), heard('b', 2, 25)]).toEqual([false, true, true])
    // A third one begins long after: what was said then is no copy.
    expect(heard('c', 1, 5_000_000)).toBe(true)
  })

  it('are no matter of trades, numbered books and what has a time', () => {
    const copies = new AlignedCopies()
    const timed: FeedEvent[] = [
      { ...quote(1, 10), time: 9 },
      { type: 'trade', exchange: 'x', symbol: 'X', pair: 'X', id: '1', price: 1, size: 1, side: 'buy', time: 1, received: 1 },
      { type: 'book', exchange: 'x', symbol: 'X', pair: 'X', snapshot: false, bids: [], asks: [], sequence: '1', time: 1, received: 1 },
      { type: 'status', exchange: 'x', stream: 'x', state: 'gap', detail: '', time: 1 },
    ] // prettier-ignore
    for (const event of timed)
      expect([copies.isCopy(event, by('a', 1)), copies.isCopy(event, by('b', 1))]).toEqual([false, false])
  })

  it('pass once as well where the broker has dropped some as the very same', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 60 }), fc.infiniteStream(fc.boolean()), (said, turns) => {
        const copies = new AlignedCopies()
        const passed = said.filter((bid, index) => {
          const who = turns.next().value === true ? 'a' : 'b'
          return !copies.isCopy(quote(bid, index * 1_000), by(who, index + 1))
        })
        expect(passed).toEqual(said)
      }),
    )
  })

  it('are remembered within a bound', () => {
    const copies = new AlignedCopies()
    for (let index = 0; index < 5_000; index++)
      expect(copies.isCopy(quote(index, index), by('a', index + 1))).toBe(false)
    expect(copies.isCopy(quote(4_999, 4_999), by('b', 5_000))).toBe(true)
    expect(copies.isCopy(quote(1, 4_999), by('c', 1))).toBe(false)
  })

  it('of nobody known all pass', () => {
    const copies = new AlignedCopies()
    expect([copies.isCopy(quote(1, 1), null), copies.isCopy(quote(1, 1), null)]).toEqual([false, false])
    const hearing = by('6f1e2a54-0000-4000-8000-000000000000', 12)
    expect(parseHearing(hearingText(hearing))).toEqual(hearing)
    for (const text of ['', 'x 1', `${hearing.collector} -1`, `${hearing.collector} 1\n`])
      expect(parseHearing(text)).toBeNull()
  })
})
