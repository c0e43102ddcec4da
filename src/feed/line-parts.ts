/** What a line is made of, whom it reports to, and what it counts. */
import type { Exchange } from '../exchanges/exchange.js'
import type { Stream } from '../model/stream.js'
import type { Ending } from './ending.js'
import type { Failover } from './failover.js'
import type { Shared } from './feed-options.js'
import type { Line } from './line.js'
import type { Subscription } from './subscriptions.js'

export interface LineListener {
  opened(line: Line): void
  /** An attempt failed or a connection ended; the next attempt starts in so many milliseconds. */
  retrying(line: Line, why: Ending, retryInMs: number): void
  /** No route is left. */
  exhausted(line: Line, why: Ending): void
  subscriptionChanged(line: Line, subscription: Subscription, detail: string): void
  /** A connection ended whose line another one replaces; it does not come back. */
  retired(line: Line): void
  /** Nobody answers any more on a connection that still looks open. */
  unanswered(line: Line, reason: string): void
  /** The exchange announces that it will close the connection. */
  renewalWanted(line: Line, reason: string): void
}

export interface LineParts {
  readonly number: number
  readonly exchange: Exchange
  readonly streams: readonly Stream[]
  /** Which of the redundant copies of its streams this line carries. */
  readonly copy: number
  /** Number of the line that this one is to replace, or null. */
  readonly replaces: number | null
  readonly failover: Failover
  readonly shared: Shared
  readonly listener: LineListener
}

/** What a line went through, for summaries and tables. */
export interface LineStats {
  opens: number
  disconnects: number
  messages: number
  /** Of whole messages. */
  bytes: number
  /** On the wire, the handshake and what was cut off included. */
  wireBytes: number
  /** Down time of the outages that are over. */
  outageMs: number
  longestOutageMs: number
  /** Attempts in a row that opened no connection. */
  failedAttempts: number
}

export function emptyStats(): LineStats {
  return {
    opens: 0,
    disconnects: 0,
    messages: 0,
    bytes: 0,
    wireBytes: 0,
    outageMs: 0,
    longestOutageMs: 0,
    failedAttempts: 0,
  }
}
