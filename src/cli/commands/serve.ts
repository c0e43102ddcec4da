/** `genesis serve`: live market data for other programs and a browser. */
import type { ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import type { CommandInput } from '../command.js'
import { resolveStreams, runCommand } from '../run-command.js'
import { sourceOf } from '../sources.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  return runCommand(input, {
    command: 'serve',
    context: CONTEXTS.stream,
    title: `genesis serve · ${streams.map(stream => `${stream.exchange}:${stream.name}`).join(' ')}`,
    streams,
    prints: ['status'],
    serves: true,
    source: sourceOf(input, streams),
  })
}
