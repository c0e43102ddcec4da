import { describe, expect, it } from 'vitest'
import { Backpressure } from '../../src/feed/backpressure.js'
import type { LoadDecision } from '../../src/feed/backpressure.js'

/** Measures every 100 ms. */
function run(controller: Backpressure, lags: readonly number[], fromMs = 0): readonly LoadDecision[] {
  return lags.flatMap((lag, index) => controller.observe(lag, fromMs + index * 100) ?? [])
}

describe('Backpressure', () => {
  it('decides nothing while lag is small', () => {
    expect(run(new Backpressure(), [0, 80, 0, 60, 3, 60, 0, 40])).toEqual([])
  })

  it('goes up with the lag and comes down step by step', () => {
    const controller = new Backpressure()
    const up = run(controller, [500])
    const down = run(controller, Array<number>(100).fill(0), 100)
    expect(up).toEqual([{ from: 'normal', state: 'essential', lagMs: 500 }])
    expect(down.map(decision => decision.state)).toEqual(['prioritized', 'throttled', 'normal'])
  })

  it('acts ahead of a lag that grows fast', () => {
    const [first] = run(new Backpressure(), [10, 30, 60])
    expect(first).toMatchObject({ state: 'throttled', lagMs: 60 })
  })

  it('does not flutter around a threshold', () => {
    const controller = new Backpressure()
    const lags = Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? 95 : 105))
    expect(run(controller, lags).length).toBeLessThanOrEqual(2)
  })

  it('brings an overloaded consumer back to bounded lag', () => {
    const controller = new Backpressure()
    let queue = 0
    let worst = 0
    for (let step = 0; step < 600; step++) {
      // Each 100 ms of load brings 150 ms of work; every step sheds a quarter of it.
      const shed = { normal: 1, throttled: 0.75, prioritized: 0.5, essential: 0.25 }[controller.state]
      queue = Math.max(0, queue + (step < 400 ? 150 : 20) * shed - 100)
      controller.observe(queue, step * 100)
      worst = Math.max(worst, queue)
    }
    expect(worst).toBeLessThan(1_000)
    expect(controller.state).toBe('normal')
    expect(controller.stats().decisions).toBeGreaterThan(2)
  })
})
