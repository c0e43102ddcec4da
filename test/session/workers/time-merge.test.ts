/** Several sources into one order, whatever the moments at which they deliver. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeMerge } from '../../../src/session/workers/time-merge.js'

const drained = (merge: TimeMerge<string>): string[] => {
  const out: string[] = []
  for (let item = merge.next(); item !== undefined; item = merge.next()) out.push(item)
  return out
}

describe('a merge by time', () => {
  it('gives the same order however the sources interleave', () => {
    const source = fc.array(fc.nat(20), { maxLength: 40 }).map(times => [...times].sort((a, b) => a - b))
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat(3)), (sources, choices) => {
        const merge = new TimeMerge<string>(sources.length)
        const expected = sources
          .flatMap((times, place) => times.map((time, index) => ({ time, place, index })))
          .sort((a, b) => a.time - b.time || a.place - b.place || a.index - b.index)
          .map(({ place, index }) => `${place}.${index}`)
        const sent = sources.map(() => 0)
        const got: string[] = []
        for (const choice of choices) {
          const open = sources.flatMap((times, place) => ((sent[place] ?? 0) < times.length ? [place] : []))
          const place = open[choice % open.length]
          if (place === undefined) break
          const index = sent[place] ?? 0
          merge.add(place, `${place}.${index}`, sources[place]?.[index] ?? 0)
          sent[place] = index + 1
          got.push(...drained(merge))
        }
        sources.forEach((_, place) => merge.close(place))
        got.push(...drained(merge))
        expect(got).toEqual(expected)
      }),
    ) // prettier-ignore
  })

  it('waits for a source that may still bring something earlier, and names it', () => {
    const merge = new TimeMerge<string>(2)
    merge.add(1, 'late', 10)
    expect([merge.next(), merge.behind()]).toEqual([undefined, [0]])
    merge.mark(0, 9)
    expect(merge.next()).toBeUndefined()
    // At one time the first source has precedence.
    merge.mark(0, 10)
    expect(merge.next()).toBeUndefined()
    merge.mark(0, 11)
    expect([merge.behind(), merge.next(), merge.behind()]).toEqual([[], 'late', []])
  })

  it('does not wait for one that has ended, until it goes on', () => {
    const merge = new TimeMerge<string>(2)
    merge.close(0)
    merge.add(1, 'a', 10)
    expect(merge.next()).toBe('a')
    merge.reopen(0, 10)
    merge.add(1, 'b', 20)
    expect([merge.next(), merge.behind()]).toEqual([undefined, [0]])
  })

  it('keeps the order of a source whose clock runs back', () => {
    const merge = new TimeMerge<string>(1)
    merge.add(0, 'a', 10)
    merge.add(0, 'b', 5)
    expect(drained(merge)).toEqual(['a', 'b'])
  })
})
