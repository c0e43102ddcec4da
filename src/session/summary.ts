/** What every run ends with: an account in which the sums must come out exactly. */

export type EndReason = 'end' | 'limit' | 'duration' | 'interrupted' | 'failed'

export interface SubscriberAccount {
  readonly component: string
  readonly topic: string
  readonly emitted: number
  readonly delivered: number
  readonly conflated: number
  readonly shed: number
  readonly failed: number
}

/** Microseconds from the exchange's clock to ours; null where no event carried an exchange time. */
export interface LatencyAccount {
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

export interface Summary {
  readonly type: 'summary'
  readonly command: string
  readonly ended: EndReason
  /** `frames = decoded + control + deadLettered`, exactly. */
  readonly frames: number
  readonly decoded: number
  readonly control: number
  readonly deadLettered: number
  /** Events published, by type. */
  readonly events: Readonly<Record<string, number>>
  /** Per subscriber `emitted = delivered + conflated + shed + failed`, exactly. */
  readonly subscribers: readonly SubscriberAccount[]
  readonly gaps: number
  readonly duplicates: number
  /** Trades that came under the id of another one and were held back; their frames are decoded, and kept as dead letters as well. */
  readonly conflicts: number
  readonly reconnects: number
  readonly latency: LatencyAccount
  /** Order books whose updates never met a snapshot; nothing of them was shown. */
  readonly booksWithoutSnapshot: readonly { readonly stream: string; readonly updates: number }[]
  /** Wall-clock length of the run. */
  readonly elapsedMs: number
  /** Engine time of the first and last frame, microseconds since 1970; null where there was none. */
  readonly first: number | null
  readonly last: number | null
  readonly [section: string]: unknown
}

/** @returns the first identity that does not hold, as a sentence; undefined where all do. */
export function findImbalance(summary: Summary): string | undefined {
  const { frames, decoded, control, deadLettered } = summary
  if (frames !== decoded + control + deadLettered) {
    return `frames ${frames} ≠ decoded ${decoded} + control ${control} + dead-lettered ${deadLettered}`
  }
  const wrong = summary.subscribers.find(
    account => account.emitted !== account.delivered + account.conflated + account.shed + account.failed,
  )
  if (wrong === undefined) return undefined
  return `${wrong.component} on ${wrong.topic}: emitted ${wrong.emitted} ≠ delivered ${wrong.delivered} + conflated ${wrong.conflated} + shed ${wrong.shed} + failed ${wrong.failed}`
}
