/** `genesis record`: raw frames to disk as they arrive. */
import { UsageError, type ExitCode } from '../../model/errors.js'
import type { CommandInput } from '../command.js'
import { requireStreams, resolveStreams, runLive } from '../live-run.js'
import { present } from '../presentation.js'
import { openRecorder, recordingLine } from '../recording.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(requireStreams(input.args), input)
  const path = input.options.output
  if (path === undefined) {
    throw new UsageError('no_output', 'no file to record into', { hint: 'for example -o btc.jsonl.gz' })
  }
  const { recorder, notes } = await openRecorder(path, streams, input.options)
  return runLive(input, {
    command: 'record',
    streams,
    recorder,
    attach: session => {
      const reporter = present(input, session, {
        title: () => `genesis record · ${path}`,
        streams,
        prints: ['status'],
        footer: () => [recordingLine(recorder)],
      })
      for (const note of notes) reporter.note(note)
      return reporter
    },
  })
}
