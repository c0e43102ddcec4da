/** Recordings and other files as a source of frames: opened together, merged by time, cut to a window, paced. */
import type { FrameOutcome } from '../engine/boundary.js'
import type { FileSystem } from '../journal/file-system.js'
import { plainInstrument } from '../journal/instrument.js'
import type { JournalItem } from '../journal/item.js'
import type { KnownReader } from '../journal/known-frame.js'
import { mergeJournals } from '../journal/merge.js'
import {
  openJournal,
  type JournalOptions,
  type JournalReader,
  type Place,
  type ReadProgress,
} from '../journal/reader.js'
import type { JournalReport } from '../journal/report.js'
import type { Instrument } from '../model/instrument.js'
import type { FeedEvent } from '../model/event.js'
import { UsageError } from '../model/errors.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import { EXCHANGES } from '../exchanges/registry.js'
import type { Paced } from '../feed/paced.js'
import { exchangeTime } from './exchange-time.js'
import { KnownMessages } from './known-messages.js'
import { connectionsBefore } from './proof/connections-before.js'
import type { Quarantine } from './proof/quarantine.js'
import { restFrame } from './proof/rest-frame.js'
import type { RunSource } from './run.js'

export interface JournalSourceOptions {
  readonly paths: readonly string[]
  /** Of files that do not say it. */
  readonly exchange: string
  /** What is received before this is folded in silence, as far back as the connections that were open then. */
  readonly from?: Micros
  readonly to?: Micros
  /** Where a session that took over a checkpoint begins to read which file, instead of where the connections began. */
  readonly beginAt?: ReadonlyMap<string, Place>
  /** Who reads: an index that the same program wrote beside a recording is used. */
  readonly software?: string
  readonly pace: Pick<Paced, 'isDue' | 'until' | 'breathe' | 'stop'>
  readonly onCorrupt: 'stop' | 'skip' | 'quarantine'
  /** Where corrupt lines go with `quarantine`. */
  readonly quarantine?: Quarantine
  readonly stdin: AsyncIterable<Uint8Array>
  /** Default: the real one. */
  readonly files?: FileSystem
  /** What tables do not say themselves. */
  readonly symbol?: string
  readonly interval?: string
  readonly columns?: readonly string[]
  /** Changes what was received before anyone sees it. */
  readonly disturb?: (items: readonly JournalItem[]) => readonly JournalItem[]
  /** `later` where the session's decoders are not to be spared: frames then say nothing of what is in them. Default `ahead`. */
  readonly decoding?: 'ahead' | 'later'
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
  /** Called before the first item at or after `from`, where there is one. */
  onBegin: () => void = () => undefined
  #stopped = false
  /** Resolves when whoever cannot keep up has caught up; null where nobody is behind. */
  hold: () => Promise<void> | null = () => null
  /** Bytes read before the present batch, and how much of that batch was delivered. */
  #readBefore = 0
  #delivered = 0
  #batchSize = 1

  private constructor(
    private readonly readers: readonly JournalReader[],
    private readonly options: JournalSourceOptions,
  ) {}

  /** @throws UsageError or GenesisError naming the file and what is wrong with it. */
  static async open(options: JournalSourceOptions): Promise<JournalSource> {
    if (options.paths.length === 0) throw new UsageError('no_file', 'no file was named')
    const readers: JournalReader[] = []
    try {
      const { disturb, decoding = disturb === undefined ? 'ahead' : 'later' } = options
      const known = decoding === 'ahead' ? new KnownMessages() : undefined
      for (const path of options.paths) readers.push(await openWindow(path, options, known))
    } catch (error) {
      for (const reader of readers) await reader.close()
      throw error
    }
    return new JournalSource(readers, options)
  }

