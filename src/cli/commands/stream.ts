/** `genesis stream`: live market data as a table, or as lines. */
import type { ExitCode } from '../../model/errors.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { CommandInput } from '../command.js'
import { requireStreams, resolveStreams, runLive } from '../live-run.js'
import { present } from '../presentation.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const streams = resolveStreams(requireStreams(input.args), input)
  const title = `genesis stream · ${streams.map(stream => `${stream.exchange}:${stream.name}`).join(' ')}`
  return runLive(input, {
    command: 'stream',
    streams,
    recorder: null,
    attach: session => present(input, session, { title: () => title, streams, prints: FEED_EVENTS }),
  })
}
