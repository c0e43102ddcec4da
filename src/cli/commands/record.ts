/** `genesis record`: raw frames to disk as they arrive, or the events of another process. */
import { UsageError, type ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import type { CommandInput } from '../command.js'
import { resolveStreams, runCommand } from '../run-command.js'
import { sourceOf } from '../sources.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  const source = sourceOf(input, streams)
  if (streams.length === 0 && source === null) {
    throw new UsageError('usage', "missing required argument 'streams'", { hint: 'see genesis record --help' })
  }
  const { output: path, rotate } = input.options
  if (path === undefined) {
    throw new UsageError('no_output', 'no file to record into', { hint: 'for example -o btc.jsonl.gz' })
  }
  const names = streams.map(stream => `${stream.exchange}:${stream.name}`)
  return runCommand(input, {
    command: 'record',
    context: CONTEXTS.record,
    title: `genesis record · ${[...names, ...(source === null ? [] : [`from ${source.name}`])].join(' ')}`,
    streams,
    source,
    prints: ['status'],
    recording: path,
    isRecording: true,
    ...(rotate === undefined ? {} : { rotate }),
  })
}
