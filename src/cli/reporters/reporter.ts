/** How a run shows itself. Reporters watch; they never change what they watch. */
import type { Summary } from '../../session/summary.js'

export interface Reporter {
  /** Every event that leaves the process, in order. */
  event(event: object): void
  /** A sentence for a person: what is happening, what to do. */
  note(text: string): void
  /** Called about ten times a second while the run lasts. */
  refresh(): void
  /** Resolves when whoever reads the lines has caught up; null, or absent, where nobody is behind. */
  caughtUp?(): Promise<void> | null
  /** The run is over; the accounting is final. */
  end(summary: Summary): void
}
