import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { FailureDetector } from '../../src/feed/failure-detector.js'

const MS = 1_000

/** Feeds gaps (ms), observed every 250 ms as the monitor does, and returns the time of the last arrival. */
function teach(detector: FailureDetector, gapsMs: readonly number[], from = 0): number {
  let at = from
  detector.arrived(at)
  for (const gap of gapsMs) detector.arrived((at += gap * MS))
  return at
}

const steady = (gapMs: number, count = 100): number[] => Array.from({ length: count }, () => gapMs)

describe('FailureDetector', () => {
  it('judges nothing before it knows the rhythm', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(100, 19))
    expect(detector.health(at + 3_600_000 * MS)).toBe('live')
    expect(detector.phi(at + 3_600_000 * MS)).toBe(0)
  })

  it('suspects a stream that brought much in a short time, before its rhythm is known', () => {
    const detector = new FailureDetector()
    const last = 4 * 250 * MS
    for (let at = 0; at <= last; at += 250 * MS) detector.arrived(at, 25)
    const states = [900, 4_900, 5_000].map(ms => detector.health(last + ms * MS))
    expect(states).toEqual(['live', 'quiet', 'suspect'])
    detector.acquit(last + 5_000 * MS)
    expect(detector.health(last + 7_000 * MS)).toBe('quiet')
    expect(detector.health(last + 8_000 * MS)).toBe('suspect')
  })

  it('is not taken in by what a subscription begins with', () => {
    const detector = new FailureDetector()
    detector.arrived(0, 1_000)
    detector.arrived(250 * MS, 1)
    expect(detector.health(3_600_000 * MS)).toBe('live')
  })

  it('knows a torrent from its first moment', () => {
    const detector = new FailureDetector()
    detector.arrived(0, 3_000)
    expect([4_900, 5_000].map(ms => detector.health(ms * MS))).toEqual(['quiet', 'suspect'])
  })

  it('suspects a busy stream within three seconds, by way of quiet', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(250))
    const states = [500, 1_200, 2_000, 3_000].map(ms => detector.health(at + ms * MS))
    expect(states).toEqual(['live', 'quiet', 'quiet', 'suspect'])
  })

  it('does not mistake a quiet market: a minute’s silence is nothing where minutes are the rhythm', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(60_000))
    expect(detector.health(at + 59_000 * MS)).toBe('live')
    expect(detector.health(at + 85_000 * MS)).toBe('quiet')
    expect(detector.health(at + 20 * 60_000 * MS)).toBe('suspect')
  })

  it('raises few suspicions on an irregular market with bursts and pauses', () => {
    const random = new Random(7)
    const detector = new FailureDetector()
    let at = 0
    let suspicions = 0
    detector.arrived(at)
    for (let index = 0; index < 20_000; index++) {
      // Log-normal pauses, median 0.7 s, one in a hundred above 7 s.
      const end = at + Math.exp(random.normal(Math.log(700), 1)) * MS
      if (index > 200 && detector.health(end - 1) === 'suspect') suspicions++
      detector.arrived((at = end))
    }
    expect(suspicions).toBeLessThan(40)
  })

  it('does not suspect a silence that was proven innocent, but one well beyond it', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(250))
    expect(detector.health(at + 4_000 * MS)).toBe('suspect')
    detector.acquit(at + 4_000 * MS)
    expect(detector.health(at + 4_100 * MS)).toBe('quiet')
    expect(detector.health(at + 7_000 * MS)).toBe('suspect')
  })

  it('is stale once condemned, and live again with the next data', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(250))
    detector.condemn()
    expect(detector.health(at)).toBe('stale')
    detector.arrived(at + 5_000 * MS)
    expect(detector.health(at + 5_000 * MS)).toBe('live')
  })

  it('counts silence from where the observer itself woke up', () => {
    const detector = new FailureDetector()
    const at = teach(detector, steady(250))
    detector.excuse(at + 60_000 * MS)
    expect(detector.health(at + 60_500 * MS)).toBe('live')
    expect(detector.silenceMs(at + 60_500 * MS)).toBe(500)
  })

  it('becomes more suspicious the longer the silence lasts', () => {
    const detector = new FailureDetector()
    const at = teach(detector, [...steady(200, 50), ...steady(400, 50)])
    const phis = [500, 1_000, 2_000, 5_000, 60_000, 86_400_000].map(ms => detector.phi(at + ms * MS))
    expect(phis).toEqual([...phis].sort((a, b) => a - b))
    expect(phis.every(Number.isFinite)).toBe(true)
  })

  it('tells what it has learned', () => {
    const detector = new FailureDetector()
    expect(detector.stats()).toEqual({ gaps: 0, typicalGapMs: null, longestMs: 0 })
    teach(detector, [...steady(100, 40), 900])
    expect(detector.stats()).toEqual({ gaps: 41, typicalGapMs: 106, longestMs: 900 })
  })

  it('forgets a rhythm that has changed', () => {
    const detector = new FailureDetector()
    const slow = teach(detector, steady(10_000))
    expect(detector.health(slow + 5_000 * MS)).toBe('live')
    const busy = teach(detector, steady(250, 200), slow)
    expect(detector.health(busy + 5_000 * MS)).toBe('suspect')
  })
})
