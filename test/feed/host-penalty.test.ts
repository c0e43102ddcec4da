import { describe, expect, it } from 'vitest'
import { HostPenalties, parseRetryAfter } from '../../src/feed/host-penalty.js'
import { VirtualTime } from './virtual-time.js'

const ROOMY = { count: 10_000, perMs: 1_000 }

describe('HostPenalties', () => {
  it('waits at least the Retry-After, for every connection to that host and no other', () => {
    const time = new VirtualTime()
    const penalties = new HostPenalties(time.monotonicMs, () => 0.5)
    penalties.refused('a', 429, 7_000)
    expect(penalties.waitMs('a')).toBeCloseTo(7_350)
    expect(penalties.reserveConnect('a', ROOMY)).toBeCloseTo(7_350)
    expect(penalties.reserveRequest('a', ROOMY)).toBeCloseTo(7_350)
    expect(penalties.waitMs('b')).toBe(0)
    time.advance(7_351)
    expect(penalties.waitMs('a')).toBe(0)
  })

  it('waits two minutes for a 418 without a header, and longer for each 429 in a row', () => {
    const penalties = new HostPenalties(() => 0, () => 0) // prettier-ignore
    penalties.refused('banned', 418, null)
    expect(penalties.waitMs('banned')).toBe(120_000)
    const waits = Array.from({ length: 10 }, () => {
      penalties.refused('busy', 429, null)
      return penalties.waitMs('busy')
    })
    expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000])
    expect(waits.at(-1)).toBe(300_000)
  })

  it('spreads fifty reconnects so that no second holds more than a fifth of them', () => {
    const penalties = new HostPenalties(() => 0, () => 0) // prettier-ignore
    const delays = Array.from({ length: 50 }, () => penalties.reserveConnect('a', ROOMY))
    const buckets = new Map<number, number>()
    for (const delay of delays) {
      const second = Math.floor(delay / 1_000)
      buckets.set(second, (buckets.get(second) ?? 0) + 1)
    }
    expect(Math.max(...buckets.values())).toBeLessThanOrEqual(10)
    expect(Math.max(...delays)).toBeLessThan(6_000)
  })

  it('keeps to the exchange’s limit of connection attempts', () => {
    const penalties = new HostPenalties(() => 0, () => 0) // prettier-ignore
    const delays = Array.from({ length: 5 }, () => penalties.reserveConnect('a', { count: 3, perMs: 60_000 }))
    expect(delays).toEqual([0, 0, 60_000, 60_000, 120_000])
  })
})

describe('parseRetryAfter', () => {
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Wed, 21 Oct 2015 07:28:10 GMT', 10_000],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
    ['999999999', 604_800_000],
    ['soon', null],
    [undefined, null],
  ])('reads %s as %s ms', (header, expected) => {
    expect(parseRetryAfter(header, Date.UTC(2015, 9, 21, 7, 28))).toBe(expected)
  })
})
