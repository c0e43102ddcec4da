/** Carries a run out: opens what its context asks for, drives it to its end, closes everything, draws up the account. */
import type { Paced } from '../feed/paced.js'
import { RealClock } from '../feed/real-clock.js'
import { Recorder, type RecorderReport } from '../journal/recorder.js'
import type { RotationOptions } from '../journal/rotation.js'
import type { Interval } from '../market/interval.js'
import { GenesisError, messageOf } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import type { Context } from './context.js'
import { DeadLetterFile } from './dead-letters.js'
import { Digest } from './digest.js'
import type { FeedControl } from './intake.js'
import { JournalSource, type JournalSourceOptions } from './journal-source.js'
import { openLive, type Live, type LiveOptions } from './live.js'
import { paceOf, unpaced } from './pace.js'
import { CandleFeed } from './proof/candle-feed.js'
import type { Disturbance } from './proof/disturbance.js'
import { FrameDescription } from './proof/frame-description.js'
import { run, type RunSource } from './run.js'
import { RunControl } from './run-control.js'
import { Session } from './session.js'
import type { StrategyGuard } from './strategy-guard.js'
import { StreamFilter } from './stream-filter.js'
import type { EndReason, Summary } from './summary.js'
import { readTapeSetup } from './tape-header.js'
import { Trading, type TradingPlan } from './trading.js'
import { rulesRecord, type InstrumentRules } from './trading-rules.js'

export interface RunRequest {
  readonly command: string
  readonly context: Context
  /** Live: what to subscribe. From files: what to let through; empty for all. */
  readonly streams: readonly Stream[]
  readonly live: Omit<LiveOptions, 'streams' | 'note'>
  readonly journal: Omit<JournalSourceOptions, 'pace'>
  /** Factor on recorded time; infinity for as fast as it can be read. */
  readonly speed: number
  /** Faults worked into what is read; null for none. */
  readonly disturbance?: Disturbance | null
  /** Interval of candles that are built from trades. */
  readonly candles?: Interval | null
  /** A digest over all market events goes into the summary. */
  readonly digests?: boolean
  /** Where frames are kept, in contexts that keep them. */
  readonly recording: RecordingRequest | null
  /** Who trades, in contexts with orders. */
  readonly trading: TradingPlan | null
  /** Fold what is recorded already before the first new frame, as an interrupted run goes on. */
  readonly resumes?: boolean
  readonly deadLetters: string
  readonly limit: number | undefined
  readonly durationMs: number | undefined
  readonly onInterrupt: (listener: () => void) => () => void
  /** Called before anything is folded, the tape of a resumed run included. */
  readonly prepare?: (parts: RunningParts) => void
  /** Called once before the first frame. */
  readonly watch: (parts: RunningParts) => Watcher
  /** Where events come from in place of an exchange or a file. */
  readonly source?: (note: (text: string) => void) => Promise<RunSource>
  /** Opened before the first frame and closed when no more come: what shows the run to others while it lasts. */
  readonly attachments?: readonly Attach[]
  /** After the strategies' last word, with the tape closed and before the account is drawn up. */
  readonly afterwards?: (parts: RunningParts) => Promise<void>
}

export interface RecordingRequest {
  readonly path: string
  readonly sync: 'none' | '1s' | 'each' | undefined
  readonly rotate?: RotationOptions | undefined
  /** The run is for nothing else: it ends where the disk refuses more. */
  readonly isAll?: boolean
  /** Name and version of the program, for the header. */
  readonly software: string
}

/** What a watcher may look at while the run lasts. */
export interface RunningParts {
  readonly session: Session
  readonly recorder: Recorder | null
  readonly trading: Trading | null
  readonly control: RunControl
  /** null where the run is not live. */
  readonly live: Live | null
  /** null where the run is live. */
  readonly journal: JournalSource | null
  readonly pace: Paced | null
}

/** @throws UsageError where it cannot be opened; the run does not begin then. */
export type Attach = (parts: RunningParts, note: (text: string) => void) => Promise<Attachment>

export interface Attachment {
  /** Told to whoever watches, once the run begins. */
  readonly note: string | null
  /** Resolves when there is room for more of what can wait, a file's frames; null where there is. */
  drained?(): Promise<void> | null
  close(): Promise<void>
}

export interface Watcher {
  note(text: string): void
  refresh(): void
  end(summary: Summary): void
}

