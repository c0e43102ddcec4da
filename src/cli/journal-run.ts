/** What the commands on files share: sources opened, frames folded, progress shown, damage told. */
import { findExchange, resolveStream } from '../exchanges/registry.js'
import type { JournalReport } from '../journal/report.js'
import type { FeedEvent } from '../model/event.js'
import { EXIT, type ExitCode } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import { DeadLetterFile } from '../session/dead-letters.js'
import { JournalSource } from '../session/journal-source.js'
import { SpeedPace, unpaced } from '../session/pace.js'
import { run } from '../session/run.js'
import { Session } from '../session/session.js'
import { StreamNames } from '../session/stream-names.js'
import type { CommandInput } from './command.js'
import { interruption } from './interruption.js'
import type { Reporter } from './reporters/reporter.js'
import { deadLetterPath } from './state-files.js'

export interface JournalRunPlan {
  readonly command: string
  readonly paths: readonly string[]
  /** Factor on recorded time; infinity for as fast as it can be read. */
  readonly speed: number
  readonly attach: (session: Session, source: JournalSource) => Reporter
  readonly finish?: (session: Session) => void | Promise<void>
}

/** Folds the files to their end, or until a limit or the user ends it. @throws what the reader throws, after the account. */
export async function runJournal(input: CommandInput, plan: JournalRunPlan): Promise<ExitCode> {
  const { options, io } = input
  const exchange = findExchange(options.exchange ?? 'binance').name
  const streams = (options.stream ?? []).map(text => resolveStream(text, exchange))
  const milliseconds = (): number => performance.now()
  const quarantine = new DeadLetterFile(deadLetterPath(input, Math.round(performance.timeOrigin * 1000)), [])
  const source = await JournalSource.open({
    paths: plan.paths,
    exchange,
    pace: plan.speed === Infinity ? unpaced(milliseconds) : new SpeedPace(plan.speed, milliseconds),
    onCorrupt: options.onCorrupt ?? 'skip',
    stdin: io.stdin,
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
  })
  const session = createSession(input, plan, streams, quarantine)
  const reporter = plan.attach(session, source)
  const begun = milliseconds()
  const close = async (): Promise<void> => {
    await session.bus.stop()
    const letters = await quarantine.close()
    if (letters !== null) session.sections.set('deadLetters', () => letters)
    session.sections.set('files', () => source.reports().map(fileAccount))
  }
  try {
    const ended = await run({
      session,
      source,
      recorder: null,
      now: null,
      durationMs: options.duration === undefined ? undefined : options.duration / 1000,
      refresh: () => reporter.refresh(),
      onInterrupt: interruption(io),
    })
    await plan.finish?.(session)
    await close()
    tellDamage(source, reporter)
    reporter.end(session.summary(ended, milliseconds() - begun))
    return EXIT.done
  } catch (error) {
    await close()
    reporter.end(session.summary('failed', milliseconds() - begun))
    throw error
  }
}

function createSession(
  input: CommandInput,
  plan: JournalRunPlan,
  streams: readonly Stream[],
  deadLetters: DeadLetterFile,
): Session {
  const { limit } = input.options
  return new Session({
    command: plan.command,
    streams,
    feed: null,
    keepDeadLetter: letter => deadLetters.keep(letter),
    ...(streams.length === 0 ? {} : { wanted: onlyOf(streams) }),
    ...(limit === undefined ? {} : { limit }),
  })
}

/** True for events of the streams named, and for what is said about those streams. */
function onlyOf(streams: readonly Stream[]): (event: FeedEvent) => boolean {
  const names = new StreamNames(streams)
  const wanted = new Set(streams.map(({ exchange, name }) => `${exchange}:${name}`))
  return event => wanted.has(`${event.exchange}:${event.type === 'status' ? event.stream : names.of(event)}`)
}

function fileAccount({ path, bytes, lines, items, linesOf, torn }: JournalReport): object {
  return { path, bytes, lines, items, corrupt: linesOf.corrupt, torn: torn?.length ?? 0 }
}

function tellDamage(source: JournalSource, reporter: Reporter): void {
  for (const { path, torn, linesOf, corruptions } of source.reports()) {
    if (torn !== undefined) {
      reporter.note(`${path}: the last ${torn.length} bytes are cut off (${torn.reason}); they were left out`)
    }
    const [first] = corruptions
    if (first !== undefined) {
      const place = first.line === undefined ? `byte ${first.byte}` : `line ${first.line}, byte ${first.byte}`
      reporter.note(
        `${path}: ${linesOf.corrupt} unreadable lines were left out, the first at ${place} (${first.reason})`,
      )
    }
  }
}
