/** What a run has counted, frame by frame; what was folded in silence is none of its account. */
import type { ErrorBoundary } from '../engine/boundary.js'
import type { Arbiter } from '../market/arbiter.js'
import type { GapLedger } from '../market/gap-ledger.js'
import type { Intake } from './intake.js'
import type { Summary } from './summary.js'

type Counts = Pick<
  Summary,
  'frames' | 'decoded' | 'control' | 'deadLettered' | 'gaps' | 'duplicates' | 'conflicts' | 'reconnects'
>

/** The account of a run that has not begun to speak. */
export const NOTHING: Counts = {
  frames: 0, decoded: 0, control: 0, deadLettered: 0, gaps: 0, duplicates: 0, conflicts: 0, reconnects: 0,
} // prettier-ignore

interface CountedParts {
  readonly boundary: ErrorBoundary
  readonly arbiter: Arbiter
  readonly gaps: GapLedger
  readonly intake: Intake
}

export class RunCounts {
  /** Events that were read as events: each counts as a frame that was decoded. */
  imported = 0
  /** What had been counted when the account began. */
  #before: Counts | null = null

  constructor(private readonly parts: CountedParts) {}

  /** The account begins here. */
  begin(): void {
    this.#before = this.all()
  }

  /** Since the account began. */
  account(): Counts {
    const counts = this.all()
    return this.#before === null ? counts : difference(counts, this.#before)
  }

  private all(): Counts {
    const { boundary, arbiter, gaps, intake } = this.parts
    const { frames, decoded, control, deadLettered } = boundary.stats()
    const { duplicates, conflicts } = arbiter.stats()
    return {
      frames: frames + this.imported,
      decoded: decoded + this.imported,
      control,
      deadLettered,
      gaps: gaps.totals().gaps + intake.importedGaps,
      duplicates: duplicates + intake.copies,
      conflicts,
      reconnects: intake.reconnects,
    }
  }
}

function difference(counts: Counts, before: Counts): Counts {
  return {
    frames: counts.frames - before.frames,
    decoded: counts.decoded - before.decoded,
    control: counts.control - before.control,
    deadLettered: counts.deadLettered - before.deadLettered,
    gaps: counts.gaps - before.gaps,
    duplicates: counts.duplicates - before.duplicates,
    conflicts: counts.conflicts - before.conflicts,
    reconnects: counts.reconnects - before.reconnects,
  }
}
