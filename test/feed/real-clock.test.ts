import { describe, expect, it } from 'vitest'
import { RealClock } from '../../src/feed/real-clock.js'
import { realTimers, repeat } from '../../src/feed/timers.js'

const START_MS = 1_700_000_000_000

interface FakeTime {
  readonly clock: RealClock
  readonly pass: (ms: number) => void
  /** Of the wall clock alone. */
  readonly step: (ms: number) => void
  /** The monotonic clock stands still. */
  readonly sleep: (ms: number) => void
}

function fake(): FakeTime {
  let wall = START_MS
  let monotonic = 500
  let boot = 9_000
  const clock = new RealClock({ wallMs: () => wall, monotonicMs: () => monotonic, bootMs: () => boot })
  const pass = (ms: number): void => {
    wall += ms
    monotonic += ms
    boot += ms
  }
  const sleep = (ms: number): void => {
    wall += ms
    boot += ms
  }
  return { clock, pass, sleep, step: ms => (wall += ms) }
}

describe('RealClock', () => {
  it('counts microseconds from the wall time at its start', () => {
    const { clock, pass } = fake()
    expect(clock.now()).toBe(START_MS * 1_000)
    pass(1.5)
    expect(clock.now()).toBe(START_MS * 1_000 + 1_500)
  })

  it.each([-3_600_000, 86_400_000])('neither jumps nor turns back when the wall clock steps by %d ms', stepMs => {
    const { clock, pass, step } = fake()
    let last = clock.now()
    step(stepMs)
    for (let second = 0; second < 60; second++) {
      pass(1_000)
      const now = clock.now()
      expect(now - last).toBeGreaterThanOrEqual(999_500)
      expect(now - last).toBeLessThanOrEqual(1_000_500)
      last = now
    }
    expect(Math.abs(clock.offsetMicros() - stepMs * 1_000)).toBeLessThan(40_000)
  })

  it('works off a small difference slowly', () => {
    const { clock, pass, step } = fake()
    step(10)
    for (let second = 0; second < 120; second++) {
      pass(1_000)
      clock.now()
    }
    expect(Math.abs(clock.offsetMicros())).toBeLessThanOrEqual(1_500)
  })

  it('follows a machine that slept, where the time since boot shows it', () => {
    const { clock, pass, sleep } = fake()
    sleep(8 * 3_600_000)
    pass(1_000)
    clock.now()
    pass(1_000)
    expect(clock.now()).toBe((START_MS + 8 * 3_600_000 + 2_000) * 1_000)
  })

  it('agrees with the system and never runs back', () => {
    const clock = new RealClock()
    let last = 0
    for (let reading = 0; reading < 10_000; reading++) {
      const now = clock.now()
      expect(now).toBeGreaterThanOrEqual(last)
      last = now
    }
    expect(Number.isInteger(last)).toBe(true)
    expect(Math.abs(last / 1_000 - Date.now())).toBeLessThan(1_000)
  })
})

describe('realTimers', () => {
  it('does not fire a timer of 30 days at once', async () => {
    let fired = false
    const cancel = realTimers.after(30 * 86_400_000, () => (fired = true))
    await new Promise(resolve => setTimeout(resolve, 20))
    cancel()
    expect(fired).toBe(false)
  })

  it('repeats until cancelled, also from within', async () => {
    let runs = 0
    await new Promise<void>(resolve => {
      const cancel = repeat(realTimers, 1, () => {
        if (++runs < 3) return
        cancel()
        resolve()
      })
    })
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(runs).toBe(3)
  })
})
