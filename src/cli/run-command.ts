/** From the command line to a run and its exit code: what all commands with a run share. */
import { findExchange, resolveStream } from '../exchanges/registry.js'
import type { RotationOptions } from '../journal/rotation.js'
import { EXIT, type ExitCode } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import type { Context } from '../session/context.js'
import type { SessionEvents } from '../session/events.js'
import { execute, type RunningParts, type RunRequest } from '../session/execute.js'
import { candleInterval } from '../session/proof/candle-feed.js'
import { Disturbance } from '../session/proof/disturbance.js'
import { fingerprint, isBuiltIn } from '../session/strategy-file.js'
import type { Summary } from '../session/summary.js'
import type { TradingPlan } from '../session/trading.js'
import { accountLines } from './account.js'
import { attachmentsOf } from './attachments.js'
import type { CommandInput } from './command.js'
import { damageNotes } from './damage.js'
import { fileOptions } from './file-options.js'
import { interruption } from './interruption.js'
import { replayKeys } from './keyboard.js'
import { leverageNote } from './leverage.js'
import { present } from './presentation.js'
import { replayFooter } from './progress.js'
import { appendedNote, recordingRequest, RecordingWatch, refuseFailedRecording } from './recording.js'
import { reportingOf } from './reporting.js'
import { software } from './software.js'
import type { Source } from './sources.js'
import { connecting } from './spinner.js'
import { deadLetterPath, penaltyDirectory } from './state-files.js'
import { nowMicros } from './wall-clock.js'

export interface CommandRunPlan {
  readonly command: string
  readonly context: Context
  readonly title: string
  /** Event types that leave the process as lines. */
  readonly prints: readonly (keyof SessionEvents)[]
  readonly streams: readonly Stream[]
  readonly paths?: readonly string[]
  readonly speed?: number
  readonly recording?: string
  readonly rotate?: RotationOptions
  /** The run is for its recording alone. */
  readonly isRecording?: boolean
  readonly trading?: TradingPlan
  /** Go on where the recording ends. */
  readonly resumes?: boolean
  readonly onSummary?: (summary: Summary) => void
  readonly afterwards?: RunRequest['afterwards']
  /** `serve` keeps trying and takes commands whether or not an exchange answers. */
  readonly serves?: boolean
  /** Where events come from in place of an exchange or a file. */
  readonly source?: Source | null
}

const DEFAULT_SEED = 1
/** Some five seconds of trying before a feed that never connected is given up. */
const GIVE_UP_AFTER = 7

/** Runs until the input, the user, a limit or the time ends it. @throws what ended it otherwise. */
export async function runCommand(input: CommandInput, plan: CommandRunPlan): Promise<ExitCode> {
  const { options, io } = input
  const reporting = reportingOf(input, plan)
  const summary = await execute({
    command: plan.command,
    context: plan.context,
    streams: plan.streams,
    live: {
      urls: options.url ?? [],
      proxy: { environment: io.env, ...(options.proxy === undefined ? {} : { explicit: [options.proxy] }) },
      lines: options.lines === 2 ? 2 : 1,
      backfill: options.backfill === true ? 'on' : 'off',
      penalties: penaltyDirectory(io.env),
      seed: options.seed ?? DEFAULT_SEED,
      rate: options.rate,
      giveUpAfter: plan.serves === true ? Infinity : GIVE_UP_AFTER,
    },
    journal: {
      paths: plan.paths ?? [],
      exchange: findExchange(options.exchange ?? 'binance').name,
      onCorrupt: options.onCorrupt ?? 'skip',
      stdin: io.stdin,
      software: software(),
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
      ...fileOptions(input, plan.streams),
    },
    disturbance: options.chaos === undefined ? null : new Disturbance(options.chaos, options.seed ?? DEFAULT_SEED),
    candles: options.candles === undefined ? null : candleInterval(options.candles),
    digests: options.digest === true,
    speed: plan.speed ?? 1,
    workers: options.workers ?? 0,
    recording: recordingRequest(input, plan),
    trading: plan.trading ?? null,
    resumes: plan.resumes ?? false,
    deadLetters: deadLetterPath(input, nowMicros()),
    limit: options.limit,
    durationMs: options.duration === undefined ? undefined : options.duration / 1000,
    onInterrupt: interruption(io),
    onCrash: listener => io.onCrash(listener),
    prepare: parts => reporting.prepare(parts),
    watch: parts => watch(input, plan, parts),
    attachments: attachmentsOf(input, plan.serves === true),
    ...(plan.source === undefined || plan.source === null ? {} : { source: plan.source.open }),
    ...(plan.afterwards === undefined ? {} : { afterwards: plan.afterwards }),
  })
  plan.onSummary?.(summary)
  await reporting.write(summary)
  refuseFailedRecording(summary)
  return EXIT.done
}

