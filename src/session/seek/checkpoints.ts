/** When a checkpoint is taken: often enough that little is read behind the last one, and so seldom that they weigh little. */
import { openJournal, type Place } from '../../journal/reader.js'
import type { Recorder } from '../../journal/recorder.js'
import { journalOptions, type WindowOptions } from '../journal-source.js'
import { Session } from '../session.js'
import { readTapeSetup } from '../tape-header.js'
import { encode, IndexWriter } from './seek-index.js'

/** Unpacked bytes of a recording between two checkpoints: read and folded in a moment. */
const SPACING = 4 * 1024 * 1024
/** So many times its own size of the recording lies before a checkpoint. */
const SHARE = 16
/** A state larger than this holds a live run up for longer than it should; such a recording is indexed afterwards. */
const MOST_LIVE = 4 * 1024 * 1024

export interface SpacingOptions {
  /** Bytes between two checkpoints at least; 4 MB unless told. */
  readonly spacing?: number
  /** So many times its own size lies before a checkpoint; 16 unless told. */
  readonly share?: number
}

/** Knows how far the recording is, and says when it is time. */
class Spacing {
  private due: number

  constructor(private readonly options: SpacingOptions) {
    this.due = options.spacing ?? SPACING
  }

  isDue(bytes: number): boolean {
    return bytes >= this.due
  }

  taken(bytes: number, size: number): void {
    const { spacing = SPACING, share = SHARE } = this.options
    this.due = bytes + Math.max(spacing, share * size)
  }
}

/** Takes checkpoints of a run while it is recorded. What goes wrong with them ends the index and nothing else. */
export class LiveCheckpoints {
  readonly #spacing: Spacing
  #hasEnded = false
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly session: Pick<Session, 'remember'>,
    private readonly recorder: Pick<Recorder, 'report' | 'mark'>,
    private readonly writer: IndexWriter,
    options: SpacingOptions,
  ) {
    this.#spacing = new Spacing(options)
  }

  /** @returns null where the recording goes on behind what another session recorded: this one does not know how that ended. */
  static async of(
    session: Pick<Session, 'remember'>,
    recorder: Recorder,
    software: string,
    options: SpacingOptions = {},
  ): Promise<LiveCheckpoints | null> {
    if (!recorder.isNew) return null
    return new LiveCheckpoints(session, recorder, await IndexWriter.create(recorder.recording, software), options)
  }

  /** To be called now and then, between two frames. */
  look(): void {
    if (this.#hasEnded) return
    const { rawBytes, refused, failure } = this.recorder.report()
    // What the session has heard and the recording has not, no replay would know.
    if (refused > 0 || failure !== undefined) this.#hasEnded = true
    else if (this.#spacing.isDue(rawBytes)) this.#take(rawBytes)
  }

  async close(): Promise<void> {
    this.#hasEnded = true
    await this.#writing
    await this.writer.close()
  }

  #take(rawBytes: number): void {
    const remembered = this.session.remember()
    if (remembered === null) return
    const state = encode(remembered)
    this.#spacing.taken(rawBytes, state.length)
    if (state.length > MOST_LIVE) {
      this.#hasEnded = true
      return
    }
    const place = this.recorder.mark()
    this.#writing = this.#writing.then(async () => this.#write(await place, remembered.time, state))
  }

  async #write(place: Place | null, time: number, state: Buffer): Promise<void> {
    try {
      if (place !== null) await this.writer.add(place, time, state)
    } catch {
      this.#hasEnded = true
    }
  }
}

/**
 * Writes the index of a recording anew.
 * @returns how many checkpoints it has; null where the file is no recording.
 * @throws GenesisError where the recording cannot be read or the index not be written.
 */
export async function indexRecording(
  path: string,
  software: string,
  options: WindowOptions,
  every: SpacingOptions = {},
): Promise<number | null> {
  const { streams, lines } = await readTapeSetup([path], options.exchange)
  const reader = await openJournal(path, { ...journalOptions(options), onCorrupt: 'skip' })
  if (reader.format !== 'recording') {
    await reader.close()
    return null
  }
  const session = new Session({ command: 'index', streams, lines, feed: null, keepDeadLetter: () => undefined, filter: null }) // prettier-ignore
  session.beSilent()
  const writer = await IndexWriter.create(path, software)
  const spacing = new Spacing(every)
  let checkpoints = 0
  try {
    for await (const batch of reader.batches()) {
      for (const item of batch) {
        if (item.kind !== 'event') session.deliver(item)
      }
      const { bytes } = reader.report()
      const place = spacing.isDue(bytes) ? reader.place() : null
      const remembered = place === null ? null : session.remember()
      if (place === null || remembered === null) continue
      const state = encode(remembered)
      await writer.add(place, remembered.time, state)
      spacing.taken(bytes, state.length)
      checkpoints++
    }
  } finally {
    await writer.close()
    await session.bus.stop()
  }
  return checkpoints
}
