import { describe, expect, it } from 'vitest'
import { genesisDecoder, exchangeOf, type Rival } from '../../bench/decode.js'
import { makeFrames, type FrameKind } from '../../bench/frames.js'
import { mapByHand } from '../../bench/rivals/hand-map.js'
import { tardisDecoder } from '../../bench/rivals/tardis.js'
import { findExchange } from '../../src/exchanges/registry.js'
import { LearningDecoder } from '../../src/wire/layout.js'

/** Bytes that a decoded frame may leave to the collector: the event with its numbers and its id, and levels of a hundred bytes each. */
const ALLOWANCE: Readonly<Record<FrameKind, number>> = {
  'binance trade': 700,
  'binance aggTrade': 700,
  'binance bookTicker': 700,
  'binance depth': 2_500,
  'coinbase match': 700,
  'coinbase l2update': 1_500,
}

for (const kind of Object.keys(ALLOWANCE) as FrameKind[]) {
  describe(kind, () => {
    const frames = makeFrames(kind, 1_000)

    it('gives what the rivals give', () => {
      const ours = frames.map(genesisDecoder(exchangeOf(kind)).found)
      expect(ours.flat()).toHaveLength(frames.length)
      expect(frames.map(mapByHand(kind).found)).toEqual(ours)
      // The only mapper of tardis-dev for trades takes no aggregated ones.
      if (kind !== 'binance aggTrade') expect(frames.map(tardisDecoder(kind).found)).toEqual(ours)
    })

    it('reads all but the first frames from their bytes', () => {
      const decoder = findExchange(exchangeOf(kind)).decoder()
      if (!(decoder instanceof LearningDecoder)) throw new Error('it does not learn')
      const before = decoder.layouts.stats().general
      for (const frame of frames) decoder.decode(frame, 1, [])
      expect(decoder.layouts.stats().general - before).toBeLessThanOrEqual(8)
    })

    it('allocates little more than the event', () => {
      expect(bytesPerFrame(genesisDecoder(exchangeOf(kind)), frames)).toBeLessThan(ALLOWANCE[kind])
    })
  })
}

/** The median over short runs, in most of which nothing is collected. */
function bytesPerFrame(rival: Rival, frames: readonly Buffer[]): number {
  for (let warm = 0; warm < 40; warm++) for (const frame of frames) rival.decode(frame)
  const rates = Array.from({ length: 101 }, (_, run) => {
    const part = frames.slice((run % 10) * 100, (run % 10) * 100 + 100)
    const before = process.memoryUsage().heapUsed
    for (const frame of part) rival.decode(frame)
    return (process.memoryUsage().heapUsed - before) / part.length
  })
  return rates.sort((a, b) => a - b)[50] ?? Number.NaN
}
