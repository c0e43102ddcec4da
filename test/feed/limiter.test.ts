import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SendQueue, WindowLimiter } from '../../src/feed/limiter.js'
import { VirtualTime } from './virtual-time.js'

describe('WindowLimiter', () => {
  it('never lets more than the count into any window, however requests come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }),
        (count, perMs, pauses) => {
          const time = new VirtualTime()
          const limiter = new WindowLimiter({ count, perMs }, time.monotonicMs)
          const slots = pauses.map(pause => {
            time.advance(pause)
            return time.monotonicMs() + limiter.reserve()
          })
          slots.forEach((slot, index) => {
            const within = slots.filter((other, place) => place >= index && other < slot + perMs - 1e-6)
            expect(within.length).toBeLessThanOrEqual(count)
          })
        },
      ),
    )
  })

  it('keeps a fifth below what the exchange allows', () => {
    const limiter = WindowLimiter.below({ count: 5, perMs: 1_000 }, () => 0)
    expect([1, 2, 3, 4].map(() => limiter.reserve())).toEqual([0, 0, 0, 0])
    expect(limiter.reserve()).toBe(1_000)
  })
})

describe('SendQueue', () => {
  it('sends in order, at the limit, and forgets the rest when the connection is gone', () => {
    const time = new VirtualTime()
    const sent: string[] = []
    const queue = new SendQueue(new WindowLimiter({ count: 2, perMs: 1_000 }, time.monotonicMs), time, text =>
      sent.push(`${String(time.monotonicMs())} ${text}`),
    )
    for (const text of ['a', 'b', 'c', 'd', 'e']) queue.push(text)
    expect(sent).toEqual(['0 a', '0 b'])
    time.advance(1_000)
    expect(sent).toEqual(['0 a', '0 b', '1000 c', '1000 d'])
    queue.clear()
    time.advance(5_000)
    expect(sent).toHaveLength(4)
    expect(time.waiting).toBe(0)
  })

  it('takes no more than ten thousand', () => {
    const time = new VirtualTime()
    const queue = new SendQueue(new WindowLimiter({ count: 1, perMs: 1_000 }, time.monotonicMs), time, () => undefined)
    const taken = Array.from({ length: 10_010 }, () => queue.push('x'))
    expect(taken.filter(Boolean)).toHaveLength(10_001)
    queue.clear()
  })

  it('makes messages wait for a ping that could not', () => {
    const time = new VirtualTime()
    const sent: string[] = []
    const queue = new SendQueue(new WindowLimiter({ count: 1, perMs: 500 }, time.monotonicMs), time, text =>
      sent.push(text),
    )
    queue.charge()
    queue.push('a')
    expect(sent).toEqual([])
    time.advance(500)
    expect(sent).toEqual(['a'])
  })
})
