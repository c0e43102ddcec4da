/** All of a session that decides what the frames to come will be told as, so that a fold can begin in the middle of a recording. */
import type { VirtualClock } from '../../engine/clock.js'
import type { Engine, LineDecoder } from '../../engine/engine.js'
import { Memory } from '../../engine/memory.js'
import { RecentIds } from '../../exchanges/family/recent-ids.js'
import type { Arbiter } from '../../market/arbiter.js'
import type { GapLedger, GapRow } from '../../market/gap-ledger.js'
import type { Book as BookEvent, Trade } from '../../model/event.js'
import type { ControlFrame } from '../../model/frame.js'
import type { Micros } from '../../model/time.js'
import { LearningDecoder } from '../../wire/layout.js'
import type { Books, RememberedBook } from '../books.js'
import type { DriftWatch, RememberedDrift } from '../drift-watch.js'
import type { FollowedLines } from '../followed-lines.js'
import type { Intake } from '../intake.js'
import type { StreamNames } from '../stream-names.js'
import type { RememberedUnreadable, UnreadableWatch } from '../unreadable-watch.js'

export interface MemoryParts {
  readonly clock: VirtualClock
  readonly engine: Engine
  readonly intake: Intake
  readonly arbiter: Arbiter
  readonly books: Books
  readonly gaps: GapLedger
  readonly names: StreamNames
  readonly drift: DriftWatch | null
  readonly unreadable: UnreadableWatch
  /** Carries out a decision that was on the tape. */
  readonly command: (frame: ControlFrame) => void
}

/** Data alone, without functions and classes. */
export interface SessionState {
  /** No frame so far was received later. */
  readonly time: Micros
  readonly commands: readonly ControlFrame[]
  readonly decoders: readonly { readonly exchange: string; readonly line: number; readonly state: unknown }[]
  readonly lanes: readonly { readonly last: Trade; readonly state: unknown }[]
  readonly books: readonly RememberedBook[]
  readonly followed: ReturnType<FollowedLines['remember']>
  readonly down: readonly string[]
  readonly openGaps: readonly Readonly<GapRow>[]
  readonly drift: RememberedDrift | null
  readonly unreadable: RememberedUnreadable
}

/** Classes of which decoders keep many. */
const memory = new Memory([RecentIds])

export class SessionMemory {
  /** Decisions that hold on, in order: streams that joined, and the last load state. */
  readonly #commands: ControlFrame[] = []

  constructor(private readonly parts: MemoryParts) {}

  /** A decision that decides what comes after it; of those that replace each other the last one counts. */
  heed(frame: ControlFrame, counts: 'all' | 'last'): void {
    const before = counts === 'all' ? -1 : this.#commands.findIndex(({ topic }) => topic === frame.topic)
    if (before >= 0) this.#commands.splice(before, 1)
    this.#commands.push(frame)
  }

  /** @returns null where it cannot be told now: trades wait for their other copy, or something is of a kind that cannot be taken over. */
  remember(): SessionState | null {
    const { clock, engine, intake, arbiter, books, gaps, drift, unreadable } = this.parts
    if (arbiter.nextDue !== null) return null
    const remembered = books.remember(memory)
    if (remembered === null) return null
    return {
      time: clock.now(),
      commands: [...this.#commands],
      decoders: [...engine.decoders()].map(({ exchange, line, decoder }) => {
        return { exchange, line, state: memory.capture(general(decoder)) }
      }),
      lanes: [...arbiter.all()].flatMap(lane => {
        return lane.last === null ? [] : [{ last: lane.last, state: memory.capture(lane, ['stream']) }]
      }),
      books: remembered,
      followed: intake.followed.remember(),
      down: [...intake.down],
      openGaps: gaps.list().filter(({ end }) => end === null),
      drift: drift?.remember(memory) ?? null,
      unreadable: unreadable.remember(),
    }
  }

  /** Goes on where another session stood, before the first frame. @returns the books that are right, whole. */
  takeOver(state: SessionState): BookEvent[] {
    const { clock, engine, intake, arbiter, books, gaps, names, drift, unreadable } = this.parts
    clock.advanceTo(state.time)
    for (const frame of state.commands) this.parts.command(frame)
    for (const { exchange, line, state: remembered } of state.decoders) {
      memory.restore(general(engine.decoderOf(exchange, line)), remembered)
    }
    for (const { last, state: remembered } of state.lanes) {
      memory.restore(arbiter.findLane(last.exchange, names.ofTrade(last)), remembered)
    }
    intake.followed.takeOver(state.followed)
    for (const line of state.down) intake.down.add(line)
    for (const row of state.openGaps) gaps.record({ type: 'hole', ...row })
    if (state.drift !== null) drift?.takeOver(state.drift, memory)
    unreadable.takeOver(state.unreadable)
    return books.takeOver(state.books, memory)
  }
}

/** What was learned of a message's layout is the exchange's and not the connection's; the general way knows the connection. */
function general(decoder: LineDecoder): LineDecoder {
  return decoder instanceof LearningDecoder ? decoder.general : decoder
}
