import { describe, expect, it } from 'vitest'
import { Paced } from '../../src/feed/paced.js'
import { realTimers } from '../../src/feed/timers.js'
import { VirtualTime } from './virtual-time.js'

const MS = 1_000

/** Reads items as a journal is read, in virtual time; returns when (ms) each passed. */
function read(pace: Paced, time: VirtualTime, times: readonly number[]): { passed: string[]; done: Promise<void> } {
  const passed: string[] = []
  const run = async (): Promise<void> => {
    for (const at of times) {
      while (!pace.isDue(at)) await pace.until(at)
      passed.push(`${String(at / MS)}@${String(Math.round(time.monotonicMs()))}`)
      await pace.breathe()
    }
  }
  return { passed, done: run() }
}

async function advance(time: VirtualTime, ms: number): Promise<void> {
  for (let step = 0; step < ms; step += 10) {
    time.advance(10)
    await new Promise(resolve => setImmediate(resolve))
  }
}

const start = (speed: number | 'max', more: { start?: 'paused' } = {}): { time: VirtualTime; pace: Paced } => {
  const time = new VirtualTime()
  return { time, pace: new Paced({ speed, monotonicMs: time.monotonicMs, timers: time, ...more }) }
}

describe('Paced', () => {
  it('keeps the recording’s own times, divided by the speed, without drift', async () => {
    const { time, pace } = start(10)
    const times = Array.from({ length: 50 }, (_, index) => 5_000 * MS + index * 1_000 * MS)
    const { passed } = read(pace, time, times)
    await advance(time, 6_000)
    expect(passed).toHaveLength(50)
    expect(passed.at(-1)).toBe('54000@4900')
  })

  it('waits for nothing at full speed', async () => {
    const { time, pace } = start('max')
    const { passed, done } = read(pace, time, [0, 3_600_000 * MS, 86_400_000 * MS])
    await done
    expect(passed).toHaveLength(3)
    expect(time.monotonicMs()).toBe(0)
  })

  it('makes up for being behind', async () => {
    const { time, pace } = start(1)
    const { passed } = read(pace, time, [0, 100 * MS, 200 * MS, 1_000 * MS])
    await advance(time, 50)
    time.freeze(500)
    await advance(time, 600)
    expect(passed.map(text => Number(text.split('@')[1]) >= 0)).toEqual([true, true, true, true])
    expect(passed[3]).toBe('1000@1000')
  })

  it('pauses, steps and goes on from where it stood', async () => {
    const { time, pace } = start(1)
    const { passed } = read(pace, time, [0, 100 * MS, 200 * MS, 300 * MS])
    await advance(time, 150)
    pace.pause()
    await advance(time, 1_000)
    expect(passed).toEqual(['0@0', '100@100'])
    pace.step()
    await advance(time, 50)
    expect(passed).toHaveLength(3)
    pace.resume()
    await advance(time, 200)
    expect(passed[3]).toBe('300@1300')
  })

  it('starts paused when told, and changes its speed on the way', async () => {
    const { time, pace } = start(1, { start: 'paused' })
    const { passed } = read(pace, time, [0, 10_000 * MS])
    await advance(time, 100)
    expect(passed).toEqual([])
    pace.resume()
    await advance(time, 100)
    expect(passed).toHaveLength(1)
    pace.setSpeed(100)
    await advance(time, 150)
    expect(passed).toHaveLength(2)
  })

  it('lets the reader come to its end when stopped, paused or not', async () => {
    const pace = new Paced({ speed: 1, monotonicMs: () => performance.now(), timers: realTimers })
    pace.isDue(0)
    const waiting = pace.until(86_400_000 * MS)
    pace.stop()
    await waiting
    expect(pace.isDue(86_400_000 * MS)).toBe(true)
  })

  it.each([0, -1, Number.NaN])('refuses the speed %d', speed => {
    expect(() => start(speed)).toThrow(RangeError)
  })
})