/** @throws what ended the run, once everything is closed and the watcher has seen the account. */
export async function execute(request: RunRequest): Promise<Summary> {
  const clock = new RealClock()
  const description = new FrameDescription()
  const recorder = await openRecorder(request, clock, description)
  const deadLetters = new DeadLetterFile(
    request.deadLetters,
    request.streams.map(({ name }) => name),
  )
  const notes: { to: Watcher | null } = { to: null }
  const opened = await openSource(request, text => notes.to?.note(text)).catch(async (error: unknown) => {
    await recorder?.close()
    throw error
  })
  const session = createSession(request, opened, deadLetters)
  const feed = opened.live?.feed
  if (request.live.backfill === 'on') session.sections.set('backfill', () => feed?.backfillStats() ?? null)
  const trading =
    request.trading === null ? null : new Trading(session, request.trading, { recordedRules: opened.rules })
  const guard = trading?.guard() ?? null
  const control = new RunControl({ live: opened.live, streams: opened.streams, now: () => clock.now() })
  const parts: RunningParts = {
    session,
    recorder,
    trading,
    control,
    live: opened.live,
    journal: opened.journal,
    pace: opened.pace,
  }
  const additions = addTo(parts, request, opened.lines)
  const begun = performance.now()
  const attachments: Attachment[] = []
  const conclude = async (ended: EndReason): Promise<Summary> => {
    await opened.source.stop('closing')
    for (const attachment of attachments) await attachment.close()
    await close(parts, opened, deadLetters)
    const summary = session.summary(ended, performance.now() - begun)
    notes.to?.end(summary)
    return summary
  }
  try {
    request.prepare?.(parts)
    if (request.resumes === true && recorder !== null) await foldTape(session, recorder, guard)
    for (const attach of request.attachments ?? []) {
      attachments.push(await attach(parts, text => notes.to?.note(text)))
    }
    if (opened.journal !== null) opened.journal.hold = () => drained(attachments)
    const watcher = request.watch(parts)
    notes.to = watcher
    for (const { note } of attachments) if (note !== null) watcher.note(note)
    const ended = await run({
      session,
      source: guard?.over(opened.source) ?? opened.source,
      recorder,
      endsWithRecorder: request.recording?.isAll ?? false,
      describe: found => description.take(found, session.names),
      control,
      now: opened.live === null ? null : () => clock.now(),
      durationMs: request.durationMs,
      refresh: () => {
        deadLetters.tick(clock.now())
        watcher.refresh()
      },
      onInterrupt: request.onInterrupt,
    })
    additions.candles?.finish()
    if (guard === null) trading?.finish()
    else guard.run(() => trading?.finish())
    await recorder?.close()
    await request.afterwards?.(parts)
    return await conclude(ended)
  } catch (error) {
    await conclude('failed')
    throw error
  }
}

function drained(attachments: readonly Attachment[]): Promise<void> | null {
  const waits = attachments.flatMap(attachment => attachment.drained?.() ?? [])
  return waits.length === 0 ? null : Promise.all(waits).then(() => undefined)
}

/** What the run had seen before it was interrupted brings every part back to where it stood. */
async function foldTape(session: Session, recorder: Recorder, guard: StrategyGuard | null): Promise<void> {
  await recorder.flush()
  const source = await JournalSource.open({
    paths: [recorder.report().path],
    exchange: 'binance',
    onCorrupt: 'stop',
    pace: unpaced(() => performance.now()),
    stdin: process.stdin,
  })
  await (guard?.over(source) ?? source).run(
    frame => session.deliver(frame),
    event => session.deliverEvent(event),
  )
}

/** What a run can do beside its main work: candles, a digest, a beginning in the middle. */
function addTo(
  { session, journal }: RunningParts,
  { candles, digests, disturbance, journal: { from } }: RunRequest,
  lines: number,
): { readonly candles: CandleFeed | null } {
  if (journal !== null && from !== undefined) {
    session.beSilent()
    journal.onBegin = () => session.speak()
  }
  if (digests === true) {
    const digest = new Digest()
    session.observer = event => digest.add(event)
    session.sections.set('eventsDigest', () => digest.hex())
  }
  if (disturbance !== undefined && disturbance !== null) session.sections.set('chaos', () => disturbance.report())
  if (candles === undefined || candles === null) return { candles: null }
  const feed = new CandleFeed(session, candles, lines)
  session.sections.set('candles', () => feed.stats())
  return { candles: feed }
}

