/** What several feeds of one run have done, as if it had been one. */
import type { BackfillStats } from '../../feed/backfill.js'
import type { FeedStats } from '../../feed/feed-report.js'
import type { ProbeStats } from '../../feed/handover.js'

/** @param own what the fold's own thread knows better. */
export function sumOfStats(all: readonly FeedStats[], own: Pick<FeedStats, 'frames' | 'backpressure'>): FeedStats {
  const sum = (value: (stats: FeedStats) => number): number => all.reduce((total, stats) => total + value(stats), 0)
  const probe = (key: keyof ProbeStats): number => sum(({ probes }) => probes[key])
  return {
    ...own,
    reconnects: sum(({ reconnects }) => reconnects),
    handovers: sum(({ handovers }) => handovers),
    probes: {
      started: probe('started'),
      confirmed: probe('confirmed'),
      acquitted: probe('acquitted'),
      abandoned: probe('abandoned'),
    },
    snapshots: { fetched: sum(({ snapshots }) => snapshots.fetched), failed: sum(({ snapshots }) => snapshots.failed) },
    longestOwnStallMs: all.reduce((longest, stats) => Math.max(longest, stats.longestOwnStallMs), 0),
  }
}

/** @returns null where no feed fetches anything. */
export function sumOfBackfill(all: readonly BackfillStats[]): BackfillStats | null {
  if (all.length === 0) return null
  const sum = (value: (stats: BackfillStats) => number): number => all.reduce((total, stats) => total + value(stats), 0)
  return {
    holes: sum(({ holes }) => holes),
    requests: sum(({ requests }) => requests),
    filled: sum(({ filled }) => filled),
    arrived: sum(({ arrived }) => arrived),
    lost: sum(({ lost }) => lost),
    declined: sum(({ declined }) => declined),
  }
}
