/** `genesis replay`: recorded market data again, at its own pace or any other. */
import type { ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { CommandInput } from '../command.js'
import { speedText } from '../progress.js'
import { resolveStreams, runCommand } from '../run-command.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const { args, options } = input
  const speed = options.speed ?? 1
  return runCommand(input, {
    command: 'replay',
    context: CONTEXTS.replay,
    title: `genesis replay · ${args.join(' ')} · ${speedText(speed)}`,
    streams: resolveStreams(options.stream ?? [], input),
    paths: args,
    speed,
    prints: FEED_EVENTS,
  })
}
