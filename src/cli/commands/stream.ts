/** `genesis stream`: live market data as a table, or as lines. */
import { UsageError, type ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { CommandInput } from '../command.js'
import { resolveStreams, runCommand } from '../run-command.js'
import { sourceOf } from '../sources.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  const source = sourceOf(input, streams)
  if (streams.length === 0 && source === null) {
    throw new UsageError('usage', "missing required argument 'streams'", { hint: 'see genesis stream --help' })
  }
  const names = streams.map(stream => `${stream.exchange}:${stream.name}`)
  return runCommand(input, {
    command: 'stream',
    context: CONTEXTS.stream,
    title: `genesis stream · ${[...names, ...(source === null ? [] : [`from ${source.name}`])].join(' ')}`,
    streams,
    prints: FEED_EVENTS,
    source,
  })
}
