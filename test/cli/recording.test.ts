import { describe, expect, it } from 'vitest'
import { RecordingWatch, refuseFailedRecording } from '../../src/cli/recording.js'
import type { RecorderReport } from '../../src/journal/recorder.js'
import { GenesisError } from '../../src/model/errors.js'
import type { Summary } from '../../src/session/summary.js'

const EMPTY: RecorderReport = {
  path: '/data/btc.jsonl.gz', segments: 1, accepted: 0, written: 0, synced: 0, failed: 0, bytes: 0, rawBytes: 0, backlog: 0, refused: 0,
  failure: undefined,
} // prettier-ignore

interface Setup {
  readonly watch: RecordingWatch
  readonly notes: string[]
  readonly at: (ms: number, report: Partial<RecorderReport>) => Promise<readonly string[]>
}

function setUp(free: number | Error): Setup {
  const notes: string[] = []
  let report = EMPTY
  let now = 0
  const watch = new RecordingWatch({
    recorder: { report: () => report },
    note: text => notes.push(text),
    free: () => (free instanceof Error ? Promise.reject(free) : Promise.resolve(free)),
    nowMs: () => now,
  })
  const at = async (ms: number, next: Partial<RecorderReport>): Promise<readonly string[]> => {
    now = ms
    report = { ...EMPTY, ...next }
    watch.refresh()
    await new Promise(resolve => setImmediate(resolve))
    return watch.lines()
  }
  return { watch, notes, at }
}

describe('RecordingWatch', () => {
  it('tells rates, packing, what is not yet written and what is free', async () => {
    const { at, notes } = setUp(50e9)
    await at(0, {})
    const lines = await at(2_000, {
      accepted: 4_000,
      written: 3_900,
      synced: 3_000,
      bytes: 2e6,
      rawBytes: 14e6,
      backlog: 25_000,
    })
    expect(lines).toEqual([
      '/data/btc.jsonl.gz: 4,000 lines, 3,000 synced, 2.0 MB',
      '  2,000 frames/s · 1.0 MB/s · packed 7.0× · 100 lines (25.0 kB) not yet written · 50.0 GB free, lasts 13h53m',
    ])
    expect(notes).toEqual([])
  })

  it('warns once when the disk will be full in ten minutes', async () => {
    const { at, notes } = setUp(500e6)
    await at(0, {})
    await at(2_000, { bytes: 2e6 })
    await at(4_000, { bytes: 4e6 })
    await at(6_000, { bytes: 6e6 })
    expect(notes).toEqual(['500.0 MB left on the disk: at the present rate it is full in 8m20s'])
  })

  it('tells of a failed disk once, in the line as well, and lives with a disk that tells nothing', async () => {
    const { at, notes } = setUp(new Error('no statfs here'))
    const failure = new GenesisError('disk_full', '/data/btc.jsonl.gz: cannot write to it: no space left (ENOSPC)')
    await at(0, {})
    await at(100, { failure, refused: 3 })
    const lines = await at(200, { failure, refused: 9 })
    expect(notes).toEqual([`RECORDING HAS STOPPED: ${failure.message}`])
    expect(lines).toEqual([`/data/btc.jsonl.gz: 0 lines, 0 synced, 0 B · 9 refused · ${failure.message}`])
  })
})

describe('refuseFailedRecording', () => {
  const summary = (failure: string | null): Summary =>
    ({ recording: { path: 'a.jsonl', accepted: 10, written: 8, refused: 5, failure } }) as unknown as Summary

  it('makes a failed recording the failure of the run, with what is lost', () => {
    expect(() => refuseFailedRecording(summary('a.jsonl: disk full'))).toThrow(
      /disk full; 7 frames are not in the recording/,
    )
    expect(() => refuseFailedRecording(summary(null))).not.toThrow()
    expect(() => refuseFailedRecording({} as Summary)).not.toThrow()
  })
})
