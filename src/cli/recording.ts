/** How a recording stands: what was taken, what is safe, how fast the disk fills and how long it will last. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Recorder, RecorderReport } from '../journal/recorder.js'
import type { RotationOptions } from '../journal/rotation.js'
import { EXIT, GenesisError } from '../model/errors.js'
import type { RunRequest } from '../session/execute.js'
import type { RecordingAccount } from '../session/recording-account.js'
import type { Summary } from '../session/summary.js'
import type { CommandInput } from './command.js'
import { bytesText, countText, spanText } from './format.js'
import { printsLines } from './presentation.js'
import { software } from './software.js'

/** What a reader of the screen should know of a file that existed: it is continued, a torn tail was cut. */
export function appendedNote(recorder: Recorder): string | undefined {
  const { appended } = recorder
  if (appended === undefined) return undefined
  const cut = appended.cut === 0 ? '' : `; ${appended.cut} bytes of a torn last record were cut`
  return `${recorder.report().path} exists: recording goes on behind its ${bytesText(appended.kept)}${cut}`
}

/** Rates are told over about so many milliseconds. */
const WINDOW_MS = 5_000
const LOOK_EVERY_MS = 2_000
/** With less than this left at the present rate, the user is warned. */
const SHORT_MS = 10 * 60_000

/** Bytes that may still be written on the disk that holds `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return bavail * bsize
}

interface Sample {
  readonly atMs: number
  readonly bytes: number
  readonly accepted: number
}

export interface RecordingWatchOptions {
  readonly recorder: Pick<Recorder, 'report'>
  /** Told once of each: the disk is filling up, the disk has failed. */
  readonly note: (text: string) => void
  readonly free?: (path: string) => Promise<number>
  readonly nowMs?: () => number
}

/** Looks at a recorder a few times a second. */
export class RecordingWatch {
  readonly #samples: Sample[] = []
  #free: number | null = null
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #isWarned = false
  #hasFailed = false

  constructor(private readonly options: RecordingWatchOptions) {}

  refresh(): void {
    const report = this.options.recorder.report()
    const atMs = (this.options.nowMs ?? (() => performance.now()))()
    this.#samples.push({ atMs, bytes: report.bytes, accepted: report.accepted })
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? 0) > WINDOW_MS) this.#samples.shift()
    if (report.failure !== undefined && !this.#hasFailed) {
      this.#hasFailed = true
      this.options.note(`RECORDING HAS STOPPED: ${report.failure.message}`)
    }
    if (atMs - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#lookedAtMs = atMs
      void this.#look(report.path)
    }
  }

  /** Lines under the table. */
  lines(): readonly string[] {
    const report = this.options.recorder.report()
    const { bytesPerSecond, framesPerSecond } = this.#rates()
    const { bytes, rawBytes, backlog, accepted, written, failure } = report
    const facts = [
      `${countText(framesPerSecond)} frames/s`,
      `${bytesText(bytesPerSecond)}/s`,
      ...(bytes > 0 && rawBytes > bytes ? [`packed ${(rawBytes / bytes).toFixed(1)}×`] : []),
      `${countText(accepted - written)} lines (${bytesText(backlog)}) not yet written`,
      ...(this.#free === null ? [] : [`${bytesText(this.#free)} free${this.#lastsText(bytesPerSecond)}`]),
    ].join(' · ')
    return failure === undefined ? [recordingLine(report), `  ${facts}`] : [recordingLine(report)]
  }

  async #look(path: string): Promise<void> {
    try {
      this.#free = await (this.options.free ?? freeBytes)(path)
    } catch {
      // A disk that does not tell its free space is told of by its failure to write.
      this.#free = null
      return
    }
    const { bytesPerSecond } = this.#rates()
    const lastsMs = (this.#free / bytesPerSecond) * 1000
    if (this.#isWarned || bytesPerSecond === 0 || lastsMs >= SHORT_MS) return
    this.#isWarned = true
    this.options.note(`${bytesText(this.#free)} left on the disk: at the present rate it is full in ${spanText(lastsMs * 1000)}`) // prettier-ignore
  }

  #rates(): { readonly bytesPerSecond: number; readonly framesPerSecond: number } {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs)
      return { bytesPerSecond: 0, framesPerSecond: 0 }
    const seconds = (last.atMs - first.atMs) / 1000
    return {
      bytesPerSecond: Math.max(0, last.bytes - first.bytes) / seconds,
      framesPerSecond: (last.accepted - first.accepted) / seconds,
    }
  }

  #lastsText(bytesPerSecond: number): string {
    if (this.#free === null || bytesPerSecond === 0) return ''
    const seconds = this.#free / bytesPerSecond
    return seconds > 86_400 * 30 ? '' : `, lasts ${spanText(seconds * 1e6)}`
  }
}

export function recordingLine({ path, segments, bytes, accepted, synced, refused, failure }: RecorderReport): string {
  const refusal = refused === 0 ? '' : ` · ${countText(refused)} refused`
  const trouble = failure === undefined ? refusal : `${refusal} · ${failure.message}`
  const files = segments > 1 ? ` in ${countText(segments)} files` : ''
  return `${path}: ${countText(accepted)} lines, ${countText(synced)} synced, ${bytesText(bytes)}${files}${trouble}`
}

/** On a terminal the table goes on when the disk has refused; where nobody looks, a recorder that records nothing should end. */
export function recordingRequest(
  input: CommandInput,
  plan: { readonly recording?: string; readonly rotate?: RotationOptions; readonly isRecording?: boolean },
): RunRequest['recording'] {
  const { recording: path, rotate, isRecording = false } = plan
  if (path === undefined) return null
  return { path, rotate, sync: input.options.sync, software: software(), isAll: isRecording && printsLines(input) }
}

/** @throws GenesisError where frames were not recorded: the run went on, its recording did not. */
export function refuseFailedRecording({ recording }: Summary): void {
  if (recording === undefined) return
  const { path, failure, refused, accepted, written } = recording as RecordingAccount
  if (failure === null) return
  const lost = countText(refused + accepted - written)
  throw new GenesisError('recording_failed', `${failure}; ${lost} frames are not in the recording`, EXIT.failed, {
    hint: `what was written before is whole: genesis verify ${path}`,
  })
}
