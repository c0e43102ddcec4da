/** Opens what the context of a run asks for: its source, its recorder, and the session between them. */
import type { Paced } from '../feed/paced.js'
import type { RealClock } from '../feed/real-clock.js'
import { Recorder } from '../journal/recorder.js'
import { GenesisError } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import type { DeadLetterFile } from './dead-letters.js'
import type { FeedControl } from './intake.js'
import { RULES_FOLLOW, tellsRules } from './instrument-rules.js'
import { JournalSource } from './journal-source.js'
import { openLive, type Live } from './live.js'
import { paceOf } from './pace.js'
import type { FrameDescription } from './proof/frame-description.js'
import type { RunSource } from './run.js'
import type { RunRequest } from './run-request.js'
import { checkpointBefore, type Checkpoint } from './seek/seek-index.js'
import { Session } from './session.js'
import { StreamFilter } from './stream-filter.js'
import { readTapeSetup } from './tape-header.js'
import { rulesRecord, type InstrumentRules } from './trading-rules.js'
import { JournalWorkers } from './workers/journal-workers.js'
import { Predecoded } from './workers/predecoded.js'

/** Where frames come from, and what is known of them before the first one. */
export interface OpenedSource {
  readonly source: RunSource
  readonly live: Live | null
  readonly control: FeedControl | null
  /** What worker threads have found in the frames; null where there are none. */
  readonly predecoded: Predecoded | null
  readonly journal: JournalSource | null
  /** What a session must know that begins where the journal does; null where it begins with the connections, or the file. */
  readonly checkpoint?: Checkpoint | null
  readonly pace: Paced | null
  /** What was asked for, by the user or by whoever made the recording. */
  readonly streams: readonly Stream[]
  readonly lines: 1 | 2
  /** What the recording's header tells of its instruments. */
  readonly rules: readonly InstrumentRules[]
  close(): Promise<void>
}

/** @throws UsageError or GenesisError naming what cannot be opened. */
export async function openSource(request: RunRequest, note: (text: string) => void): Promise<OpenedSource> {
  if (request.source !== undefined) {
    const source = await request.source(note)
    const { streams } = request
    const close = (): Promise<void> => Promise.resolve()
    return {
      source,
      live: null,
      control: null,
      predecoded: null,
      journal: null,
      pace: null,
      streams,
      lines: 1,
      rules: [],
      close,
    }
  }
  const { workers = 0 } = request
  const predecoded = workers === 0 ? null : new Predecoded()
  if (request.context.frames === 'live') {
    const live = await openLive({ ...request.live, streams: request.streams, note, workers, predecoded })
    const { streams } = request
    const { lines } = request.live
    const { feed, control } = live
    return {
      source: feed,
      live,
      control,
      predecoded,
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
  const isWhole = (disturbance ?? null) === null && workers === 0
  const checkpoint = isWhole ? await checkpointBefore(request.journal.paths, request.journal) : null
  const journal = await JournalSource.open({
    ...request.journal,
    ...(checkpoint === null ? {} : { beginAt: checkpoint.place }),
    pace,
    ...(workers === 0 ? {} : { decoding: 'later' }),
    ...(disturbance === undefined || disturbance === null ? {} : { disturb: items => disturbance.apply(items) }),
  })
  const close = (): Promise<void> => Promise.resolve()
  const { lines, rules } = setup
  const source = predecoded === null ? journal : new JournalWorkers(journal, predecoded, workers)
  return { source, live: null, control: null, predecoded, journal, checkpoint, pace, streams, lines, rules, close }
}

export function createSession(request: RunRequest, opened: OpenedSource, deadLetters: DeadLetterFile): Session {
  const { limit, command } = request
  const { streams, lines } = opened
  // A live run hears what was asked for, be it asked later; a file's events all pass where nobody asked for less.
  const isOpen = streams.length === 0 && opened.live === null
  const session = new Session({
    command,
    streams,
    feed: opened.control,
    keepDeadLetter: letter => deadLetters.keep(letter),
    lines,
    measuresLatency: opened.journal?.tellsReceiveTimes ?? true,
    filter: isOpen ? null : new StreamFilter(streams),
    ...(limit === undefined ? {} : { limit }),
  })
  const { predecoded } = opened
  if (predecoded !== null) session.boundary.instead = (frame, own) => predecoded.decoderOf(frame, own)
  return session
}

/** @throws GenesisError before anything connects, where the file cannot be written. */
export async function openRecorder(
  request: RunRequest,
  clock: RealClock,
  { describe }: FrameDescription,
): Promise<Recorder | null> {
  const { context, recording, streams, trading } = request
  if (context.keeps !== 'frames') return null
  if (recording === null) throw new GenesisError('no_recording', 'this run keeps its frames and has no place for them')
  const rules = trading?.options.rules
  return Recorder.open({
    path: recording.path,
    created: clock.now(),
    streams: streams.map(({ exchange, name }) => `${exchange}:${name}`),
    header: recordingHeader(request, {
      ...(rules === undefined ? {} : { instruments: rulesRecord(rules) }),
      ...(asksRules(request) ? RULES_FOLLOW : {}),
    }),
    describe,
    ...(recording.sync === undefined ? {} : { sync: recording.sync }),
    ...(recording.rotate === undefined ? {} : { rotate: recording.rotate }),
  })
}

/** What the header of a recording says beside what it must; `more` of its instruments. */
export function recordingHeader({ recording, live, source }: RunRequest, more: object): Record<string, unknown> {
  return {
    software: recording?.software,
    ...(live.lines === 1 ? {} : { lines: live.lines }),
    ...(source === undefined ? {} : { content: 'events' }),
    ...more,
  }
}

/**
 * A run that trades keeps to the rules that it was given: were others to come while it lasts, its tape would lead to another end.
 * Worker threads keep the connections to themselves.
 */
export function asksRules({ context, trading, source, workers = 0, streams }: RunRequest): boolean {
  return context.frames === 'live' && trading === null && source === undefined && workers === 0 && tellsRules(streams)
}
