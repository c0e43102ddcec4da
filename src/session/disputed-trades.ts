/** Two copies of a trade that say different things: the frame of the second is kept whole, beside what both of them say. */
import type { DeadLetter } from '../engine/boundary.js'
import type { TradeConflict } from '../market/arbiter.js'
import { eventLine } from '../model/event-line.js'
import type { DataFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'

/**
 * A frame that was decoded, and of which not all was published. It counts as decoded and as nothing else:
 * only its disputed trades are held back, and they are counted as conflicts.
 */
export interface ConflictLetter {
  readonly type: 'deadLetter'
  readonly exchange: string
  readonly line: number
  readonly code: 'conflict'
  readonly stage: 'arbiter'
  readonly message: string
  readonly time: Micros
  readonly frame: DataFrame
  /** The trade that was published, and the one of this frame under the same id; both as their event lines. */
  readonly conflicts: readonly { readonly first: string; readonly second: string }[]
}

export type KeptLetter = DeadLetter | ConflictLetter

export class DisputedTrades {
  /** Letters that `keep` failed to keep. */
  unkept = 0
  private open: TradeConflict[] = []

  /** @param keep keeps a letter. If it throws, the letter is counted and the run goes on. */
  constructor(private readonly keep: (letter: ConflictLetter) => void) {}

  note(conflict: TradeConflict): void {
    this.open.push(conflict)
  }

  /** To be called behind each frame, which is the one that brought the second copies. */
  settle(frame: DataFrame): void {
    if (this.open.length === 0) return
    const conflicts = this.open
    this.open = []
    try {
      this.keep(letterOf(frame, conflicts))
    } catch {
      this.unkept++
    }
  }
}

function letterOf(frame: DataFrame, disputed: readonly TradeConflict[]): ConflictLetter {
  const { exchange, line, receivedAt: time } = frame
  const ids = disputed.map(({ second }) => second.id).join(', ')
  const message = `other trades came before with the same id: ${ids}`
  const conflicts = disputed.map(({ first, second }) => ({ first: eventLine(first), second: eventLine(second) }))
  return { type: 'deadLetter', exchange, line, code: 'conflict', stage: 'arbiter', message, time, frame, conflicts }
}
