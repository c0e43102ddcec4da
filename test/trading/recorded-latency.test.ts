import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { recordedLatency } from '../../src/trading/latency.js'
import { RecordedLatency } from '../../src/trading/recorded-latency.js'
import { bench, quoteOf } from './support.js'

const event = (delay: number, exchange = 'binance') => ({ exchange, time: 1_000_000, received: 1_000_000 + delay })

function measured(...delays: number[]): RecordedLatency {
  const recorded = new RecordedLatency()
  for (const delay of delays) recorded.take(event(delay))
  return recorded
}

describe('delays of orders', () => {
  it('are drawn from what was measured of their exchange, the same for the same seed', () => {
    const delays = Array.from({ length: 40 }, (_, index) => 1_000 + index)
    const draws = (seed: number): number[] => {
      const recorded = measured(...delays)
      const random = new Random(seed)
      return delays.map(() => recorded.draw('binance', () => random.uniform()))
    }
    expect(draws(7)).toEqual(draws(7))
    expect(draws(7)).not.toEqual(draws(8))
    for (const delay of draws(7)) expect(delays).toContain(delay)
  })

  it('of another exchange, or before there is enough to draw from, are half the default a leg', () => {
    const recorded = measured(...Array.from({ length: 9 }, () => 3_000))
    expect(recorded.draw('binance', () => 0)).toBe(25_000)
    recorded.take(event(3_000))
    expect(recorded.draw('binance', () => 0)).toBe(3_000)
    expect(recorded.draw('kraken', () => 0)).toBe(25_000)
    expect(recorded.account()).toMatchObject([
      { exchange: 'binance', measured: 10, drawn: 1, assumed: 1 },
      { exchange: 'kraken', measured: 0, drawn: 0, assumed: 1, p50: null },
    ])
  })

  it('leave out what measures nothing: clocks that differ, events without a time of their own, fetched trades', () => {
    const recorded = measured(...Array.from({ length: 10 }, () => 2_000), -500, -1, 0)
    recorded.take({ ...event(90_000_000), fetched: true })
    expect(recorded.account()).toMatchObject([{ measured: 10, negative: 2, p50: 2_000, max: 2_000 }])
    expect(recorded.draw('binance', () => 0.999)).toBe(2_000)
  })

  it('forget what is long past', () => {
    const recorded = measured(...Array.from({ length: 4_096 }, () => 9_000), ...Array.from({ length: 4_096 }, () => 1))
    expect([0, 0.5, 0.999].map(share => recorded.draw('binance', () => share))).toEqual([1, 1, 1])
  })
})

describe('messages to one exchange', () => {
  it('take both ways, and none overtakes another', () => {
    const recorded = new RecordedLatency()
    for (const delay of [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]) recorded.take(event(delay, 'test'))
    const draws = [0.99, 0.99, 0, 0]
    const desk = bench({ latency: recordedLatency(recorded), random: () => draws.shift() ?? 0 })
    desk.feed(quoteOf([99, 5], [101, 5], 1_000))
    desk.ask({ type: 'limit', side: 'buy', size: '1', price: '98', tag: 'bid' })
    expect(desk.desk.nextDue).toBe(1_200)
    // The cancel was quicker on its way, and still comes after the order.
    desk.ask({ type: 'cancel', order: 'bid' })
    desk.feed(quoteOf([99, 5], [101, 5], 1_199))
    expect(desk.last('bid')!.status).toBe('submitted')
    desk.feed(quoteOf([99, 5], [101, 5], 1_200))
    const states = desk.events.flatMap(told => (told.type === 'order' ? [told.status] : []))
    expect(states).toEqual(['submitted', 'open', 'cancelled'])
  })
})
