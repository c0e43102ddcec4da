/** Refused and disputed frames kept whole in a recording of their own, each behind a control line that says why; `replay` reads it like any other. */
import { Recorder } from '../journal/recorder.js'
import type { Micros } from '../model/time.js'
import type { KeptLetter } from './disputed-trades.js'

/** Letters held in memory while the file is being opened. */
const MOST_PENDING = 10_000

export interface DeadLetterReport {
  readonly path: string
  readonly kept: number
  /** Letters that could not be written, with the disk's reason. */
  readonly lost: number
  readonly failure: string | null
}

/** The file is made with the first letter, so that a run without dead letters leaves none. */
export class DeadLetterFile {
  #recorder: Recorder | null = null
  #opening: Promise<void> | null = null
  #pending: KeptLetter[] = []
  #kept = 0
  #lost = 0
  #failure: string | null = null

  constructor(
    private readonly path: string,
    private readonly streams: readonly string[],
  ) {}

  keep(letter: KeptLetter): void {
    if (this.#recorder !== null) this.#write(this.#recorder, letter)
    else if (this.#pending.length < MOST_PENDING) this.#pending.push(letter)
    else this.#lost++
    this.#opening ??= this.#open(letter.time)
  }

  tick(now: Micros): void {
    this.#recorder?.tick(now)
  }

  /** @returns null where there was no letter. */
  async close(): Promise<DeadLetterReport | null> {
    if (this.#opening === null) return null
    await this.#opening
    const report = await this.#recorder?.close()
    if (report?.failure !== undefined) this.#failure = report.failure.message
    return { path: this.path, kept: this.#kept, lost: this.#lost, failure: this.#failure }
  }

  async #open(created: Micros): Promise<void> {
    try {
      this.#recorder = await Recorder.open({
        path: this.path,
        created,
        streams: this.streams,
        header: { contents: 'dead letters' },
      })
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
      this.#lost += this.#pending.length
      this.#pending = []
      return
    }
    for (const letter of this.#pending) this.#write(this.#recorder, letter)
    this.#pending = []
  }

  #write(recorder: Recorder, letter: KeptLetter): void {
    const { code, stage, message, time, frame } = letter
    const value = { code, stage, message, ...(letter.code === 'conflict' ? { conflicts: letter.conflicts } : {}) }
    recorder.append({ kind: 'control', receivedAt: time, topic: 'deadLetter', value })
    recorder.append(frame)
    this.#kept++
  }
}
