import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/engine/clock.js'
import { virtualTimers } from '../../src/engine/timers.js'

describe('VirtualClock', () => {
  it('fires due timers in due order, ties in the order of scheduling, the clock standing at each due time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (dues, until) => {
          const clock = new VirtualClock()
          const fired: { due: number; order: number; now: number }[] = []
          dues.forEach((due, order) => clock.schedule(due, () => fired.push({ due, order, now: clock.now() })))
          clock.advanceTo(until)
          const expected = dues
            .map((due, order) => ({ due, order, now: due }))
            .filter(({ due }) => due <= until)
            .sort((a, b) => a.due - b.due || a.order - b.order)
          expect(fired).toEqual(expected)
          expect(clock.now()).toBe(until)
          expect(clock.stats().pending).toBe(dues.length - expected.length)
        },
      ),
    )
  })

  it('agrees with a sorted list under any mix of scheduling, cancelling and advancing', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('schedule' as const), value: fc.nat(100) }),
      fc.record({ kind: fc.constant('cancel' as const), value: fc.nat(30) }),
      fc.record({ kind: fc.constant('advance' as const), value: fc.nat(20) }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), actions => {
        const clock = new VirtualClock()
        const fired: number[] = []
        const expected: number[] = []
        const timers: ReturnType<VirtualClock['schedule']>[] = []
        let model: { id: number; due: number }[] = []
        for (const { kind, value } of actions) {
          if (kind === 'schedule') {
            const id = timers.length
            timers.push(clock.schedule(clock.now() + value, () => fired.push(id)))
            model.push({ id, due: clock.now() + value })
          } else if (kind === 'cancel') {
            const waiting = model.some(({ id }) => id === value)
            const timer = timers[value]
            if (timer !== undefined) expect(clock.cancel(timer)).toBe(waiting)
            model = model.filter(({ id }) => id !== value)
          } else {
            const until = clock.now() + value
            const due = model.filter(timer => timer.due <= until).sort((a, b) => a.due - b.due || a.id - b.id)
            expected.push(...due.map(({ id }) => id))
            model = model.filter(timer => timer.due > until)
            clock.advanceTo(until)
          }
        }
        expect(fired).toEqual(expected)
        const { scheduled, cancelled, pending, fired: count } = clock.stats()
        expect(scheduled).toBe(count + cancelled + pending)
      }),
    )
  })

  it("keeps the order where the timer that takes a cancelled one's place belongs further up", () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    const dues = [0, 10, 1, 20, 21, 30, 2, 22, 23, 24, 25, 32, 33, 34, 3]
    const timers = dues.map(due => clock.schedule(due, () => fired.push(due)))
    clock.cancel(timers[7]!)
    clock.advanceTo(50)
    expect(fired).toEqual(dues.filter(due => due !== 22).sort((a, b) => a - b))
  })

  it('fires what is scheduled while firing and due on the way in the same advance, in its place', () => {
    const clock = new VirtualClock()
    const fired: string[] = []
    clock.schedule(10, () => {
      fired.push(`first at ${clock.now()}`)
      clock.schedule(15, () => fired.push(`child at ${clock.now()}`))
      clock.schedule(5, () => fired.push(`overdue at ${clock.now()}`))
      clock.schedule(30, () => fired.push('too late'))
    })
    clock.schedule(20, () => fired.push(`last at ${clock.now()}`))
    clock.advanceTo(25)
    expect(fired).toEqual(['first at 10', 'overdue at 10', 'child at 15', 'last at 20'])
  })

  it('never runs back', () => {
    const clock = new VirtualClock({ start: 100 })
    clock.advanceTo(50)
    expect(clock.now()).toBe(100)
    expect(clock.stats().refusedSteps).toBe(1)
  })

  it('does not fire a timer that another one cancelled at the same time', () => {
    const clock = new VirtualClock()
    const fired: string[] = []
    clock.schedule(1, () => {
      fired.push('first')
      clock.cancel(second)
    })
    const second = clock.schedule(1, () => fired.push('second'))
    clock.advanceTo(1)
    expect(fired).toEqual(['first'])
  })

  it('passes a timer error on and goes on with the rest at the next advance', () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    clock.schedule(1, () => {
      throw new Error('broken timer')
    })
    clock.schedule(2, () => fired.push(clock.now()))
    expect(() => clock.advanceTo(5)).toThrow('broken timer')
    expect(clock.now()).toBe(1)
    clock.advanceTo(5)
    expect(fired).toEqual([2])
    expect(clock.stats()).toMatchObject({ fired: 2, failed: 1, pending: 0 })
  })

  it('ends a timer that renews itself for ever, and refuses more timers than its bound', () => {
    const clock = new VirtualClock({ maxFiresPerInstant: 50, maxTimers: 2 })
    const renew = (): void => void clock.schedule(clock.now(), renew)
    renew()
    expect(() => clock.advanceTo(1)).toThrow(expect.objectContaining({ code: 'clock_stuck' }))
    const full = new VirtualClock({ maxTimers: 1 })
    full.schedule(1, () => undefined)
    expect(() => full.schedule(1, () => undefined)).toThrow(expect.objectContaining({ code: 'clock_full' }))
    expect(() => full.schedule(Number.NaN, () => undefined)).toThrow(expect.objectContaining({ code: 'clock_full' }))
  })

  it('cannot be moved by its own timers', () => {
    const clock = new VirtualClock()
    clock.schedule(1, () => clock.advanceTo(10))
    expect(() => clock.advanceTo(5)).toThrow(expect.objectContaining({ code: 'clock_reentrant' }))
  })
})

describe('virtualTimers', () => {
  it('counts milliseconds on the clock and can be cancelled', () => {
    const clock = new VirtualClock({ start: 1_000_000 })
    const timers = virtualTimers(clock)
    const fired: number[] = []
    timers.schedule(2, () => fired.push(timers.now()))
    timers.schedule(1, () => fired.push(-1))()
    clock.advanceTo(1_001_999)
    expect(fired).toEqual([])
    clock.advanceTo(1_002_000)
    expect(fired).toEqual([1_002_000])
  })
})
