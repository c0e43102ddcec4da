/** Events as JSON lines on stdout, notes and the human summary on stderr. */
import { GenesisError } from '../../model/errors.js'
import { eventLine } from '../../model/event-line.js'
import type { Summary } from '../../session/summary.js'
import type { Output } from '../io.js'
import { safe } from '../safe.js'
import { summaryLines } from '../summary-text.js'
import type { Reporter } from './reporter.js'

const BLOCK = 1 << 16
/** Bytes that a reader may be behind before whoever can wait is asked to. */
const BEHIND = 1 << 20
/** Bytes kept for a reader where nobody can wait. */
const MOST_KEPT = 1 << 26

export interface LinesOptions {
  readonly stdout: Output
  readonly stderr: Output
  readonly quiet: boolean
  /** Told that the reader has fallen behind, with the promise that ends when it has caught up or gone. */
  readonly onBehind?: (caughtUp: Promise<void>) => void
}

/**
 * The summary is the last line. Lines are gathered into blocks and written at the next refresh at the latest. A reader that does not
 * keep up makes files and feeds wait; where neither can, lines beyond 64 MiB are refused one by one, which the bus counts as failed.
 */
export class LinesReporter implements Reporter {
  #pending = ''
  #behind: Promise<void> | null = null
  /** One for all: made once, for there may be thousands a second. */
  readonly #full = new GenesisError('output_full', 'the reader of stdout does not keep up: events were not printed')
  #toldFull = false

  constructor(private readonly options: LinesOptions) {}

  /** @throws GenesisError where the reader is too far behind for one more line. */
  event(event: object): void {
    if (this.#behind !== null && this.options.stdout.writableLength > MOST_KEPT) this.#refuse()
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

  /** Resolves when the reader has caught up; null where it is not behind. */
  caughtUp(): Promise<void> | null {
    return this.#behind
  }

  #flush(): void {
    if (this.#pending === '') return
    const block = this.#pending
    this.#pending = ''
    const { stdout } = this.options
    stdout.write(block)
    if (stdout.writableLength >= BEHIND && this.#behind === null) this.#fallBehind()
  }

  #fallBehind(): void {
    const { stdout, onBehind } = this.options
    this.#behind = new Promise(resolve => {
      const done = (): void => {
        stdout.off('drain', done)
        stdout.off('close', done)
        this.#behind = null
        resolve()
      }
      stdout.on('drain', done)
      stdout.on('close', done)
    })
    onBehind?.(this.#behind)
  }

  #refuse(): never {
    if (!this.#toldFull) this.note(`${this.#full.message}; the summary counts them`)
    this.#toldFull = true
    throw this.#full
  }
}
