/** Drives one session from its first frame to its end: source in, limits kept, recorder and watchers served. */
import type { FrameOutcome } from '../engine/boundary.js'
import type { Recorder } from '../journal/recorder.js'
import { GenesisError } from '../model/errors.js'
import type { Decoded, FeedEvent } from '../model/event.js'
import { realTimers } from '../feed/timers.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import type { RunControl } from './run-control.js'
import type { Session } from './session.js'
import type { EndReason } from './summary.js'

/** Frames in order, whether live or from a journal. */
export interface RunSource {
  run(deliver: (frame: Frame) => FrameOutcome | undefined, deliverEvent: (event: FeedEvent) => void): Promise<void>
  stop(reason: string): Promise<void>
  /** What came and what became of it, where the source knows more of it than the run. */
  account?(): object
}

export interface RunParts {
  readonly session: Session
  readonly source: RunSource
  /** Gets every frame, or event of a source of events, before anyone hears of what is in it; null where nothing is kept. */
  readonly recorder: Recorder | null
  /** The run is for the recording alone: it ends where the disk refuses more. */
  readonly endsWithRecorder?: boolean
  /** Told what is in a frame right before the frame is recorded. */
  readonly describe?: (found: readonly Decoded[]) => void
  /** Takes part where the run can be commanded while it lasts. */
  readonly control?: RunControl
  /** Wall clock of live sources, for the end's place on the tape; null where the journal says how it ended. */
  readonly now: (() => Micros) | null
  readonly durationMs: number | undefined
  /** Called about ten times a second, and once more at the end. */
  readonly refresh: () => void
  /** Registers a listener for Ctrl-C and its kin; returns how to let go. */
  readonly onInterrupt: (listener: () => void) => () => void
  /** The same for what was thrown where nobody caught it. */
  readonly onCrash?: (listener: (error: unknown) => void) => () => void
}

const REFRESH_MS = 100
/** Every so many refreshes the account is checked: once a second. */
const CHECK_EVERY = 10

/**
 * Runs until the source ends, a limit is reached or the user stops it.
 * @throws what the source throws, after the recorder and everything else was left in order.
 */
export async function run(parts: RunParts): Promise<EndReason> {
  const { session, source, recorder, control } = parts
  let ended: EndReason = 'end'
  let stopping: Promise<void> | null = null
  const stop = (reason: EndReason): void => {
    if (stopping !== null) return
    ended = reason
    stopping = source.stop(reason)
  }
  session.onLimit = () => stop('limit')
  let refreshes = 0
  let violation: string | undefined
  const refreshing = setInterval(() => {
    parts.refresh()
    if (parts.endsWithRecorder === true && recorder?.failure !== undefined) stop('failed')
    if (++refreshes % CHECK_EVERY === 0) violation ??= session.checkAccount()
    if (violation !== undefined) stop('failed')
  }, REFRESH_MS)
  const { durationMs } = parts
  const forgetEnd = durationMs === undefined ? undefined : realTimers.after(durationMs, () => stop('duration'))
  const letGo = parts.onInterrupt(() => stop('interrupted'))
  const crashes: unknown[] = []
  const letCrash = parts.onCrash?.(error => {
    crashes.push(error)
    stop('failed')
  })
  const deliver = (frame: Frame): FrameOutcome | undefined => {
    if (stopping !== null) return undefined
    if (frame.kind !== 'data') {
      recorder?.append(frame)
      control?.recordings.append(frame)
    }
    return session.deliver(frame)
  }
  session.boundary.tape = (frame, outcome, found) => {
    parts.describe?.(found)
    recorder?.append(frame, outcome === 'decoded' ? 'decoded' : 'unknown')
    control?.recordings.append(frame, found)
  }
  control?.begin(deliver)
  try {
    await source.run(deliver, event => {
      if (stopping !== null) return
      keepEvent(parts, event)
      session.deliverEvent(event)
    })
    await (stopping as Promise<void> | null)
    endTape(parts, ended)
    violation ??= session.checkAccount()
    if (crashes.length > 0) throw crashes[0]
    if (violation !== undefined) throw new GenesisError('account', `the account does not balance: ${violation}`)
  } finally {
    clearInterval(refreshing)
    forgetEnd?.()
    letGo()
    letCrash?.()
  }
  parts.refresh()
  return ended
}

/** An event that came as an event is kept as one. */
function keepEvent({ recorder, control }: RunParts, event: FeedEvent): void {
  if (recorder === null && control?.recordings.areOpen !== true) return
  const receivedAt = event.type === 'status' ? event.time : event.received
  recorder?.append({ kind: 'event', receivedAt, event })
  control?.recordings.append({ kind: 'event', receivedAt, event })
}

/** The moment of the end goes onto the tape, so that timers due before it fire on replay as well. */
function endTape({ session, recorder, now }: RunParts, reason: EndReason): void {
  if (now === null) return
  const frame: Frame = { kind: 'control', receivedAt: now(), topic: 'end', value: { reason } }
  recorder?.append(frame)
  session.deliver(frame)
}
