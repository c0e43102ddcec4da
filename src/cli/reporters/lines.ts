/** Events as JSON lines on stdout, notes and the human summary on stderr. */
import { eventLine } from '../../model/event-line.js'
import type { Summary } from '../../session/summary.js'
import type { Output } from '../io.js'
import { safe } from '../safe.js'
import { summaryLines } from '../summary-text.js'
import type { Reporter } from './reporter.js'

const BLOCK = 1 << 16

export interface LinesOptions {
  readonly stdout: Output
  readonly stderr: Output
  readonly quiet: boolean
}

/** The summary is the last line. Lines are gathered into blocks and written at the next refresh at the latest. */
export class LinesReporter implements Reporter {
  #pending = ''

  constructor(private readonly options: LinesOptions) {}

  event(event: object): void {
    this.#pending += `${eventLine(event)}\n`
    if (this.#pending.length >= BLOCK) this.#flush()
  }

  note(text: string): void {
    if (!this.options.quiet) this.options.stderr.write(`${safe(text)}\n`)
  }

  refresh(): void {
    this.#flush()
  }

  end(summary: Summary): void {
    this.#pending += `${eventLine(summary)}\n`
    this.#flush()
    if (!this.options.quiet)
      this.options.stderr.write(`${summaryLines(summary, this.options.stderr.columns).map(safe).join('\n')}\n`)
  }

  #flush(): void {
    if (this.#pending === '') return
    const block = this.#pending
    this.#pending = ''
    this.options.stdout.write(block)
  }
}
