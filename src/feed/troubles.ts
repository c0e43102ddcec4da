/** Decides what the user must be told while the feed keeps trying, and when trying is over. */
import { UnreachableError, UsageError } from '../model/errors.js'
import type { GenesisError } from '../model/errors.js'
import type { Ending } from './ending.js'
import type { Trouble } from './feed-options.js'
import type { Line } from './line.js'

/** Failures in a row before the user is told. */
const TOLD_AFTER = 3

export class Troubles {
  private readonly told = new WeakMap<Line, string>()
  private everOpened = false
  private everServed = false

  constructor(
    private readonly lines: () => readonly Line[],
    private readonly tell: (trouble: Trouble) => void,
    private readonly giveUpAfter: number | undefined,
  ) {}

  opened(line: Line): void {
    this.everOpened = true
    this.told.delete(line)
  }

  /** A stream was acknowledged or brought data. */
  served(): void {
    this.everServed = true
  }

  /** @returns the error to end with, where the attempts are used up and nothing was ever connected. */
  retrying(line: Line, why: Ending, retryInMs: number): GenesisError | null {
    const { failedAttempts } = line.stats
    if (!this.everOpened && this.giveUpAfter !== undefined && failedAttempts >= this.giveUpAfter) {
      return unreachable(line, why)
    }
    if (failedAttempts >= TOLD_AFTER && this.told.get(line) !== why.cause) this.report(line, why, retryInMs)
    return null
  }

  /** @returns the error to end with, where no line is left. */
  exhausted(line: Line, why: Ending): GenesisError | null {
    const lines = this.lines()
    if (lines.every(other => other.stopped)) return unreachable(line, why)
    this.report(line, why, null)
    return null
  }

  /** @returns the error to end with, where the exchange refused every stream there is and never served one. */
  refused(reason: string): GenesisError | null {
    const all = this.lines().flatMap(line => [...line.subscriptions.all()])
    if (this.everServed || !all.every(subscription => subscription.state === 'refused')) return null
    const names = [...new Set(all.map(({ stream }) => `${stream.exchange}:${stream.name}`))].join(', ')
    return new UsageError('refused', `the exchange refused ${names}: ${reason}`, {
      hint: 'check the symbol and the channel',
    })
  }

  private report(line: Line, why: Ending, retryInMs: number | null): void {
    this.told.set(line, why.cause)
    this.tell({
      exchange: line.parts.exchange.name,
      address: line.route.base,
      streams: line.subscriptions.names(),
      attempts: line.stats.failedAttempts,
      cause: why.cause,
      detail: why.detail,
      hint: why.hint,
      retryInMs,
    })
  }
}

function unreachable(line: Line, why: Ending): UnreachableError {
  const { failedAttempts } = line.stats
  const { title } = line.parts.exchange
  const attempts = failedAttempts > 1 ? ` after ${String(failedAttempts)} attempts` : ''
  return new UnreachableError(why.cause, `${title} at ${line.route.base} is not reachable${attempts}: ${why.detail}`, {
    hint: why.hint ?? 'try another --url or --proxy; offline, use --exchange sim',
  })
}
