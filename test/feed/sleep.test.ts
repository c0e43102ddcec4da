import { afterEach, describe, expect, it, vi } from 'vitest'
import { RealClock } from '../../src/feed/real-clock.js'

const HOUR_MS = 3_600_000
const boot = { seconds: 1_000 }
vi.mock('node:os', async original => ({ ...(await original<object>()), uptime: () => boot.seconds }))

afterEach(() => vi.useRealTimers())

describe('the clock of this machine', () => {
  it('goes on by the time that the machine slept', () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    const clock = new RealClock()
    const before = clock.now()
    vi.setSystemTime(Date.now() + HOUR_MS)
    boot.seconds += HOUR_MS / 1_000 + 1
    vi.advanceTimersByTime(1_000)
    expect((clock.now() - before) / 1_000).toBeCloseTo(HOUR_MS + 1_000, 0)
    expect(Math.abs(clock.offsetMicros())).toBeLessThan(2_000)
  })
})
