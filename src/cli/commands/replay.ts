/** `genesis replay`: recorded market data again, at its own pace or any other, once or over and over. */
import { EXIT, type ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { FEED_EVENTS } from '../../session/events.js'
import type { Summary } from '../../session/summary.js'
import type { CommandInput } from '../command.js'
import type { Options } from '../options.js'
import { speedText } from '../progress.js'
import { resolveStreams, runCommand } from '../run-command.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  let options: Options = input.options
  for (;;) {
    const summary = await replay({ ...input, options })
    if (options.loop !== true || summary.ended !== 'end' || summary.frames === 0) return EXIT.done
    const rest = leftOf(options, summary)
    if (rest === null) return EXIT.done
    options = rest
  }
}

/** Each time round is a run of its own, with its own account: ids that come again are not duplicates. */
async function replay(input: CommandInput): Promise<Summary> {
  const { args, options } = input
  const speed = options.speed ?? 1
  let ended: Summary | undefined
  await runCommand(input, {
    command: 'replay',
    context: CONTEXTS.replay,
    title: `genesis replay · ${args.join(' ')} · ${speedText(speed)}`,
    streams: resolveStreams(options.stream ?? [], input),
    paths: args,
    speed,
    prints: FEED_EVENTS,
    onSummary: summary => (ended = summary),
  })
  if (ended === undefined) throw new Error('a run has ended without a summary')
  return ended
}

/** What `--limit` and `--duration` leave for the next time round; null where nothing is left. */
function leftOf(options: Options, { events, elapsedMs }: Summary): Options | null {
  const { status = 0, ...market } = events
  const seen = Object.values(market).reduce((sum, count) => sum + count, 0)
  const limit = options.limit === undefined ? undefined : options.limit - seen
  const duration = options.duration === undefined ? undefined : options.duration - elapsedMs * 1000
  if ((limit ?? 1) <= 0 || (duration ?? 1) <= 0 || seen + status === 0) return null
  return {
    ...options,
    ...(limit === undefined ? {} : { limit }),
    ...(duration === undefined ? {} : { duration }),
  }
}
