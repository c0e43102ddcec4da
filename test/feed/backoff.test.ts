import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/feed/backoff.js'

const highest = (): number => 1

describe('Backoff', () => {
  it('comes back within a quarter of a second first, then doubles up to 30 s', () => {
    const backoff = new Backoff({ random: highest })
    const delays = Array.from({ length: 9 }, () => backoff.next())
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  it('draws from the whole range (full jitter) and never leaves it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), draws => {
        let index = 0
        const backoff = new Backoff({ random: () => draws[index++] ?? 0 })
        draws.forEach((draw, failures) => {
          const ceiling = failures === 0 ? 250 : Math.min(30_000, 500 * 2 ** (failures - 1))
          expect(backoff.next()).toBeCloseTo(draw * ceiling, 6)
        })
      }),
    )
  })

  it('grows on a connection that opens and closes at once, however often', () => {
    const backoff = new Backoff({ random: highest })
    for (let time = 0; time < 10; time++) {
      backoff.recovered(100)
      backoff.next()
    }
    backoff.recovered(999)
    expect(backoff.next()).toBe(30_000)
  })

  it('stays under a second after a second of data, and starts afresh after a minute of it', () => {
    const backoff = new Backoff({ random: highest })
    for (let time = 0; time < 10; time++) backoff.next()
    backoff.recovered(1_000)
    expect(backoff.next()).toBe(500)
    backoff.recovered(60_000)
    expect(backoff.next()).toBe(250)
  })
})
