/** Recordings and other files as a source of frames: opened together, merged by time, cut to a window, paced. */
import { statSync } from 'node:fs'
import type { FrameOutcome } from '../engine/boundary.js'
import { mergeJournals } from '../journal/merge.js'
import { openJournal, type JournalReader } from '../journal/reader.js'
import type { JournalReport } from '../journal/report.js'
import type { FeedEvent } from '../model/event.js'
import { UsageError } from '../model/errors.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import { exchangeTime } from './exchange-time.js'
import type { Pace } from './pace.js'
import type { RunSource } from './run.js'

export interface JournalSourceOptions {
  readonly paths: readonly string[]
  /** Of files that do not say it. */
  readonly exchange: string
  readonly from?: Micros
  readonly to?: Micros
  readonly pace: Pace
  readonly onCorrupt: 'stop' | 'skip' | 'quarantine'
  readonly quarantine?: (bytes: Buffer) => void
  readonly stdin: AsyncIterable<Uint8Array>
}

export interface FileAccount {
  readonly path: string
  /** Unpacked. */
  readonly bytes: number
  readonly lines: number
  /** Frames and events given out. */
  readonly items: number
  readonly corrupt: number
  /** Bytes of a last line that was cut off. */
  readonly torn: number
}

export class JournalSource implements RunSource {
  #stopped = false

  private constructor(
    private readonly readers: readonly JournalReader[],
    private readonly options: JournalSourceOptions,
    private readonly total: number | null,
  ) {}

  /** @throws UsageError or GenesisError naming the file and what is wrong with it. */
  static async open(options: JournalSourceOptions): Promise<JournalSource> {
    if (options.paths.length === 0) throw new UsageError('no_file', 'no file was named')
    const readers: JournalReader[] = []
    try {
      for (const path of options.paths) readers.push(await openOne(path, options))
    } catch (error) {
      for (const reader of readers) await reader.close()
      throw error
    }
    return new JournalSource(readers, options, totalSize(options.paths, readers))
  }

  async run(
    deliver: (frame: Frame) => FrameOutcome | undefined,
    deliverEvent: (event: FeedEvent) => void,
  ): Promise<void> {
    const { from = -Infinity, to = Infinity, pace } = this.options
    for await (const batch of mergeJournals(this.readers)) {
      for (const item of batch) {
        if (this.#stopped) return
        if (item.receivedAt < from) continue
        if (item.receivedAt > to) return
        while (!pace.isDue(item.receivedAt)) await pace.until(item.receivedAt)
        if (item.kind === 'event') deliverEvent(item.event)
        else deliver(item)
      }
      await pace.breathe()
    }
  }

  stop(): Promise<void> {
    this.#stopped = true
    this.options.pace.stop()
    return Promise.resolve()
  }

  /** Bytes read of bytes in all; the total is null where it cannot be known, as for packed files and pipes. */
  progress(): { readonly read: number; readonly total: number | null } {
    const read = this.readers.reduce((sum, reader) => sum + reader.report().bytes, 0)
    return { read, total: this.total }
  }

  reports(): readonly JournalReport[] {
    return this.readers.map(reader => reader.report())
  }

  /** What was read of each file, for the summary. */
  accounts(): readonly FileAccount[] {
    return this.reports().map(({ path, bytes, lines, items, linesOf, torn }) => {
      return { path, bytes, lines, items, corrupt: linesOf.corrupt, torn: torn?.length ?? 0 }
    })
  }

  /** False where a file holds bare frames, which do not say when they were received: latency cannot be told from them. */
  get tellsReceiveTimes(): boolean {
    return this.readers.every(reader => reader.format !== 'bare')
  }
}

function totalSize(paths: readonly string[], readers: readonly JournalReader[]): number | null {
  if (readers.some(reader => reader.packing !== 'plain') || paths.includes('-')) return null
  return paths.reduce((sum, path) => sum + statSync(path).size, 0)
}

async function openOne(path: string, options: JournalSourceOptions): Promise<JournalReader> {
  return openJournal(path, {
    exchange: options.exchange,
    onCorrupt: options.onCorrupt,
    stdin: options.stdin,
    timeOf: exchangeTime(options.exchange),
    ...(options.quarantine === undefined ? {} : { quarantine: options.quarantine }),
  })
}