function watch(input: CommandInput, plan: CommandRunPlan, parts: RunningParts): ReturnType<RunRequest['watch']> {
  const { session, recorder, trading, journal } = parts
  const progress = journal === null ? null : replayFooter(session, journal)
  const keys = plan.context.pace === 'paced' ? replayKeys(input, parts.pace, plan.speed ?? 1) : null
  const reporter = present(input, session, {
    title: () => plan.title,
    streams: plan.streams,
    prints: plan.prints,
    onBehind: caughtUp => pauseFeed(parts, input, caughtUp),
    footer: width => [
      ...accountLines(trading?.desks().map(desk => desk.summary()) ?? []),
      ...(recording?.lines() ?? []),
      ...(progress?.(width) ?? []),
      ...(keys === null ? [] : [keys.text()]),
    ],
  })
  const recording = recorder === null ? null : new RecordingWatch({ recorder, note: text => reporter.note(text) })
  const spinner = journal === null ? connecting(input, plan.streams, session) : null
  const appended = recorder === null ? undefined : appendedNote(recorder)
  if (appended !== undefined) reporter.note(appended)
  for (const text of tradingNotes(input, plan)) reporter.note(text)
  return {
    note: text => reporter.note(text),
    refresh: () => {
      recording?.refresh()
      reporter.refresh()
    },
    caughtUp: () => reporter.caughtUp?.() ?? null,
    end: summary => {
      spinner?.stop()
      keys?.close()
      if (journal !== null) for (const note of damageNotes(journal.reports(), journal.quarantine)) reporter.note(note)
      reporter.end(summary)
    },
  }
}

/** A strategy of the user's own is code with all the user's rights, so it is said which code that is. */
function tradingNotes({ options }: CommandInput, { trading, streams }: CommandRunPlan): string[] {
  if (trading === undefined) return []
  const note = leverageNote(options, streams)
  const own = trading.options.strategies.filter(name => !isBuiltIn(name)).map(name => fingerprint(name))
  const code = own.map(({ path, sha256 }) => `strategy ${path} runs with your rights · sha256 ${sha256}`)
  return note === undefined ? code : [...code, note]
}

/** A feed that nobody but the reader of stdout lives on waits for that reader; a recording, a server and a broker don't. */
function pauseFeed({ live, recorder }: RunningParts, { options }: CommandInput, caughtUp: Promise<void>): void {
  if (live === null || recorder !== null || options.serve === true || options.publish !== undefined) return
  live.feed.pause()
  void caughtUp.then(() => live.feed.resume())
}

/** @throws UsageError naming what is wrong with which stream. */
export function resolveStreams(texts: readonly string[], { options }: Pick<CommandInput, 'options'>): Stream[] {
  const streams = texts.map(text => resolveStream(text, options.exchange ?? 'binance'))
  const seen = new Set<string>()
  return streams.filter(({ exchange, pair, channel, interval }) => {
    const key = JSON.stringify([exchange, pair, channel, interval])
    return !seen.has(key) && seen.add(key)
  })
}
