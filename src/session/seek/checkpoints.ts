/** Who takes the checkpoints of a recording: the session that is recorded, or one that reads it afterwards. */
import { openJournal, type Place } from '../../journal/reader.js'
import type { Recorder } from '../../journal/recorder.js'
import { journalOptions, type WindowOptions } from '../journal-source.js'
import { Session } from '../session.js'
import { readTapeSetup } from '../tape-header.js'
import { encode, IndexWriter } from './seek-index.js'
import { MOST_LIVE, Spacing, type SpacingOptions } from './spacing.js'
import { TapeFollower } from './tape-follower.js'

/** What takes checkpoints while a run is recorded. What goes wrong with them ends the index and nothing else. */
export interface Checkpoints {
  /** To be called now and then, between two frames. */
  look(): void
  close(): Promise<void>
}

/** Takes checkpoints of the session whose frames are recorded. */
export class LiveCheckpoints implements Checkpoints {
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

  /** Where the recording goes on behind what another session recorded, this one does not know how that ended; one that reads it all does. */
  static async of(
    session: Pick<Session, 'remember'>,
    recorder: Recorder,
    software: string,
    options: SpacingOptions = {},
  ): Promise<Checkpoints | null> {
    if (!recorder.isNew) {
      // Of many files, the one that is being written changes.
      const isOneFile = recorder.recording === recorder.report().path
      return isOneFile ? new TapeFollower(recorder.recording, software, options) : null
    }
    return new LiveCheckpoints(session, recorder, await IndexWriter.create(recorder.recording, software), options)
  }

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
