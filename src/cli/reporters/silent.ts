/** A run that shows nothing until its summary. */
import type { Summary } from '../../session/summary.js'
import type { Output } from '../io.js'
import { safe } from '../safe.js'
import { summaryLines } from '../summary-text.js'
import type { Reporter } from './reporter.js'

export class SilentReporter implements Reporter {
  constructor(
    private readonly stderr: Output,
    private readonly quiet: boolean,
  ) {}

  event(): void {
    // Not shown.
  }

  note(text: string): void {
    if (!this.quiet) this.stderr.write(`${safe(text)}\n`)
  }

  refresh(): void {
    // Nothing moves.
  }

  end(summary: Summary): void {
    if (!this.quiet) this.stderr.write(`${summaryLines(summary).map(safe).join('\n')}\n`)
  }
}
