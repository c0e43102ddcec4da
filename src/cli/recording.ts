/** How a recording stands, in a line. */
import type { Recorder } from '../journal/recorder.js'
import { bytesText, countText } from './format.js'

/** What a reader of the screen should know of a file that existed: it is continued, a torn tail was cut. */
export function appendedNote(recorder: Recorder): string | undefined {
  const { appended } = recorder
  if (appended === undefined) return undefined
  const cut = appended.cut === 0 ? '' : `; ${appended.cut} bytes of a torn last record were cut`
  return `${recorder.report().path} exists: recording goes on behind its ${bytesText(appended.kept)}${cut}`
}

export function recordingLine(recorder: Recorder): string {
  const { path, bytes, accepted, synced, refused, failure } = recorder.report()
  const refusal = refused === 0 ? '' : ` · ${countText(refused)} refused`
  const trouble = failure === undefined ? refusal : ` · ${failure.message}`
  return `${path}: ${countText(accepted)} lines, ${countText(synced)} synced, ${bytesText(bytes)}${trouble}`
}
