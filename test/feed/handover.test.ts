/** When a connection of limited life is replaced (N19), by the clock alone; how it is replaced is in `make-before-break.test.ts`. */
import { describe, expect, it } from 'vitest'
import { Handover } from '../../src/feed/handover.js'
import type { Line } from '../../src/feed/line.js'
import type { LineSet } from '../../src/feed/line-set.js'
import { VirtualTime } from './virtual-time.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function lineLiving(connectionLifeMs: number | null): Line {
  return { parts: { exchange: { limits: { connectionLifeMs } } }, stopped: false } as unknown as Line
}

/** When replacements are opened for these lines, in minutes, within two days. */
function replacedAt(lines: readonly Line[], random: () => number): number[] {
  const time = new VirtualTime()
  const opened: number[] = []
  const double = (): Line => {
    opened.push(time.monotonicMs() / MINUTE)
    return lineLiving(null)
  }
  const handover = new Handover({
    lines: { double } as unknown as LineSet,
    timers: time,
    monotonicMs: time.monotonicMs,
    random,
    enabled: true,
    events: { over: () => undefined },
  })
  for (const line of lines) handover.opened(line)
  time.advance(DAY)
  handover.stop()
  expect(time.waiting).toBe(0)
  return opened
}

describe('N19 a connection that the exchange closes after a day', () => {
  it('is replaced ten minutes before, five more or less, so that lines do not change together', () => {
    const randoms = [0, 0.5, 0.999]
    const at = replacedAt(randoms.map(() => lineLiving(DAY)), () => randoms.pop() ?? 0).map(Math.round) // prettier-ignore
    expect(at).toEqual([24 * 60 - 15, 24 * 60 - 10, 24 * 60 - 5])
  })

  it('is replaced within its last sixth where its life is short, and never where it has no end', () => {
    expect(replacedAt([lineLiving(10 * MINUTE)], () => 0.5)).toEqual([9])
    expect(replacedAt([lineLiving(null)], () => 0.5)).toEqual([])
  })
})
