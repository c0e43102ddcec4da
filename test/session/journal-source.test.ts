import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import { JournalSource, type JournalSourceOptions } from '../../src/session/journal-source.js'
import { unpaced } from '../../src/session/pace.js'
import { at, delta, header, link, OPTIONS, recording, snapshot, trade } from './proof/support.js'

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

  it('refuses no file at all', async () => {
    await expect(open([])).rejects.toThrow(/no file was named/)
  })
})
