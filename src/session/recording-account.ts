/** What became of a recording, for the summary. */
import type { RecorderReport } from '../journal/recorder.js'
import { messageOf } from '../model/errors.js'

export interface RecordingAccount {
  /** The file, or the last one of many. */
  readonly path: string
  readonly segments: number
  readonly bytes: number
  /** Before packing. */
  readonly rawBytes: number
  readonly accepted: number
  readonly written: number
  readonly synced: number
  readonly refused: number
  readonly failure: string | null
}

export function recordingAccount({
  path,
  segments,
  bytes,
  rawBytes,
  accepted,
  written,
  synced,
  refused,
  failure,
}: RecorderReport): RecordingAccount {
  const told = failure === undefined ? null : messageOf(failure)
  return { path, segments, bytes, rawBytes, accepted, written, synced, refused, failure: told }
}
