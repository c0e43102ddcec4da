/** Recordings that begin and end while a run lasts, beside the one it may keep of itself. */
import type { JournalItem } from '../journal/item.js'
import { Recorder, type RecorderReport } from '../journal/recorder.js'
import { GenesisError, UsageError } from '../model/errors.js'
import type { BookUpdate, Decoded } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'

export interface SideRecordingsParts {
  readonly now: () => Micros
  readonly streams: () => readonly Stream[]
  /** `frames` as exchanges send them, or the `events` of another process. */
  readonly content: 'frames' | 'events'
  /** Replaces every connection without a break. */
  readonly renewLines: () => void
  /** Has a book's snapshot fetched, where the exchange sends none on the stream. */
  readonly wantSnapshot: (exchange: string, symbol: string, pair: string) => void
}

interface SideRecording {
  readonly id: string
  readonly recorder: Recorder
  readonly began: Micros
  /** Connections whose beginning is on the recording. */
  readonly lines: Set<string>
  /** Books whose changes are on it: each needs a snapshot there. */
  readonly books: Set<string>
  /** Data frames of connections that had begun before. */
  leftOut: number
}

export interface SideRecordingReport extends RecorderReport {
  readonly id: string
  readonly began: Micros
  readonly leftOut: number
}

const MOST = 8

/**
 * A recording that began in the middle of a connection could not be read: channel numbers, snapshots and acknowledgements came
 * before. So every connection is replaced when a recording begins, and it holds the frames of those that began after it. A book that
 * is whole needs no snapshot again, but its recording does: the first change on it has one fetched.
 */
export class SideRecordings {
  readonly #open = new Map<string, SideRecording>()
  #count = 0

  constructor(private readonly parts: SideRecordingsParts) {}

  /** @throws UsageError past the bound, GenesisError where the file cannot be written. */
  async start(path: string): Promise<SideRecordingReport> {
    if (this.#open.size >= MOST) throw new UsageError('too_many_recordings', `${MOST} recordings are open already`)
    const { content } = this.parts
    const began = this.parts.now()
    const streams = this.parts.streams().map(({ exchange, name }) => `${exchange}:${name}`)
    const recorder = await Recorder.open({
      path,
      created: began,
      streams,
      header: content === 'events' ? { content } : {},
    })
    const recording = {
      id: String(++this.#count),
      recorder,
      began,
      lines: new Set<string>(),
      books: new Set<string>(),
      leftOut: 0,
    }
    this.#open.set(recording.id, recording)
    this.parts.renewLines()
    return reportOf(recording)
  }

  /** @throws GenesisError where there is no such recording, or where the disk refused what it was given. */
  async stop(id: string): Promise<SideRecordingReport> {
    const recording = this.#open.get(id)
    if (recording === undefined) throw new UsageError('no_recording', `no recording ${JSON.stringify(id)} is open`)
    this.#open.delete(id)
    await recording.recorder.close()
    const report = reportOf(recording)
    if (report.failure !== undefined) throw new GenesisError('recording_failed', report.failure.message)
    return report
  }

  /** Every frame of the run passes here with what it says, or every event where it gets events. */
  append(frame: JournalItem, found: readonly Decoded[] = []): void {
    for (const recording of this.#open.values()) this.#appendTo(recording, frame, found)
  }

  get areOpen(): boolean {
    return this.#open.size > 0
  }

  reports(): readonly SideRecordingReport[] {
    return [...this.#open.values()].map(reportOf)
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(({ recorder }) => recorder.close()))
  }

  #appendTo(recording: SideRecording, frame: JournalItem, found: readonly Decoded[]): void {
    if (frame.kind === 'data' || frame.kind === 'link') {
      const line = `${frame.exchange}#${frame.line}`
      if (frame.kind === 'link' && frame.state === 'connected') recording.lines.add(line)
      if (!recording.lines.has(line)) {
        if (frame.kind === 'data') recording.leftOut++
        return
      }
    }
    recording.recorder.append(frame)
    for (const item of found)
      if (item.type === 'bookUpdate' && item.kind === 'delta') this.#completeBook(recording, item)
  }

  #completeBook({ books }: SideRecording, { exchange, symbol, pair }: BookUpdate): void {
    const book = `${exchange} ${pair}`
    if (books.has(book)) return
    books.add(book)
    this.parts.wantSnapshot(exchange, symbol, pair)
  }
}

function reportOf({ id, recorder, began, leftOut }: SideRecording): SideRecordingReport {
  return { ...recorder.report(), id, began, leftOut }
}
