import { describe, expect, it } from 'vitest'
import { LagProbe } from '../../src/feed/lag-probe.js'

const [first, second] = [{}, {}]

/** Samples one delay for each stream. */
function sample(probe: LagProbe, ...delays: readonly number[]): number {
  delays.forEach((delay, index) => probe.note(index === 0 ? first : second, delay))
  return probe.take()
}

describe('LagProbe', () => {
  it('sees no lag in a constant delay, however far the clocks are apart', () => {
    const probe = new LagProbe()
    expect([-3_600_000, -3_600_000, -3_599_900].map(delay => sample(probe, delay))).toEqual([0, 0, 0])
  })

  it('sees the growth of the delay beyond what exchanges do themselves', () => {
    const probe = new LagProbe()
    sample(probe, 40)
    expect(sample(probe, 200)).toBe(0)
    expect(sample(probe, 1_290)).toBeGreaterThan(980)
    expect(sample(probe, 40)).toBe(0)
  })

  it('takes the delay of one stream among several for the exchange’s own', () => {
    const probe = new LagProbe()
    sample(probe, 40, 50)
    expect(sample(probe, 5_000, 60)).toBe(0)
    expect(sample(probe, 5_000, 5_000)).toBeGreaterThan(4_500)
  })

  it('gets used to a longer way after a while', () => {
    const probe = new LagProbe()
    sample(probe, 10)
    for (let round = 0; round < 1_500; round++) sample(probe, 1_000)
    expect(sample(probe, 1_000)).toBe(0)
  })

  it('says nothing where nothing came', () => {
    expect(new LagProbe().take()).toBe(0)
  })
})
