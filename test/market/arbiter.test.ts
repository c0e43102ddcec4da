/** First copy wins: any loss on one line heals from the other, and what nobody brought is reported to the id. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Arbiter, type ArbiterResult } from '../../src/market/arbiter.js'
import { GapLedger } from '../../src/market/gap-ledger.js'
import type { Trade } from '../../src/model/event.js'

const MS = 1000

function trade(id: number | string, values: Partial<Trade> = {}): Trade {
  const received = values.received ?? Number(id) * MS
  return {
    type: 'trade',
    exchange: 'test',
    symbol: 'AB',
    pair: 'A/B',
    id: String(id),
    price: 100,
    size: 1,
    side: 'buy',
    time: received,
    received,
    ...values,
  }
}

function offerAll(arbiter: Arbiter, trades: readonly Trade[], line = 0): ArbiterResult[] {
  const out: ArbiterResult[] = []
  for (const each of trades) arbiter.offer(each, 'ab@trade', line, out)
  return out
}

const passed = (results: readonly ArbiterResult[]) =>
  results.filter(result => result.type === 'trade').map(result => Number(result.id))
const holes = (results: readonly ArbiterResult[]) =>
  results.filter(result => result.type === 'hole').map(result => [result.from, result.to])
const contiguous = { kindOf: () => 'contiguous' as const }
const ids = (...list: number[]) => list.map(id => trade(id))

describe('Arbiter on one line', () => {
  it('passes each trade once and names the missing ids at once', () => {
    const arbiter = new Arbiter(contiguous)
    const out = offerAll(arbiter, ids(10, 11, 11, 15, 16, 10))
    expect(passed(out)).toEqual([10, 11, 15, 16])
    expect(holes(out)).toEqual([['12', '14']])
    expect(out.find(result => result.type === 'hole')).toMatchObject({
      start: 11 * MS,
      cause: 'sequence',
      provable: true,
    })
    expect(arbiter.stats()).toMatchObject({ received: 6, passed: 4, duplicates: 2, missing: 3, held: 0 })
  })

  it('goes by the count beside the ids where that is what steps by one', () => {
    const arbiter = new Arbiter({ kindOf: () => 'ordinal' })
    const counted = (id: number, ordinal: number): Trade => trade(id, { ordinal })
    const out = offerAll(arbiter, [counted(900, 10), counted(905, 11), counted(930, 14), counted(917, 12), counted(917, 12)]) // prettier-ignore
    expect(passed(out)).toEqual([900, 905, 930, 917])
    expect(holes(out)).toEqual([['12', '13']])
    expect(out).toContainEqual({ type: 'holeFilled', exchange: 'test', stream: 'ab@trade', from: '12', to: '12' })
    expect(arbiter.stats()).toMatchObject({ duplicates: 1, missing: 2 })
    // Without a count nothing is missing, whatever the ids are.
    expect(holes(offerAll(new Arbiter({ kindOf: () => 'ordinal' }), ids(1, 5, 9)))).toEqual([])
  })

  it('holds trades behind a hole in their count until another line had its chance', () => {
    const arbiter = new Arbiter({ kindOf: () => 'ordinal', lines: 2 })
    const out: ArbiterResult[] = []
    const offer = (ordinal: number, line: number): void =>
      arbiter.offer(trade(1_000 - ordinal, { ordinal, received: ordinal * MS }), 'ab@trade', line, out)
    for (const ordinal of [1, 3, 4]) offer(ordinal, 0)
    expect(passed(out)).toEqual([999])
    offer(2, 1)
    expect(passed(out)).toEqual([999, 998, 997, 996])
    expect(holes(out)).toEqual([])
  })

  it('passes a late trade that fills a hole and says so, so that the ledger counts it as backfilled', () => {
    const arbiter = new Arbiter(contiguous)
    const ledger = new GapLedger()
    const out = offerAll(arbiter, ids(1, 5, 3, 3, 4))
    for (const result of out) {
      if (result.type === 'hole' || result.type === 'holeClosed' || result.type === 'holeFilled') ledger.record(result)
    }
    expect(passed(out)).toEqual([1, 5, 3, 4])
    expect(ledger.list()).toEqual([
      {
        exchange: 'test',
        stream: 'ab@trade',
        from: '2',
        to: '4',
        start: MS,
        end: 5 * MS,
        cause: 'sequence',
        provable: true,
        backfilled: 2,
      },
    ])
    expect(ledger.totals()).toMatchObject({ gaps: 1, open: 0, missing: 3, backfilled: 2 })
  })

  it('reports a second copy that says something else, and keeps the first', () => {
    const arbiter = new Arbiter(contiguous)
    const out = offerAll(arbiter, [trade(1), trade(2), trade(2, { price: 101 })])
    expect(passed(out)).toEqual([1, 2])
    expect(out.at(-1)).toMatchObject({ type: 'tradeConflict', first: { price: 100 }, second: { price: 101 } })
    expect(arbiter.stats().conflicts).toBe(1)
  })

  it('takes ids that begin anew as a new epoch and not as a gap', () => {
    const arbiter = new Arbiter(contiguous)
    const later = (id: number) => trade(id, { received: (10_000 + id) * MS })
    const out = offerAll(arbiter, [...ids(5000, 5001), later(1), later(2), later(2), later(4)])
    expect(passed(out)).toEqual([5000, 5001, 1, 2, 4])
    expect(out.filter(result => result.type === 'idsRestarted')).toMatchObject([{ id: '1' }])
    expect(holes(out)).toEqual([['3', '3']])
  })

  it('takes an absurd jump as a new epoch', () => {
    const arbiter = new Arbiter(contiguous)
    const out = offerAll(arbiter, [trade(7), trade(9_000_000_000_000_000, { received: 8 * MS })])
    expect(holes(out)).toEqual([])
    expect(arbiter.stats()).toMatchObject({ restarts: 1, missing: 0, passed: 2 })
  })

  it('does not pass old trades that are sent again, however old', () => {
    const arbiter = new Arbiter(contiguous)
    const many = Array.from({ length: 5000 }, (_, index) => trade(index + 1000))
    offerAll(arbiter, many)
    expect(passed(offerAll(arbiter, many))).toEqual([])
    expect(arbiter.stats()).toMatchObject({ received: 10_000, passed: 5000, duplicates: 5000, conflicts: 0 })
  })

  it('keeps the id spaces of streams and exchanges apart', () => {
    const arbiter = new Arbiter(contiguous)
    const out: ArbiterResult[] = []
    arbiter.offer(trade(1), 'ab@trade', 0, out)
    arbiter.offer(trade(1), 'ab@aggTrade', 0, out)
    arbiter.offer(trade(1, { exchange: 'other' }), 'ab@trade', 0, out)
    expect(passed(out)).toEqual([1, 1, 1])
  })

  it('believes increasing ids to be in order and nothing more', () => {
    const arbiter = new Arbiter({ kindOf: () => 'increasing' })
    const out = offerAll(arbiter, ids(10, 20, 30, 20, 25))
    expect(passed(out)).toEqual([10, 20, 30, 25])
    expect(holes(out)).toEqual([])
  })

  it('tells opaque ids apart, beyond 2^53 and without order', () => {
    const arbiter = new Arbiter({ kindOf: () => 'opaque' })
    const list = ['9007199254740993', '9007199254740992', 'abc', '9007199254740993', 'abc', '7']
    const out = offerAll(arbiter, list.map(id => trade(id, { received: 1 }))) // prettier-ignore
    expect(out.map(result => (result.type === 'trade' ? result.id : result.type))).toEqual([
      '9007199254740993',
      '9007199254740992',
      'abc',
      '7',
    ])
  })

  it('copes with ids that are no numbers where numbers were promised', () => {
    const arbiter = new Arbiter(contiguous)
    const out = offerAll(arbiter, [trade(1), trade('x', { received: 2 }), trade('x', { received: 2 }), trade(2)])
    expect(out.map(result => (result.type === 'trade' ? result.id : result.type))).toEqual(['1', 'x', '2'])
  })
})

describe('Arbiter on two lines', () => {
  const options = { ...contiguous, lines: 2 }

  it('changes nothing downstream whichever copy is lost', () => {
    const fate = fc.constantFrom('both', 'first', 'second')
    fc.assert(
      fc.property(fc.array(fate, { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 20 }), (fates, lag) => {
        const copies: { at: number; line: number; id: number }[] = []
        fates.forEach((what, index) => {
          const id = index + 1
          if (what !== 'second') copies.push({ at: id * MS, line: 0, id })
          if (what !== 'first') copies.push({ at: id * MS + lag * MS + 1, line: 1, id })
        })
        copies.sort((a, b) => a.at - b.at)
        const arbiter = new Arbiter(options)
        const out: ArbiterResult[] = []
        for (const { at, line, id } of copies) {
          arbiter.offer(trade(id, { received: at, time: id * MS }), 'ab@trade', line, out)
        }
        const first = copies[0]!.id
        const expected = fates.map((_, index) => index + 1).filter(id => id >= first)
        // What line 0 never brought before its first trade was not yet part of the stream.
        expect(passed(out).filter(id => id >= first)).toEqual(expected)
        expect(holes(out)).toEqual([])
        const stats = arbiter.stats()
        expect(stats.received).toBe(stats.passed + stats.duplicates + stats.conflicts + stats.held)
      }),
      { numRuns: 300 },
    )
  })

  it('believes a hole after 100 ms, in engine time', () => {
    const arbiter = new Arbiter(options)
    const out = offerAll(arbiter, [trade(1), trade(4, { received: 5 * MS })])
    expect(passed(out)).toEqual([1])
    expect(arbiter.nextDue).toBe(105 * MS)
    arbiter.advanceTo(104 * MS, out)
    expect(passed(out)).toEqual([1])
    arbiter.advanceTo(105 * MS, out)
    expect(passed(out)).toEqual([1, 4])
    expect(holes(out)).toEqual([['2', '3']])
    expect(arbiter.nextDue).toBeNull()
  })

  it('gives each hole its own time and keeps the order', () => {
    const arbiter = new Arbiter(options)
    const out = offerAll(arbiter, [
      trade(1),
      trade(3, { received: 10 * MS }),
      trade(5, { received: 90 * MS }),
      trade(4, { received: 95 * MS }),
    ])
    arbiter.advanceTo(110 * MS, out)
    expect(passed(out)).toEqual([1, 3, 4, 5])
    expect(holes(out)).toEqual([['2', '2']])
    expect(arbiter.stats()).toMatchObject({ healed: 1, missing: 1, held: 0 })
  })

  it('holds no more than 64 trades', () => {
    const arbiter = new Arbiter(options)
    const behind = Array.from({ length: 65 }, (_, index) => trade(3 + index, { received: 3 * MS }))
    const out = offerAll(arbiter, [trade(1), ...behind])
    expect(passed(out)).toHaveLength(66)
    expect(holes(out)).toEqual([['2', '2']])
  })

  it('counts the wins of each line and by how much', () => {
    const arbiter = new Arbiter(options)
    const out: ArbiterResult[] = []
    arbiter.offer(trade(1, { received: 100 }), 'ab@trade', 0, out)
    arbiter.offer(trade(1, { received: 350 }), 'ab@trade', 1, out)
    arbiter.offer(trade(2, { received: 400 }), 'ab@trade', 1, out)
    arbiter.offer(trade(2, { received: 410 }), 'ab@trade', 0, out)
    expect(arbiter.stats().lines.get(0)).toEqual({ wins: 1, losses: 1, leadMicros: 250 })
    expect(arbiter.stats().lines.get(1)).toEqual({ wins: 1, losses: 1, leadMicros: 10 })
  })
})
