/** `genesis replay`: recorded market data again, at its own pace or any other. */
import type { ExitCode } from '../../model/errors.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { CommandInput } from '../command.js'
import { runJournal } from '../journal-run.js'
import { present } from '../presentation.js'
import { replayFooter, speedText } from '../progress.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const speed = input.options.speed ?? 1
  return runJournal(input, {
    command: 'replay',
    paths: input.args,
    speed,
    attach: (session, source) =>
      present(input, session, {
        title: () => `genesis replay · ${input.args.join(' ')} · ${speedText(speed)}`,
        streams: [],
        prints: FEED_EVENTS,
        footer: replayFooter(session, source),
      }),
  })
}
