/** `genesis stream`: live market data as a table, or as lines. */
import type { ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { CommandInput } from '../command.js'
import { resolveStreams, runCommand } from '../run-command.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  return runCommand(input, {
    command: 'stream',
    context: CONTEXTS.stream,
    title: `genesis stream · ${streams.map(stream => `${stream.exchange}:${stream.name}`).join(' ')}`,
    streams,
    prints: FEED_EVENTS,
  })
}
