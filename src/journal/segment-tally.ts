/** Counts what goes into one file of many, for its entry in the manifest. */
import type { DataFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import { createHash } from 'node:crypto'
import type { JournalItem } from './item.js'
import type { ManifestSegment, StreamCount } from './manifest.js'

/** Stream of a frame and its first and last id, where the caller knows them; one id alone is both. */
export type Describe = (
  frame: DataFrame,
) => { readonly stream: string; readonly id?: string; readonly lastId?: string } | undefined

interface StreamTally {
  frames: number
  firstId: string | undefined
  lastId: string | undefined
}

const MOST_STREAMS = 10_000

export class SegmentTally {
  private readonly sha = createHash('sha256')
  private readonly streams = new Map<string, StreamTally>()
  private first: Micros | null = null
  private last: Micros | null = null

  constructor(private readonly describe: Describe | undefined) {}

  hash(bytes: Uint8Array): void {
    this.sha.update(bytes)
  }

  count(frame: JournalItem): void {
    this.first ??= frame.receivedAt
    this.last = frame.receivedAt
    if (frame.kind !== 'data') return
    const { stream, id, lastId = id } = this.describe?.(frame) ?? { stream: frame.exchange }
    const tally = this.streams.get(stream) ?? { frames: 0, firstId: id, lastId }
    tally.frames++
    tally.firstId ??= id
    if (lastId !== undefined) tally.lastId = lastId
    if (this.streams.size < MOST_STREAMS) this.streams.set(stream, tally)
  }

  /** Once: the checksum cannot be asked for twice. */
  summary(): Omit<ManifestSegment, 'chain' | 'file' | 'bytes' | 'frames'> {
    const streams = [...this.streams].map(([stream, { frames, firstId, lastId }]): [string, StreamCount] => [
      stream,
      firstId === undefined || lastId === undefined ? { frames } : { frames, firstId, lastId },
    ])
    return { first: this.first, last: this.last, streams: Object.fromEntries(streams), sha256: this.sha.digest('hex') }
  }
}
