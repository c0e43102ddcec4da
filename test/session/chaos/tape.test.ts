import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stormOf } from '../../../src/session/chaos/storm.js'
import { recordTape } from '../../../src/session/chaos/tape.js'
import { temporaryDirectory } from '../../support/genesis.js'

describe('the tape of a trial', () => {
  it('holds as many messages as the storm wants, evenly spaced, and knows every trade of them', async () => {
    const storm = stormOf(20, 4)
    const path = join(temporaryDirectory('tape'), 'market.jsonl')
    const tape = await recordTape(storm, path)
    const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
    const frames = lines.map(line => JSON.parse(line) as { t: number; d: { e?: string; s: string; t: number } })
    expect(frames).toHaveLength(Math.round(storm.messagesPerSecond * storm.seconds))
    expect(tape.messages).toBe(frames.length)
    const span = (frames.at(-1)!.t - frames[0]!.t) / 1e6
    expect(Math.abs(span - storm.seconds)).toBeLessThan(0.1)
    for (const [symbol, { first, count }] of tape.trades) {
      const ids = frames.filter(({ d }) => d.e === 'trade' && d.s === symbol).map(({ d }) => d.t)
      expect(ids).toEqual(Array.from({ length: count }, (_, index) => first + index))
    }
  })

  it('is the same, byte for byte, for the same seed', async () => {
    const directory = temporaryDirectory('tape')
    const [one, two] = [join(directory, 'one.jsonl'), join(directory, 'two.jsonl')]
    await recordTape(stormOf(5, 9), one)
    await recordTape(stormOf(5, 9), two)
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true)
  })
})