  async run(
    deliver: (frame: Frame) => FrameOutcome | undefined,
    deliverEvent: (event: FeedEvent) => void,
  ): Promise<void> {
    const { from = Number.NEGATIVE_INFINITY, pace } = this.options
    let begun = false
    for await (const batch of this.batches()) {
      this.#delivered = 0
      this.#batchSize = Math.max(1, batch.length)
      for (const item of batch) {
        if (this.#stopped) return
        this.#delivered++
        if (!begun && item.receivedAt >= from) {
          begun = true
          this.onBegin()
        }
        if (begun) while (!pace.isDue(item.receivedAt)) await pace.until(item.receivedAt)
        if (item.kind === 'event') deliverEvent(item.event)
        else deliver(item)
      }
      this.#readBefore = this.#bytesRead()
      await pace.breathe()
      await this.hold()
    }
  }

  /** Everything in order, without pace, also what lies before `from`; for readers that pull. */
  async *batches(): AsyncGenerator<readonly JournalItem[]> {
    const { disturb } = this.options
    for await (const batch of mergeJournals(this.readers)) yield disturb === undefined ? batch : disturb(batch)
    // What a disturbance held back comes at last.
    if (disturb !== undefined) yield disturb([])
  }

  stop(): Promise<void> {
    this.#stopped = true
    this.options.pace.stop()
    return Promise.resolve()
  }

  /**
   * Bytes of the files, packed or not, as far as what is in them was delivered: a block is read at once and may take long to pass.
   * The total is null where it cannot be known, as for pipes.
   */
  progress(): ReadProgress {
    const totals = this.readers.map(reader => reader.progress().total)
    const known = totals.filter(total => total !== null)
    const share = this.#delivered / this.#batchSize
    return {
      read: Math.round(this.#readBefore + (this.#bytesRead() - this.#readBefore) * share),
      total: known.length < totals.length ? null : known.reduce((sum, total) => sum + total, 0),
    }
  }

  #bytesRead(): number {
    return this.readers.reduce((sum, reader) => sum + reader.progress().read, 0)
  }

  /** null where corrupt lines are not kept. */
  get quarantine(): Quarantine | null {
    return this.options.quarantine ?? null
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

/** What a file is asked of: which part of it, and what it does not say itself. */
export type WindowOptions = Omit<JournalSourceOptions, 'pace' | 'disturb' | 'decoding' | 'paths'>

/** Opens a file where the connections that were open at `from` began, to be read up to `to`. */
export async function openWindow(path: string, options: WindowOptions, known?: KnownReader): Promise<JournalReader> {
  const { from, to } = options
  const beginAt = options.beginAt?.get(path)
  const plain = journalOptions(options)
  const isPlaced = from === undefined || path === '-' || beginAt !== undefined
  const begins = isPlaced ? undefined : await connectionsBefore(path, from, plain)
  return openJournal(path, {
    ...plain,
    ...(beginAt === undefined ? {} : { beginAt }),
    ...(begins === undefined ? {} : { from: begins }),
    ...(to === undefined ? {} : { to }),
    ...(known === undefined ? {} : { known }),
  })
}

/** How files are opened whatever is done with them. */
export function journalOptions(options: WindowOptions): JournalOptions {
  const { exchange, onCorrupt, stdin, quarantine, symbol, interval, columns, files } = options
  return {
    ...(files === undefined ? {} : { files }),
    exchange,
    onCorrupt,
    stdin,
    timeOf: exchangeTime(exchange),
    restFrame: restFrame(exchange),
    instrumentOf: knownInstrument,
    ...(quarantine === undefined ? {} : { quarantine: bytes => quarantine.keep(bytes) }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(interval === undefined ? {} : { interval }),
    ...(columns === undefined ? {} : { columns }),
  }
}

/** The instrument behind a table's symbol as the exchange itself spells it; where the exchange is none of ours, as far as the name tells. */
function knownInstrument(exchange: string, symbol: string): Instrument {
  return EXCHANGES.get(exchange)?.instrument(symbol) ?? plainInstrument(exchange, symbol)
}
