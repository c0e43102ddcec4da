import { describe, expect, it } from 'vitest'
import type { GapRow } from '../../src/market/gap-ledger.js'
import type { Status, StatusState } from '../../src/model/event.js'
import { DegradedTimes, degradedProfit, touching } from '../../src/session/degraded.js'

function status(state: StatusState, time: number, detail = '', stream = 'btcusdt@trade'): Status {
  return { type: 'status', exchange: 'binance', stream, state, detail, time }
}

function gap(start: number, end: number | null): GapRow {
  return { exchange: 'binance', stream: 'btcusdt@trade', from: '1', to: '2', start, end, cause: 'sequence', provable: true, backfilled: 0 } // prettier-ignore
}

function spansAfter(statuses: readonly Status[], gaps: readonly GapRow[] = []): unknown {
  const times = new DegradedTimes()
  for (const each of statuses) times.status(each)
  return times.spans(gaps, 100)
}

describe('times of degraded data', () => {
  it('last from the loss of a link to its return', () => {
    expect(spansAfter([status('connected', 0), status('disconnected', 10, 'reset'), status('connected', 30)])).toEqual([
      { start: 10, end: 30 },
    ])
  })

  it('last to the end where nothing returns', () => {
    expect(spansAfter([status('connected', 0), status('stale', 40), status('disconnected', 45, 'reset')])).toEqual([
      { start: 40, end: 100 },
    ])
  })

  it('do not begin while another line carries the stream', () => {
    const two = [
      status('connected', 0),
      status('connected', 1),
      status('stale', 5),
      status('disconnected', 10, 'reset'),
    ]
    expect(spansAfter(two)).toEqual([])
    expect(spansAfter([...two, status('disconnected', 20, 'reset')])).toEqual([{ start: 20, end: 100 }])
  })

  it('do not begin at the end of the run or at a planned renewal', () => {
    expect(spansAfter([status('connected', 0), status('disconnected', 90, 'stopped: end')])).toEqual([])
    expect(spansAfter([status('connected', 0), status('disconnected', 50, 'renewed: 24 h')])).toEqual([])
  })

  it('join with the gaps, which last to the end while they are open', () => {
    const lost = [status('connected', 0), status('disconnected', 10, 'reset'), status('connected', 30)]
    expect(spansAfter(lost, [gap(25, 35), gap(60, null)])).toEqual([
      { start: 10, end: 35 },
      { start: 60, end: 100 },
    ])
  })

  it('are moments where only a gap was told of', () => {
    expect(spansAfter([status('gap', 20), status('drift', 30)])).toEqual([{ start: 20, end: 20 }])
  })

  it('are kept in bounded memory and lose none', () => {
    const many = Array.from({ length: 12_000 }, (_, index) => status('gap', index * 10))
    const times = new DegradedTimes()
    for (const each of many) times.status(each)
    const spans = times.spans([], 200_000)
    expect(spans.length).toBe(10_000)
    expect(spans.at(-1)).toEqual({ start: 99_990, end: 119_990 })
  })
})

describe('profit in degraded data', () => {
  const curve = [10, 20, 30, 40].map((time, index) => ({ time, equity: 100 + [5, 15, 10, 40][index]! }))

  it('is the change over the samples that a span touches', () => {
    const trips = [
      { entryTime: 12, exitTime: 13 },
      { entryTime: 21, exitTime: 38 },
    ]
    expect(degradedProfit({ startEquity: 100, curve, trips }, [{ start: 22, end: 25 }], 0)).toEqual({
      profit: -5,
      total: 40,
      share: -0.125,
      timeShare: 0.25,
      trips: 1,
    })
  })

  it('is all of it where all was bad, none where none was, and undefined without a result', () => {
    const run = { startEquity: 100, curve, trips: [] }
    expect(degradedProfit(run, [{ start: 0, end: 40 }], 0)).toMatchObject({ profit: 40, share: 1, timeShare: 1 })
    expect(degradedProfit(run, [], 0)).toMatchObject({ profit: 0, share: 0, timeShare: 0 })
    expect(degradedProfit({ ...run, curve: [] }, [], 0)).toMatchObject({ share: null, timeShare: null })
  })
})

describe('touching', () => {
  it('agrees with looking at every span', () => {
    const spans = [3, 10, 20, 31].map(start => ({ start, end: start + 4 }))
    const touches = touching(spans)
    for (let start = 0; start < 40; start++) {
      for (let end = start; end < 40; end++) {
        expect(touches(start, end)).toBe(spans.some(span => span.start <= end && span.end >= start))
      }
    }
  })
})
