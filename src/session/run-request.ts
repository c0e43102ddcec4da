/** What a run is asked to be, and what may be looked at while it lasts. */
import type { Paced } from '../feed/paced.js'
import type { Recorder } from '../journal/recorder.js'
import type { RotationOptions } from '../journal/rotation.js'
import type { Interval } from '../market/interval.js'
import type { Stream } from '../model/stream.js'
import type { Context } from './context.js'
import type { JournalSource, JournalSourceOptions } from './journal-source.js'
import type { Live, LiveOptions } from './live.js'
import type { Disturbance } from './proof/disturbance.js'
import type { RunSource } from './run.js'
import type { RunControl } from './run-control.js'
import type { Session } from './session.js'
import type { Summary } from './summary.js'
import type { Trading, TradingPlan } from './trading.js'

export interface RunRequest {
  readonly command: string
  readonly context: Context
  /** Live: what to subscribe. From files: what to let through; empty for all. */
  readonly streams: readonly Stream[]
  readonly live: Omit<LiveOptions, 'streams' | 'note'>
  readonly journal: Omit<JournalSourceOptions, 'pace'>
  /** Worker threads that decode, and live keep the connections; none where it is absent or 0. */
  readonly workers?: number
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
  /** Registers a listener for what was thrown where nobody caught it, as by a timer of a user's strategy; returns how to let go. */
  readonly onCrash?: (listener: (error: unknown) => void) => () => void
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
  /** Resolves when whoever reads what it shows has caught up; a file's frames wait for that. */
  caughtUp?(): Promise<void> | null
  end(summary: Summary): void
}
