/** What rows of numbers remember of trades is what whole trades would say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeenByNumber, SeenByText, type SeenTrades } from '../../src/market/seen-trades.js'
import type { Side, Trade } from '../../src/model/event.js'

interface Kept {
  readonly trade: Trade
  readonly line: number
}

/** Keeps trades whole, and forgets them as it is told. */
interface Plain {
  find(id: string): Kept | undefined
  add(kept: Kept): void
  clear(): void
}

/** One place for every remainder of 256. */
function plainRing(): Plain {
  const places = new Map<number, Kept>()
  const placeOf = (id: string): number => Math.floor(Math.abs(Number(id)) % 256) || 0
  return {
    find: id => (places.get(placeOf(id))?.trade.id === id ? places.get(placeOf(id)) : undefined),
    add: kept => places.set(placeOf(kept.trade.id), kept),
    clear: () => places.clear(),
  }
}

/** The newest 1,024. */
function plainList(): Plain {
  const kept: Kept[] = []
  return {
    find: id => kept.find(({ trade }) => trade.id === id),
    add: one => {
      const known = kept.findIndex(({ trade }) => trade.id === one.trade.id)
      if (known < 0) kept.push(one)
      else kept[known] = one
      if (kept.length > 1_024) kept.shift()
    },
    clear: () => (kept.length = 0),
  }
}

function tell(seen: SeenTrades, offered: Trade): unknown {
  const row = seen.find(offered, Number(offered.id))
  if (row < 0) return null
  const { line, received } = seen.rows.firstCopy(row)
  return { first: seen.rows.tradeAt(row, offered), line, received, same: seen.rows.saysTheSame(row, offered) }
}

function tellPlainly(seen: Plain, offered: Trade): unknown {
  const kept = seen.find(offered.id)
  if (kept === undefined) return null
  const { trade: first, line } = kept
  const same = first.price === offered.price && first.size === offered.size && first.side === offered.side
  return { first, line, received: first.received, same }
}

const whole = fc.oneof(fc.nat(40), fc.nat(600), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 600 }), fc.maxSafeInteger())
const odd = fc.constantFrom('', 'x', '07', '7', '7.0', '7.5', '263', '1e2', '0x10', '16', '-7', '9007199254740993', 'NaN', '-0', '0', ' 7') // prettier-ignore
const trades = fc.record({
  id: fc.oneof({ weight: 6, arbitrary: whole.map(String) }, { weight: 1, arbitrary: odd }),
  price: fc.constantFrom(0.1, 97_000.1, 97_000.2, 1e-8, 123_456_789.123),
  size: fc.constantFrom(0.5, 1, 2e6),
  side: fc.constantFrom<Side>('buy', 'sell', 'unknown'),
  time: fc.constantFrom(1_732_400_000_000_000, 1_732_400_000_000_001),
  received: fc.integer({ min: 0, max: 2 ** 52 }),
})
const step = fc.record({ trade: trades, line: fc.nat(70), clears: fc.integer({ min: 0, max: 400 }).map(n => n === 0) })
const INSTRUMENT = { type: 'trade', exchange: 'test', symbol: 'AB', pair: 'A/B' } as const

describe.each([
  ['SeenByNumber', () => new SeenByNumber(), plainRing],
  ['SeenByText', () => new SeenByText(), plainList],
] as const)('%s', (_name, open, plain) => {
  it('says of any trade what was kept of its id, as whole trades would', () => {
    const sequences = fc.array(step, { minLength: 1, maxLength: 3_000, size: 'max' })
    fc.assert(
      fc.property(sequences, steps => {
        const [seen, model] = [open(), plain()]
        for (const { trade, line, clears } of steps) {
          const offered: Trade = { ...INSTRUMENT, ...trade }
          const found = tell(seen, offered)
          expect(found).toEqual(tellPlainly(model, offered))
          if (clears) {
            seen.clear()
            model.clear()
          }
          if (found !== null && !clears) continue
          seen.add(offered, Number(offered.id), line)
          model.add({ trade: offered, line })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('replaces what it kept of an id that comes to be added again', () => {
    const seen = open()
    const offered: Trade = { ...INSTRUMENT, id: '7', price: 1, size: 1, side: 'buy', time: 1, received: 1 }
    for (const price of [1, 2]) seen.add({ ...offered, price }, 7, price)
    expect(tell(seen, offered)).toMatchObject({ first: { price: 2 }, line: 2, same: false })
  })
})

describe('how long', () => {
  const offered = (id: number): Trade => ({ ...INSTRUMENT, id: String(id), price: 1, size: 1, side: 'buy', time: 1, received: 1 }) // prettier-ignore

  it.each([
    ['SeenByNumber', () => new SeenByNumber(), 256],
    ['SeenByText', () => new SeenByText(), 1_024],
  ])('%s remembers the newest and no more', (_name, open, most) => {
    const seen = open()
    for (let id = 0; id < 3 * most; id++) seen.add(offered(id), id, 0)
    expect(seen.find(offered(2 * most), 2 * most)).toBeGreaterThanOrEqual(0)
    expect(seen.find(offered(2 * most - 1), 2 * most - 1)).toBe(-1)
    expect(seen.rows.count).toBe(most)
  })
})
