/** Recordings and other files as a source of frames: opened together, merged by time, cut to a window, paced. */
import { statSync } from 'node:fs'
import type { FrameOutcome } from '../engine/boundary.js'
import { EXCHANGES } from '../exchanges/registry.js'
import { mergeJournals } from '../journal/merge.js'
import { openJournal, type JournalReader } from '../journal/reader.js'
import type { JournalReport } from '../journal/report.js'
import type { Decoded, FeedEvent } from '../model/event.js'
import { UsageError } from '../model/errors.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
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

  get formats(): readonly string[] {
    return this.readers.map(reader => reader.format)
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

/** The exchange's own time in a bare frame: the latest time of the events that the exchange's decoder finds in it. */
function exchangeTime(name: string): (data: Buffer) => Micros | undefined {
  const decoder = EXCHANGES.get(name)?.decoder()
  const found: Decoded[] = []
  return data => {
    found.length = 0
    try {
      decoder?.decode(data, 0, found)
    } catch {
      // A frame that cannot be decoded says no time; the boundary will tell why.
      return undefined
    }
    let latest = 0
    for (const item of found) if ('time' in item && item.time > latest) latest = item.time
    return latest === 0 ? undefined : latest
  }
}
