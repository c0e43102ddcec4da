/** What a live feed is asked to do, and what its lines share. */
import type { Exchange } from '../exchanges/exchange.js'
import type { Frame } from '../model/frame.js'
import type { Stream } from '../model/stream.js'
import type { BackpressureOptions } from './backpressure.js'
import type { EndCause } from './ending.js'
import type { HostPenalties, PenaltyStore } from './host-penalty.js'
import type { ProxySettings } from './proxy.js'
import type { EdgeClock } from './real-clock.js'
import type { FeedShare } from './redundant.js'
import type { StallWatch } from './stall-watch.js'
import type { FrameOutcome } from '../engine/boundary.js'
import type { SubscriptionState } from './subscriptions.js'
import type { Random, Timers } from './timers.js'

export interface LiveFeedOptions {
  readonly streams: readonly Stream[]
  readonly exchanges: ReadonlyMap<string, Exchange>
  /** Custom endpoints in failover order, instead of the exchange's own. */
  readonly urls?: readonly string[]
  readonly proxy?: ProxySettings
  /** Connections that carry each stream; with 2 the loss of either changes nothing downstream. */
  readonly lines?: 1 | 2
  /** Where several feeds bring the streams of one run; the only one unless told. */
  readonly share?: FeedShare
  readonly clock?: EdgeClock
  readonly timers?: Timers
  readonly random?: Random
  /** Failed attempts after which the feed ends as unreachable while nothing was ever connected; without it, it tries for ever. */
  readonly giveUpAfter?: number
  /** Told what is wrong after the first failures, and again when the cause changes. */
  readonly trouble?: (trouble: Trouble) => void
  /** Told in a sentence what else the user should know. */
  readonly note?: (text: string) => void
  /** Told how each stream fares on each line: acknowledged, live, refused or in fault. */
  readonly subscription?: (change: SubscriptionChange) => void
  /** Ticks are delivered when nothing else was for this long; 0 for none. */
  readonly tickMs?: number
  readonly timing?: Timing
  readonly backpressure?: BackpressureOptions | 'off'
  /** `off` for the proof of what it does: one endpoint, one attempt. */
  readonly failover?: 'on' | 'off'
  /** `off` for the proof of what it does: silences are not judged, and no connection is replaced before its end. */
  readonly detector?: 'on' | 'off'
  /** Fetch trades that are wanted by their ids (`off`). */
  readonly backfill?: 'on' | 'off'
  /** To be shared by several feeds of one process, since hosts count them as one. */
  readonly penalties?: HostPenalties
  /** To be shared with other processes, too: where they see what hosts have told us. */
  readonly penaltyStore?: PenaltyStore | null
  /** Extra certificate authorities (PEM), for servers of one's own. */
  readonly ca?: string
}

/** Deadlines; each has a default that suits the exchanges. */
export interface Timing {
  readonly connectMs?: number
  readonly pongMs?: number
  readonly ackMs?: number
  readonly restMs?: number
  /** Old and new connection run side by side for this long once the new one is ready. */
  readonly overlapMs?: number
}

/** A difficulty that goes on, told while the feed keeps trying. */
export interface Trouble {
  readonly exchange: string
  readonly address: string
  readonly streams: readonly string[]
  /** Attempts in a row that failed. */
  readonly attempts: number
  readonly cause: EndCause
  readonly detail: string
  readonly hint: string | null
  /** Until the next attempt; null where there will be none. */
  readonly retryInMs: number | null
}

export interface SubscriptionChange {
  readonly stream: Stream
  readonly line: number
  readonly state: SubscriptionState
  /** The exchange's reason, where it refused. */
  readonly detail: string
}

/** What the lines of one feed share. */
export interface Shared {
  readonly clock: EdgeClock
  readonly timers: Timers
  readonly random: Random
  readonly stalls: StallWatch
  readonly penalties: HostPenalties
  readonly timing: Timing
  readonly proxy: ProxySettings
  readonly ca: string | undefined
  /** Custom endpoints; empty for the exchange's own. */
  readonly urls: readonly string[]
  readonly attempts: 'endless' | 'once'
  readonly emit: (frame: Frame) => FrameOutcome | undefined
}
