/** Candles against a plain grouping of the trades, and the policies for silence, lateness and gaps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CandleBuilder, type BuiltCandle, type CandleOptions } from '../../src/market/candles.js'
import { parseInterval } from '../../src/market/interval.js'
import type { Trade } from '../../src/model/event.js'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const START = 28_873_333 * MINUTE

function trade(time: number, price: number, size: number, received = time): Trade {
  return { type: 'trade', exchange: 'x', symbol: 'AB', pair: 'A/B', id: '1', price, size, side: 'buy', time, received }
}

function builder(options: CandleOptions = { since: START }, interval = '1m'): CandleBuilder {
  return new CandleBuilder({ exchange: 'x', symbol: 'AB', pair: 'A/B', interval: parseInterval(interval)! }, options)
}

describe('CandleBuilder', () => {
  it('equals a plain grouping of the trades, with one candle for each interval', () => {
    const step = fc.record({
      gap: fc.integer({ min: 0, max: 200 * SECOND }),
      price: fc.integer({ min: 1, max: 50 }),
      size: fc.integer({ min: 1, max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), steps => {
        let time = START
        const trades = steps.map(({ gap, price, size }) => trade((time += gap), price, size / 10))
        const candles: BuiltCandle[] = []
        const candle = builder()
        for (const each of trades) {
          candle.advanceTo(each.received, candles)
          candle.add(each, candles)
        }
        candle.finish(time, candles)
        expect(candles.map(each => each.start)).toEqual(candles.map((_, index) => candles[0]!.start + index * MINUTE))
        let close = Number.NaN
        for (const each of candles) {
          const inside = trades.filter(({ time: at }) => at >= each.start && at < each.start + MINUTE)
          const prices = inside.length > 0 ? inside.map(({ price }) => price) : [close]
          close = prices.at(-1)!
          const tenths = inside.reduce((sum, { size }) => sum + Math.round(size * 10), 0)
          expect(each).toMatchObject({
            open: prices[0],
            high: Math.max(...prices),
            low: Math.min(...prices),
            close,
            volume: tenths / 10,
          })
        }
        expect(candles.slice(0, -1).every(({ closed }) => closed)).toBe(true)
        expect(candles.at(-1)).toMatchObject({ closed: false, complete: false })
        expect(candle.stats().trades).toBe(trades.length)
      }),
      { numRuns: 200 },
    )
  })

  it('closes by the clock, when it is due and not before, and gives empty candles the previous close', () => {
    const out: BuiltCandle[] = []
    const candle = builder({ since: START, grace: 0 })
    expect(candle.nextDue).toBeNull()
    candle.advanceTo(START + MINUTE, out)
    candle.add(trade(START + MINUTE + 1, 5, 2), out)
    expect(candle.nextDue).toBe(START + 2 * MINUTE)
    candle.advanceTo(START + 2 * MINUTE - 1, out)
    expect(out).toEqual([])
    candle.advanceTo(START + 4 * MINUTE, out)
    expect(out).toMatchObject([
      { start: START + MINUTE, close: 5, volume: 2, closed: true, complete: true, time: START + 2 * MINUTE },
      { start: START + 2 * MINUTE, open: 5, high: 5, low: 5, close: 5, volume: 0, closed: true, complete: true },
      { start: START + 3 * MINUTE, volume: 0 },
    ])
    expect(candle.stats()).toMatchObject({ closed: 3, empty: 2 })
  })

  it('waits the grace out for trades under way, but not once a later trade has come', () => {
    const out: BuiltCandle[] = []
    const candle = builder({ since: START, grace: SECOND })
    candle.add(trade(START, 5, 1), out)
    candle.advanceTo(START + MINUTE + SECOND / 2, out)
    candle.add(trade(START + MINUTE - 1, 7, 1, START + MINUTE + SECOND / 2), out)
    expect(out).toEqual([])
    candle.add(trade(START + MINUTE, 6, 1, START + MINUTE + SECOND / 2), out)
    expect(out).toMatchObject([{ high: 7, close: 7, volume: 2 }])
    candle.add(trade(START + MINUTE - 1, 9, 1), out)
    expect(candle.stats()).toMatchObject({ late: 1, trades: 3 })
    candle.finish(START + MINUTE + SECOND, out)
    expect(out.at(-1)).toMatchObject({ open: 6, high: 6, volume: 1, closed: false })
  })

  it('does not let a clock that runs far ahead end the candles to come', () => {
    const out: BuiltCandle[] = []
    const candle = builder()
    candle.add(trade(START, 5, 1), out)
    candle.add(trade(START + 3600 * SECOND, 6, 1, START + SECOND), out)
    candle.add(trade(START + 2 * SECOND, 7, 1), out)
    expect(out).toEqual([])
    expect(candle.stats()).toMatchObject({ trades: 3, late: 0 })
  })

  it('is incomplete where the stream began inside, and where a gap lies inside', () => {
    const out: BuiltCandle[] = []
    const candle = builder({})
    candle.add(trade(START + 1, 5, 1), out)
    candle.gap(START + MINUTE + 10 * SECOND, null)
    candle.advanceTo(START + 2 * MINUTE + SECOND, out)
    candle.gap(START + 2 * MINUTE + 5 * SECOND, START + 2 * MINUTE + 30 * SECOND)
    candle.advanceTo(START + 4 * MINUTE + SECOND, out)
    expect(out.map(({ complete }) => complete)).toEqual([false, false, false, true])
    const since = builder({ since: START + 1 })
    const other: BuiltCandle[] = []
    since.add(trade(START + 2, 5, 1), other)
    since.advanceTo(START + 3 * MINUTE, other)
    expect(other.map(({ complete }) => complete)).toEqual([false, true])
  })

  it('sums volume exactly where doubles drift', () => {
    const out: BuiltCandle[] = []
    const candle = builder()
    for (let index = 0; index < 1000; index++) candle.add(trade(START + index, 1, index % 2 === 0 ? 0.1 : 0.2), out)
    candle.finish(START + SECOND, out)
    expect(out[0]!.volume).toBe(150)
  })

  it('passes over a silence of years in bounded work, and says so', () => {
    const out: BuiltCandle[] = []
    const candle = builder({ since: START }, '1s')
    candle.add(trade(START, 5, 1), out)
    candle.add(trade(START + 1000 * 86_400 * SECOND, 6, 1), out)
    candle.finish(START + 1000 * 86_400 * SECOND + SECOND, out)
    expect(out.length).toBeLessThan(100_100)
    expect(candle.stats()).toMatchObject({ skipped: 1, trades: 2 })
  })

  it('says nothing before the first trade', () => {
    const out: BuiltCandle[] = []
    const candle = builder()
    candle.advanceTo(START + MINUTE, out)
    candle.finish(START + MINUTE, out)
    expect(out).toEqual([])
  })
})

describe('parseInterval', () => {
  const micros = (text: string): number => Date.parse(`${text}Z`) * 1000

  it('follows clock and calendar in UTC', () => {
    const start = (interval: string, time: string): number => parseInterval(interval)!.startOf(micros(time))
    expect(start('1m', '2024-11-24T12:34:56')).toBe(micros('2024-11-24T12:34:00'))
    expect(start('4h', '2024-11-24T12:34:56')).toBe(micros('2024-11-24T12:00:00'))
    expect(start('1w', '2024-11-24T12:34:56')).toBe(micros('2024-11-18T00:00:00'))
    expect(start('1w', '2024-11-25T00:00:00')).toBe(micros('2024-11-25T00:00:00'))
    expect(start('1M', '2024-02-29T23:59:59')).toBe(micros('2024-02-01T00:00:00'))
    expect(start('3M', '2024-12-31T23:59:59')).toBe(micros('2024-10-01T00:00:00'))
    expect(parseInterval('1M')!.endOf(micros('2024-02-01T00:00:00'))).toBe(micros('2024-03-01T00:00:00'))
  })

  it('agrees with the platform calendar on every day', () => {
    const month = parseInterval('1M')!
    for (let day = 0; day < 40_000; day += 13) {
      const date = new Date(day * 86_400_000)
      const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) * 1000
      expect(month.startOf(day * 86_400 * SECOND)).toBe(first)
    }
  })

  it('refuses what is no interval', () => {
    for (const text of ['', 'm', '0m', '1', '1x', '-1m', '1.5m', '1m30s', '99999m'])
      expect(parseInterval(text)).toBeUndefined()
  })
})
