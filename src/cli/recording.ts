/** Opening a recording for the commands that keep frames, and showing how it grows. */
import { RealClock } from '../feed/real-clock.js'
import { Recorder } from '../journal/recorder.js'
import type { Stream } from '../model/stream.js'
import { bytesText, countText } from './format.js'
import type { Options } from './options.js'

export interface OpenedRecorder {
  readonly recorder: Recorder
  /** What a reader of the screen should know: an existing file was continued, a torn tail was cut. */
  readonly notes: readonly string[]
}

/** @throws GenesisError before anything connects, where the file cannot be written. */
export async function openRecorder(
  path: string,
  streams: readonly Stream[],
  options: Options,
): Promise<OpenedRecorder> {
  const recorder = await Recorder.open({
    path,
    created: new RealClock().now(),
    streams: streams.map(({ exchange, name }) => `${exchange}:${name}`),
    ...(options.sync === undefined ? {} : { sync: options.sync }),
  })
  const { appended } = recorder
  if (appended === undefined) return { recorder, notes: [] }
  const cut = appended.cut === 0 ? '' : `; ${appended.cut} bytes of a torn last record were cut`
  return { recorder, notes: [`${path} exists: recording goes on behind its ${bytesText(appended.kept)}${cut}`] }
}

export function recordingLine(recorder: Recorder): string {
  const { path, bytes, accepted, synced, refused, failure } = recorder.report()
  const trouble =
    failure === undefined ? (refused === 0 ? '' : ` · ${countText(refused)} refused`) : ` · ${failure.message}`
  return `${path}: ${countText(accepted)} lines, ${countText(synced)} synced, ${bytesText(bytes)}${trouble}`
}