interface OpenedSource {
  readonly source: RunSource
  readonly live: Live | null
  readonly control: FeedControl | null
  readonly journal: JournalSource | null
  readonly pace: Paced | null
  /** What was asked for, by the user or by whoever made the recording. */
  readonly streams: readonly Stream[]
  readonly lines: 1 | 2
  /** What the recording's header tells of its instruments. */
  readonly rules: readonly InstrumentRules[]
  close(): Promise<void>
}

async function openSource(request: RunRequest, note: (text: string) => void): Promise<OpenedSource> {
  if (request.source !== undefined) {
    const source = await request.source(note)
    const { streams } = request
    const close = (): Promise<void> => Promise.resolve()
    return { source, live: null, control: null, journal: null, pace: null, streams, lines: 1, rules: [], close }
  }
  if (request.context.frames === 'live') {
    const live = await openLive({ ...request.live, streams: request.streams, note })
    const { streams } = request
    const { lines } = request.live
    const { feed, control } = live
    return {
      source: feed,
      live,
      control,
      journal: null,
      pace: null,
      streams,
      lines,
      rules: [],
      close: () => live.close(),
    }
  }
  const milliseconds = (): number => performance.now()
  const pace = paceOf(request.context.pace === 'paced' ? request.speed : Infinity, milliseconds)
  const setup = await readTapeSetup(request.journal.paths, request.journal.exchange)
  const streams = request.streams.length > 0 ? request.streams : setup.streams
  const { disturbance } = request
  const journal = await JournalSource.open({
    ...request.journal,
    pace,
    ...(disturbance === undefined || disturbance === null ? {} : { disturb: items => disturbance.apply(items) }),
  })
  const close = (): Promise<void> => Promise.resolve()
  const { lines, rules } = setup
  return { source: journal, live: null, control: null, journal, pace, streams, lines, rules, close }
}

function createSession(request: RunRequest, opened: OpenedSource, deadLetters: DeadLetterFile): Session {
  const { limit, command } = request
  const { streams, lines } = opened
  // A live run hears what was asked for, be it asked later; a file's events all pass where nobody asked for less.
  const isOpen = streams.length === 0 && opened.live === null
  return new Session({
    command,
    streams,
    feed: opened.control,
    keepDeadLetter: letter => deadLetters.keep(letter),
    lines,
    measuresLatency: opened.journal?.tellsReceiveTimes ?? true,
    filter: isOpen ? null : new StreamFilter(streams),
    ...(limit === undefined ? {} : { limit }),
  })
}

/** @throws GenesisError before anything connects, where the file cannot be written. */
async function openRecorder(
  { context, recording, streams, live, trading }: RunRequest,
  clock: RealClock,
  { describe }: FrameDescription,
): Promise<Recorder | null> {
  if (context.keeps !== 'frames') return null
  if (recording === null) throw new GenesisError('no_recording', 'this run keeps its frames and has no place for them')
  const rules = trading?.options.rules
  return Recorder.open({
    path: recording.path,
    created: clock.now(),
    streams: streams.map(({ exchange, name }) => `${exchange}:${name}`),
    header: {
      software: recording.software,
      ...(live.lines === 1 ? {} : { lines: live.lines }),
      ...(rules === undefined ? {} : { instruments: rulesRecord(rules) }),
    },
    describe,
    ...(recording.sync === undefined ? {} : { sync: recording.sync }),
    ...(recording.rotate === undefined ? {} : { rotate: recording.rotate }),
  })
}

async function close(
  { session, recorder, control }: RunningParts,
  opened: OpenedSource,
  deadLetters: DeadLetterFile,
): Promise<void> {
  await opened.source.stop('closing')
  await opened.close()
  await session.bus.stop()
  await control.recordings.close()
  const recorded = await recorder?.close()
  if (recorded !== undefined) session.sections.set('recording', () => recordingAccount(recorded))
  if (opened.journal !== null) session.sections.set('files', () => opened.journal?.accounts())
  const letters = await deadLetters.close()
  if (letters !== null) session.sections.set('deadLetters', () => letters)
}

export interface RecordingAccount {
  /** The file, or the last one of many. */
  readonly path: string
  readonly segments: number
  readonly bytes: number
  /** Before packing. */
  readonly rawBytes: number
  readonly accepted: number
  readonly written: number
  readonly synced: number
  readonly refused: number
  readonly failure: string | null
}

function recordingAccount({
  path,
  segments,
  bytes,
  rawBytes,
  accepted,
  written,
  synced,
  refused,
  failure,
}: RecorderReport): RecordingAccount {
  const told = failure === undefined ? null : messageOf(failure)
  return { path, segments, bytes, rawBytes, accepted, written, synced, refused, failure: told }
}
