/** Recordings folded once more by a session of their own, as fast as they can be read: for reruns, explanations, searches and checks. */
import type { Frame } from '../model/frame.js'
import type { FeedEvent } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import { resolveStream } from '../exchanges/registry.js'
import { JournalSource } from './journal-source.js'
import { unpaced } from './pace.js'
import { run } from './run.js'
import { Session } from './session.js'
import type { StrategyGuard } from './strategy-guard.js'
import { StreamFilter } from './stream-filter.js'
import type { Summary } from './summary.js'
import { readTapeSetup, type TapeSetup } from './tape-header.js'

/** Which recordings, and what of them; JSON-safe, so that a worker can be told. */
export interface TapeRequest {
  readonly paths: readonly string[]
  /** Of files that do not say it. */
  readonly exchange: string
  /** Names of the streams to let through; empty for what the recording was asked for. */
  readonly streams?: readonly string[]
  readonly from?: Micros
  readonly to?: Micros
  readonly onCorrupt: 'stop' | 'skip'
}

/** What takes part in a fold beside the session itself. */
export interface TapeRunner {
  /** Before each frame or event, with the time it was received; false ends the fold before it. */
  readonly before?: (receivedAt: Micros) => boolean
  /** After the last one. */
  readonly finish: () => void
  /** Where users' code takes part. */
  readonly guard?: StrategyGuard | null
  /** About ten times a second: bytes read, of bytes in all where that is known. */
  readonly progress?: (read: number, total: number | null) => void
}

/** @throws GenesisError or UsageError where the recording cannot be read, and whatever a part throws. */
export async function runTape(
  tape: TapeRequest,
  command: string,
  join: (session: Session, setup: TapeSetup) => TapeRunner,
): Promise<Summary> {
  const setup = await readTapeSetup(tape.paths, tape.exchange)
  const source = await openSource(tape)
  const session = openSession(tape, command, setup, source.tellsReceiveTimes)
  const runner = join(session, setup)
  const begun = performance.now()
  if (tape.from !== undefined) {
    session.beSilent()
    source.onBegin = () => session.speak()
  }
  const told = runner.before === undefined ? source : announcing(source, runner.before)
  const ended = await run({
    session,
    source: runner.guard?.over(told) ?? told,
    recorder: null,
    now: null,
    durationMs: undefined,
    refresh: () => {
      const { read, total } = source.progress()
      runner.progress?.(read, total)
    },
    onInterrupt: () => () => undefined,
  })
  const { guard = null, finish } = runner
  if (guard === null) finish()
  else guard.run(finish)
  await session.bus.stop()
  return session.summary(ended, performance.now() - begun)
}

function openSession(tape: TapeRequest, command: string, setup: TapeSetup, measuresLatency: boolean): Session {
  const asked = (tape.streams ?? []).map(name => resolveStream(name, tape.exchange))
  const streams: readonly Stream[] = asked.length > 0 ? asked : setup.streams
  return new Session({
    command,
    streams,
    lines: setup.lines,
    measuresLatency,
    feed: null,
    keepDeadLetter: () => undefined,
    filter: streams.length === 0 ? null : new StreamFilter(streams),
  })
}

function openSource({ paths, exchange, from, to, onCorrupt }: TapeRequest): Promise<JournalSource> {
  return JournalSource.open({
    paths,
    exchange,
    pace: unpaced(() => performance.now()),
    onCorrupt,
    stdin: emptyInput(),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
}

function announcing(
  source: JournalSource,
  before: (receivedAt: Micros) => boolean,
): Pick<JournalSource, 'run' | 'stop'> {
  let isOver = false
  const admits = (receivedAt: Micros): boolean => {
    if (isOver) return false
    if (before(receivedAt)) return true
    isOver = true
    void source.stop()
    return false
  }
  return {
    stop: () => source.stop(),
    run: (deliver, deliverEvent) =>
      source.run(
        (frame: Frame) => (admits(frame.receivedAt) ? deliver(frame) : undefined),
        (event: FeedEvent) => {
          if (admits(event.type === 'status' ? event.time : event.received)) deliverEvent(event)
        },
      ),
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an empty stream is still a stream
async function* emptyInput(): AsyncGenerator<Uint8Array> {
  yield* []
}
