import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import { JournalSource, type JournalSourceOptions } from '../../src/session/journal-source.js'
import { unpaced } from '../../src/session/pace.js'
import { at, createSession, delta, header, link, OPTIONS, recording, snapshot, trade } from './proof/support.js'

const open = (paths: readonly string[], options: Partial<JournalSourceOptions> = {}): Promise<JournalSource> =>
  JournalSource.open({ ...OPTIONS, paths, pace: unpaced(() => performance.now()), ...options })

async function read(source: JournalSource, onFrame: (frame: Frame) => void = () => undefined): Promise<number[]> {
  const times: number[] = []
  await source.run(
    frame => {
      times.push(frame.receivedAt)
      onFrame(frame)
      return undefined
    },
    () => undefined,
  )
  return times
}

describe('JournalSource', () => {
  const tape = recording('source.jsonl', [
    header(),
    link(0, 'connected'),
    snapshot(0, 10),
    ...Array.from({ length: 9 }, (_, index) => delta(index + 1, index + 11)),
  ])

  it('gives what lies before a window first, and says where the window begins', async () => {
    const source = await open([tape], { from: at(5), to: at(7) })
    const begun: number[] = []
    let seen = 0
    source.onBegin = () => begun.push(seen)
    const times = await read(source, () => seen++)
    expect(times).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7].map(at))
    expect(begun).toEqual([6])
  })

  it('paces only the window', async () => {
    const asked: number[] = []
    const pace = { isDue: (time: number) => asked.push(time) > 0, breathe: () => Promise.resolve(), until: () => Promise.resolve(), stop: () => undefined } // prettier-ignore
    await read(await open([tape], { from: at(8), pace }))
    expect(asked).toEqual([at(8), at(9)])
  })

  it('tells its progress by what was delivered, to the end', async () => {
    const source = await open([tape])
    const shares: number[] = []
    await read(source, () => {
      const { read: bytes, total } = source.progress()
      shares.push(bytes / (total ?? 0))
    })
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect([shares[0]! < 0.2, shares.at(-1)]).toEqual([true, 1])
  })

  it('merges files by time and stops at once when told', async () => {
    const [one, two] = [
      recording('one.jsonl', [trade(1, 1), trade(3, 3)]),
      recording('two.jsonl', [trade(2, 2), trade(4, 4)]),
    ]
    expect(await read(await open([one, two]))).toEqual([1, 2, 3, 4].map(at))
    const source = await open([one, two])
    expect(await read(source, () => void source.stop())).toEqual([at(1)])
  })

  it('gives what a disturbance held back at the end', async () => {
    const held: Frame[] = []
    const source = await open([tape], {
      disturb: items => {
        if (items.length === 0) return held.splice(0)
        held.push(...(items as Frame[]))
        return []
      },
    })
    expect(await read(source)).toHaveLength(11)
  })

  it('finds the same events and the same corrupt lines whether messages are read as they come or by the session', async () => {
    const lines = Array.from({ length: 4_000 }, (_, id) => trade(id / 10, id).replace('}}}', ',"x":"abcdefgh"}}}'))
    const broken = [
      lines[3_000]?.replace('"p":"100"', '"p":"100'),
      lines[3_001]?.replace('"m":true', '"m":tru'),
      lines[3_002]?.replace('abc', 'ab\u0000'),
      lines[3_003]?.replace('abc', 'ab\u00ff'),
    ]
    // JSON, and no message of the exchange.
    const strange = `{"t":${at(399)},"c":"binance","d":{"e":"trade"}}`
    const path = recording('known.jsonl', [])
    writeFileSync(path, [header(), ...lines, ...broken, strange, ''].join('\n'), 'latin1')
    const outcome = async (decoding: 'ahead' | 'later'): Promise<{ known: number; found: unknown }> => {
      const session = createSession()
      const events: unknown[] = []
      session.observer = event => events.push(event)
      const source = await open([path], { decoding })
      let known = 0
      await source.run(
        frame => {
          if (frame.kind === 'data' && frame.known !== undefined) known++
          return session.deliver(frame)
        },
        () => undefined,
      )
      const { frames, decoded, deadLettered } = session.summary('end', 0)
      return { known, found: { events, reports: source.reports(), frames, decoded, deadLettered } }
    }
    const [later, ahead] = [await outcome('later'), await outcome('ahead')]
    expect(ahead.found).toEqual(later.found)
    expect(later.found).toMatchObject({
      frames: 4_001,
      decoded: 4_000,
      deadLettered: 1,
      reports: [{ linesOf: { corrupt: 4 } }],
    })
    expect(later.known).toBe(0)
    expect(ahead.known).toBeGreaterThan(2_000)
  })

  it('refuses no file at all', async () => {
    await expect(open([])).rejects.toThrow(/no file was named/)
  })
})
