import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { difference, LEARNING, madeFrames, mutated, twins } from './differential.js'
import { recordedFrames } from './recorded-frames.js'

/** `vitest run --mode fuzz test/wire/differential.test.ts` takes its time. */
const isLong = process.env['MODE'] === 'fuzz'
const MUTANTS = isLong ? 1_200_000 : 50_000
const SAMPLES = isLong ? 4_000 : 400

for (const name of LEARNING) {
  describe(name, () => {
    const recordings = recordedFrames(name)
    const frames = [...madeFrames(name), ...recordings.flatMap(recording => spread(recording.frames, SAMPLES))]

    for (const recording of recordings) {
      it(`reads every frame of ${recording.name} as its JSON says`, () => {
        const both = twins(name)
        const differences = recording.frames.map(frame => difference(both, frame)).filter(found => found !== undefined)
        expect(differences.slice(0, 3)).toEqual([])
        expect(both.learning.layouts.stats().givenUp).toBe(0)
      })
    }

    it('reads frames cut at any byte as their JSON says', { timeout: 1_800_000 }, () => {
      const both = twins(name)
      for (const frame of frames) difference(both, frame)
      const differences = spread(frames, isLong ? 400 : 16)
        .filter(frame => frame.length < 1_500)
        .flatMap(frame =>
          Array.from({ length: frame.length }, (_, length) => difference(both, frame.subarray(0, length))),
        )
      expect(differences.filter(found => found !== undefined).slice(0, 3)).toEqual([])
    })

    it('reads mutated frames as their JSON says', { timeout: 1_800_000 }, () => {
      const both = twins(name)
      const random = new Random(`mutants of ${name}`)
      const short = frames.filter(frame => frame.length < 1_500)
      const differences: string[] = []
      for (let count = 0; count < MUTANTS / LEARNING.length && differences.length < 3; count++) {
        const frame = short[random.int(0, short.length - 1)] ?? Buffer.alloc(0)
        // Whole ones in between keep the layouts in use.
        const found = difference(
          both,
          count % 4 === 0 ? frame : mutated(frame, short[random.int(0, short.length - 1)] ?? frame, random),
        )
        if (found !== undefined) differences.push(found)
      }
      expect(differences).toEqual([])
      expect(both.learning.layouts.stats().fast).toBeGreaterThan(0)
      expect(both.learning.layouts.stats().givenUp).toBe(0)
    })
  })
}

/** At most `count` of the frames, from all over them. */
function spread(frames: readonly Buffer[], count: number): Buffer[] {
  const step = Math.max(1, Math.floor(frames.length / count))
  return frames.filter((_, index) => index % step === 0).slice(0, count)
}
