import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalItem } from '../../../src/journal/item.js'
import { Disturbance, parseDisturbance, type DisturbancePlan } from '../../../src/session/proof/disturbance.js'

const SECOND = 1_000_000
const NONE: DisturbancePlan = { drop: 0, dup: 0, reorder: 0, stall: 0, skew: 0 }

/** A frame each 10 ms. */
const tape = (count: number): JournalItem[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'data', receivedAt: index * 10_000, exchange: 'binance', line: 0, data: Buffer.from(String(index)), binary: false,
  })) // prettier-ignore

function disturbed(
  plan: Partial<DisturbancePlan>,
  items: readonly JournalItem[],
  seed = 1,
  batch = 100,
): { out: JournalItem[]; report: ReturnType<Disturbance['report']> } {
  const disturbance = new Disturbance({ ...NONE, ...plan }, seed)
  const out: JournalItem[] = []
  for (let at = 0; at < items.length; at += batch) out.push(...disturbance.apply(items.slice(at, at + batch)))
  out.push(...disturbance.apply([]))
  return { out, report: disturbance.report() }
}

const numbers = (items: readonly JournalItem[]): number[] =>
  items.map(item => (item.kind === 'data' ? Number(item.data.toString()) : -1))

describe('parseDisturbance', () => {
  it('reads shares, spans and signs', () => {
    expect(parseDisturbance('drop=0.1%,dup=0.02,reorder=1%,stall=30s,skew=-250ms')).toEqual({
      drop: 0.001,
      dup: 0.02,
      reorder: 0.01,
      stall: 30 * SECOND,
      skew: -250_000,
    })
    expect(parseDisturbance('skew=+250ms')).toEqual({ ...NONE, skew: 250_000 })
  })

  it.each(['', 'drop', 'drop=', 'drop=200%', 'drop=x', 'stall=5', 'stall=-5s', 'lag=1s', 'drop=1%,,'])(
    'refuses %j',
    text => {
      expect(() => parseDisturbance(text)).toThrow(/--chaos/)
    },
  )
})

describe('Disturbance', () => {
  it('changes nothing where nothing is asked for', () => {
    const items = tape(50)
    expect(disturbed({}, items).out).toEqual(items)
  })

  it('is the same for the same seed, however the recording is cut into batches, and another for another', () => {
    const plan = { drop: 0.05, dup: 0.05, reorder: 0.1, stall: SECOND, skew: 5 }
    const items = tape(3_000)
    expect(disturbed(plan, items, 7, 1).out).toEqual(disturbed(plan, items, 7, 999).out)
    expect(disturbed(plan, items, 8).out).not.toEqual(disturbed(plan, items, 7).out)
  })

  it('accounts for every frame', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (seed, drop, dup) => {
          const { out, report } = disturbed({ drop, dup, reorder: 0.1, stall: SECOND }, tape(400), seed)
          return out.length === 400 - report.dropped + report.duplicated
        },
      ),
      { numRuns: 50 },
    )
  })

  it('never lets a time of receipt run back', () => {
    const { out } = disturbed({ reorder: 0.2, stall: 2 * SECOND, skew: -3 }, tape(5_000))
    const times = out.map(item => item.receivedAt)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('drops and doubles as often as it is told', () => {
    const { report } = disturbed({ drop: 0.1, dup: 0.2 }, tape(20_000))
    expect(report.dropped / 20_000).toBeCloseTo(0.1, 1)
    expect(report.duplicated / 18_000).toBeCloseTo(0.2, 1)
  })

  it('lets reordered frames come a few frames late', () => {
    const { out, report } = disturbed({ reorder: 0.05 }, tape(2_000))
    const places = numbers(out)
    expect([...places].sort((a, b) => a - b)).toEqual(numbers(tape(2_000)))
    expect(report.reordered).toBeGreaterThan(50)
    const late = places.map((number, place) => place - number)
    expect(Math.max(...late)).toBeGreaterThan(0)
    expect(Math.max(...late)).toBeLessThanOrEqual(8 + 8)
  })

  it('gives what a stall held back in one burst at its end', () => {
    const { out, report } = disturbed({ stall: 5 * SECOND }, tape(20_000))
    expect(report.stalls).toBeGreaterThan(0)
    expect(report.delayed / 20_000).toBeGreaterThan(0.02)
    const bursts = new Map<number, number>()
    for (const { receivedAt } of out) bursts.set(receivedAt, (bursts.get(receivedAt) ?? 0) + 1)
    expect(Math.max(...bursts.values())).toBeGreaterThan(300)
    expect(numbers(out)).toEqual(numbers(tape(20_000)))
  })

  it('keeps what the recorder says in its place', () => {
    const link: JournalItem = {
      kind: 'link',
      receivedAt: 5,
      exchange: 'x',
      line: 0,
      state: 'connected',
      streams: [],
      detail: '',
    }
    const { out } = disturbed({ drop: 1, skew: 10 }, [link, ...tape(3)])
    expect(out).toEqual([{ ...link, receivedAt: 15 }])
  })

  it('moves the times inside events of other tools’ files', () => {
    const trade = { type: 'trade', exchange: 'x', symbol: 'A', pair: 'A/B', id: '1', price: 1, size: 1, side: 'buy', time: 3, received: 5 } as const // prettier-ignore
    const { out } = disturbed({ skew: 100 }, [{ kind: 'event', receivedAt: 5, event: trade }])
    expect(out).toEqual([{ kind: 'event', receivedAt: 105, event: { ...trade, received: 105 } }])
  })
})
