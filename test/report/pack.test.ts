import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packEquity, packInstrument, packRun, type PackedInstrument } from '../../src/report/pack.js'
import { BEGIN, BITCOIN, finishedRun, wave } from './support.js'

interface Bar {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** As the page does it. */
function unpack({ start, interval, decimals, steps, open, high, low, close }: PackedInstrument): Bar[] {
  const scale = 10 ** decimals
  let [time, last] = [start, 0]
  return steps.map((step, index) => {
    time += step * interval
    const opened = last + open[index]!
    last = opened + close[index]!
    const top = Math.max(opened, last) + high[index]!
    const bottom = Math.min(opened, last) - low[index]!
    return { start: time, open: opened / scale, high: top / scale, low: bottom / scale, close: last / scale }
  })
}

const price = fc.tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 0, max: 8 })).map(([units, decimals]) => Number((units / 10 ** decimals).toFixed(decimals))) // prettier-ignore
const bars = fc.array(fc.tuple(fc.array(price, { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 60 }) // prettier-ignore

describe('packed bars', () => {
  it('unpack to the prices that were packed', () => {
    fc.assert(
      fc.property(bars, drawn => {
        let start = BEGIN
        const made = drawn.map(([[open, close, one, two], step]) => {
          start += step * 60_000_000
          const all = [open!, close!, one!, two!]
          return { start, open: open!, high: Math.max(...all), low: Math.min(...all), close: close! }
        })
        const series = { interval: 60_000_000, anchor: BEGIN, bars: made }
        const packed = packInstrument({ ...BITCOIN, source: 'trades', series })
        const expected = made.map(bar => ({ ...bar, start: bar.start / 1_000_000 }))
        expect(unpack(packed)).toEqual(expected)
      }),
    )
  })

  it('are small integers', () => {
    const made = Array.from({ length: 50_000 }, (_, index) => {
      const open = 61_000 + Math.round(Math.sin(index) * 5000) / 100
      return { start: BEGIN + index * 1_000_000, open, high: open + 3.21, low: open - 4.56, close: open + 1.23 }
    })
    const series = { interval: 1_000_000, anchor: 0, bars: made }
    const packed = packInstrument({ ...BITCOIN, source: 'trades', series })
    expect(packed.decimals).toBe(2)
    expect(JSON.stringify(packed).length).toBeLessThan(1_000_000)
  })

  it('of no bars are empty', () => {
    const series = { interval: 1_000_000, anchor: 0, bars: [] }
    expect(unpack(packInstrument({ ...BITCOIN, source: 'trades', series }))).toEqual([])
  })
})

describe('packed equity', () => {
  it('keeps eight digits, and puts a sample on a boundary into the bar that ends there', () => {
    const curve = [
      { time: BEGIN + 10_000_000, equity: 10_000, exposure: 0 },
      { time: BEGIN + 20_000_000, equity: 10_012.3456, exposure: 5_006.1728 },
    ]
    const packed = packEquity({ curve, startEquity: 10_000 })
    expect(packed).toEqual({
      decimals: 3,
      times: [BEGIN / 1_000_000 + 9, 10],
      values: [10_000_000, 12_346],
      exposure: [0, 5_000],
    })
  })
})

describe('a packed run', () => {
  it('has the fills of each instrument by strategy', async () => {
    const run = await finishedRun({ events: wave(BITCOIN, 1_500) })
    const packed = packRun(run)
    const { fills } = run.strategies[0]!.record
    const [drawn] = packed.strategies[0]!.fills
    expect(fills.length).toBeGreaterThan(4)
    expect(drawn!.prices).toEqual(fills.map(fill => Number(fill.price)))
    expect(drawn!.buys).toEqual(fills.map(fill => (fill.side === 'buy' ? 1 : 0)))
    expect(drawn!.times.reduce((sum, step) => sum + step, 0)).toBe(Math.floor(fills.at(-1)!.time / 1_000_000))
    expect(packed.instruments.map(({ name, source }) => [name, source])).toEqual([['binance:BTCUSDT', 'trades']])
    expect(unpack(packed.instruments[0]!).length).toBe(1_500)
  })
})
