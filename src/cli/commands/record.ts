/** `genesis record`: raw frames to disk as they arrive. */
import { UsageError, type ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import type { CommandInput } from '../command.js'
import { resolveStreams, runCommand } from '../run-command.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  const { output: path, rotate } = input.options
  if (path === undefined) {
    throw new UsageError('no_output', 'no file to record into', { hint: 'for example -o btc.jsonl.gz' })
  }
  return runCommand(input, {
    command: 'record',
    context: CONTEXTS.record,
    title: `genesis record · ${streams.map(stream => `${stream.exchange}:${stream.name}`).join(' ')}`,
    streams,
    prints: ['status'],
    recording: path,
    isRecording: true,
    ...(rotate === undefined ? {} : { rotate }),
  })
}
