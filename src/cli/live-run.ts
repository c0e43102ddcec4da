/** What the commands on live data share: streams resolved, feed opened, trouble told, everything closed at the end. */
import { resolveStream } from '../exchanges/registry.js'
import type { Trouble } from '../feed/feed-options.js'
import type { ProxySettings } from '../feed/proxy.js'
import { RealClock } from '../feed/real-clock.js'
import type { Recorder } from '../journal/recorder.js'
import { EXIT, UsageError, type ExitCode } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import { DeadLetterFile } from '../session/dead-letters.js'
import { openLive, type Live } from '../session/live.js'
import { run } from '../session/run.js'
import { Session } from '../session/session.js'
import type { CommandInput } from './command.js'
import { interruption } from './interruption.js'
import type { Reporter } from './reporters/reporter.js'
import { connecting } from './spinner.js'
import { deadLetterPath } from './state-files.js'

/** @throws UsageError naming what is wrong with which stream. */
export function resolveStreams(texts: readonly string[], { options }: Pick<CommandInput, 'options'>): Stream[] {
  const streams = texts.map(text => resolveStream(text, options.exchange ?? 'binance'))
  const seen = new Set<string>()
  return streams.filter(({ exchange, symbol, channel, interval }) => {
    const key = JSON.stringify([exchange, symbol, channel, interval])
    return !seen.has(key) && seen.add(key)
  })
}

export interface LiveRunPlan {
  readonly command: string
  readonly streams: readonly Stream[]
  readonly recorder: Recorder | null
  /** Lets traders and reporters listen before the first frame. */
  readonly attach: (session: Session) => Reporter
  /** Runs after the last frame, before the account is drawn up. */
  readonly finish?: (session: Session) => void | Promise<void>
}

const DEFAULT_SEED = 1
/** About ten seconds of trying before a feed that never connected is given up. */
const GIVE_UP_AFTER = 6

/** Streams until the user, a limit or the time ends it. @throws what the feed throws, once everything is closed. */
export async function runLive(input: CommandInput, plan: LiveRunPlan): Promise<ExitCode> {
  const { options } = input
  const clock = new RealClock()
  const deadLetters = new DeadLetterFile(
    deadLetterPath(input, clock.now()),
    plan.streams.map(stream => stream.name),
  )
  let reporter: Reporter | null = null
  const live = await openLive({
    streams: plan.streams,
    urls: options.url ?? [],
    proxy: proxyOf(input),
    lines: options.lines === 2 ? 2 : 1,
    seed: options.seed ?? DEFAULT_SEED,
    rate: options.rate,
    trouble: trouble => reporter?.note(troubleText(trouble)),
    giveUpAfter: GIVE_UP_AFTER,
  })
  const session = createSession(input, plan, live, deadLetters)
  reporter = plan.attach(session)
  const spinner = connecting(input, plan.streams, session)
  const begun = performance.now()
  try {
    const ended = await run({
      session,
      source: live.feed,
      recorder: plan.recorder,
      now: () => clock.now(),
      durationMs: options.duration === undefined ? undefined : options.duration / 1000,
      refresh: () => {
        deadLetters.tick(clock.now())
        reporter?.refresh()
      },
      onInterrupt: interruption(input.io),
    })
    await plan.finish?.(session)
    await close(session, live, deadLetters, plan.recorder)
    spinner.stop()
    reporter.end(session.summary(ended, performance.now() - begun))
    return EXIT.done
  } catch (error) {
    spinner.stop()
    await close(session, live, deadLetters, plan.recorder)
    reporter.end(session.summary('failed', performance.now() - begun))
    throw error
  }
}

function createSession(input: CommandInput, plan: LiveRunPlan, live: Live, deadLetters: DeadLetterFile): Session {
  const { limit, lines } = input.options
  return new Session({
    command: plan.command,
    streams: plan.streams,
    feed: live.control,
    keepDeadLetter: letter => deadLetters.keep(letter),
    lines: lines ?? 1,
    ...(limit === undefined ? {} : { limit }),
  })
}

async function close(
  session: Session,
  live: Live,
  deadLetters: DeadLetterFile,
  recorder: Recorder | null,
): Promise<void> {
  await live.feed.stop('closing')
  await live.close()
  await session.bus.stop()
  const recorded = await recorder?.close()
  if (recorded !== undefined) {
    const { path, bytes, accepted, written, synced, refused, failure } = recorded
    session.sections.set('recording', () => ({
      path,
      bytes,
      accepted,
      written,
      synced,
      refused,
      failure: failure?.message ?? null,
    }))
  }
  const letters = await deadLetters.close()
  if (letters !== null) session.sections.set('deadLetters', () => letters)
}

function proxyOf({ options, io }: CommandInput): ProxySettings {
  return { environment: io.env, ...(options.proxy === undefined ? {} : { explicit: [options.proxy] }) }
}

function troubleText({ exchange, address, attempts, detail, hint, retryInMs }: Trouble): string {
  const next = retryInMs === null ? 'no further attempt' : `next attempt in ${(retryInMs / 1000).toFixed(1)}s`
  return `${exchange}: ${detail} at ${address} after ${attempts} attempts, ${next}. ${hint ?? 'Offline? Try --exchange sim.'}`
}

/** @throws UsageError where there is nothing to stream. */
export function requireStreams(args: readonly string[]): readonly string[] {
  if (args.length === 0)
    throw new UsageError('no_stream', 'no stream was named', { hint: 'for example: btcusdt@trade' })
  return args
}
