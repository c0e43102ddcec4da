/** When a run's data could not be trusted, and what was earned in those times. */
import type { GapRow } from '../market/gap-ledger.js'
import type { Status } from '../model/event.js'
import { isOrderly } from '../model/frame.js'
import type { Micros } from '../model/time.js'

export interface Span {
  readonly start: Micros
  readonly end: Micros
}

interface Link {
  /** Connections that carry the stream. */
  up: number
  /** Since when nothing good comes; null while all is well. */
  since: Micros | null
}

/** Spans kept; the rest is counted with the last one. */
const MOST = 10_000

/** Hears every status of a run. */
export class DegradedTimes {
  readonly #links = new Map<string, Link>()
  readonly #spans: Span[] = []

  status({ exchange, stream, state, detail, time }: Status): void {
    const link = this.#link(`${exchange}\n${stream}`)
    switch (state) {
      case 'connected':
        link.up++
        this.#heal(link, time)
        break
      case 'resynced':
        this.#heal(link, time)
        break
      case 'disconnected':
        link.up = Math.max(0, link.up - 1)
        if (link.up === 0 && !isOrderly(detail)) link.since ??= time
        break
      case 'stale':
        if (link.up <= 1) link.since ??= time
        break
      case 'gap':
        this.#add({ start: time, end: time })
        break
      case 'drift':
        break
    }
  }

  /** All times in which any stream was down, silent or missing something, joined and in order. */
  spans(gaps: readonly Readonly<GapRow>[], end: Micros): Span[] {
    const open = [...this.#links.values()].flatMap(({ since }) => (since === null ? [] : [{ start: since, end }]))
    const missing = gaps.map(gap => ({ start: gap.start, end: gap.end ?? end }))
    return joined([...this.#spans, ...open, ...missing])
  }

  #link(key: string): Link {
    let link = this.#links.get(key)
    if (link === undefined) this.#links.set(key, (link = { up: 0, since: null }))
    return link
  }

  #heal(link: Link, time: Micros): void {
    if (link.since !== null) this.#add({ start: link.since, end: time })
    link.since = null
  }

  #add(span: Span): void {
    const last = this.#spans.at(-1)
    if (last === undefined || this.#spans.length < MOST) this.#spans.push(span)
    else this.#spans[MOST - 1] = { start: Math.min(last.start, span.start), end: Math.max(last.end, span.end) }
  }
}

function joined(spans: readonly Span[]): Span[] {
  const found: { start: Micros; end: Micros }[] = []
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else found.push({ start, end: Math.max(start, end) })
  }
  return found
}

/** What a strategy earned while its data was degraded. */
export interface DegradedProfit {
  /** Change of equity over the samples that touch a degraded span. */
  readonly profit: number
  readonly total: number
  /** `profit / total`; null where nothing was earned or lost. */
  readonly share: number | null
  /** Share of the run's time that lies in those samples; null for a run without length. */
  readonly timeShare: number | null
  /** Closed round trips that were open at such a time. */
  readonly trips: number
}

export interface MeasuredRun {
  readonly startEquity: number
  readonly curve: readonly { readonly time: Micros; readonly equity: number }[]
  readonly trips: readonly { readonly entryTime: Micros; readonly exitTime: Micros }[]
}

/** A sample counts whole as soon as a span touches it: too much is laid to bad data rather than too little. */
export function degradedProfit(run: MeasuredRun, spans: readonly Span[], begin: Micros): DegradedProfit {
  let before = { time: begin, equity: run.startEquity }
  let [profit, time] = [0, 0]
  const touches = touching(spans)
  for (const sample of run.curve) {
    if (touches(before.time, sample.time)) {
      profit += sample.equity - before.equity
      time += sample.time - before.time
    }
    before = sample
  }
  const total = before.equity - run.startEquity
  const length = before.time - begin
  return {
    profit,
    total,
    share: total === 0 ? null : profit / total,
    timeShare: length > 0 ? time / length : null,
    trips: run.trips.filter(({ entryTime, exitTime }) => touches(entryTime, exitTime)).length,
  }
}

/** Whether any of the joined spans meets a stretch of time, by bisection. */
export function touching(spans: readonly Span[]): (start: Micros, end: Micros) => boolean {
  return (start, end) => {
    let [low, high] = [0, spans.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((spans[middle]?.end ?? Infinity) < start) low = middle + 1
      else high = middle
    }
    const found = spans[low]
    return found !== undefined && found.start <= end
  }
}
