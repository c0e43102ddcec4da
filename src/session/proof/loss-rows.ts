/** Every reason for which something may be missing from a recording, as rows: proven by the exchange's numbers, told by the links, or the recorder's own. */
import type { JournalReport } from '../../journal/report.js'
import type { JournalItem } from '../../journal/item.js'
import { EXCHANGES, resolveStream } from '../../exchanges/registry.js'
import { ENDED_WITH_RUN, isOrderly, type LinkFrame } from '../../model/frame.js'
import type { GapRow } from '../../market/gap-ledger.js'
import type { Micros } from '../../model/time.js'

/** Keys in the order in which they are printed. */
export interface LossRow {
  readonly type: 'gap'
  readonly exchange: string | null
  /** null where every stream is concerned. */
  readonly stream: string | null
  readonly cause: GapRow['cause'] | 'recorder' | 'corrupt' | 'torn' | 'changed'
  /** First and last missing id, where the exchange numbers what it sends. */
  readonly from: string | null
  readonly to: string | null
  readonly start: Micros | null
  /** null while it lasts, to the end of the recording. */
  readonly end: Micros | null
  /** Missing ids or frames, where they can be counted. */
  readonly missing: number | null
  readonly backfilled: number
  /** True where a number, a checksum or the recorder itself proves the loss. */
  readonly provable: boolean
  readonly detail: string
}

const CAUSES: Readonly<Record<GapRow['cause'], string>> = {
  sequence: "the exchange's numbers leave a hole",
  checksum: "the book does not have the exchange's checksum",
  crossed: 'the book was crossed',
  disconnected: 'the connection was lost',
  stale: 'the connection had fallen silent',
  snapshot: 'no snapshot matched the updates',
  backpressure: 'more came than could be taken',
}

/** A row of the ledger, with what it means. */
export function ledgerRow(row: Readonly<GapRow>): LossRow {
  const { exchange, stream, cause, from, to, start, end, provable, backfilled } = row
  const missing = idCount(from, to)
  return { type: 'gap', exchange, stream, cause, from, to, start, end, missing, backfilled, provable, detail: CAUSES[cause] } // prettier-ignore
}

/** What could not be read of the files themselves. */
export function fileRows(reports: readonly JournalReport[]): LossRow[] {
  const row = (cause: 'corrupt' | 'torn', detail: string): LossRow => ({
    type: 'gap', exchange: null, stream: null, cause, from: null, to: null, start: null, end: null, missing: null, backfilled: 0,
    provable: true, detail,
  }) // prettier-ignore
  return reports.flatMap(({ path, corruptions, torn }) => [
    ...corruptions.map(({ line, byte, length, reason }) =>
      row('corrupt', `${path}: ${line === undefined ? '' : `line ${line}, `}byte ${byte}, ${length} bytes: ${reason}`),
    ),
    ...(torn === undefined
      ? []
      : [row('torn', `${path}: byte ${torn.byte}: ${torn.reason}, ${torn.length} bytes were left out`)]),
  ])
}

interface Down {
  readonly since: Micros
  readonly detail: string
}

/** Losses told by the recording's own lines: links that were down, and frames that the recorder could not take. */
export class ToldLosses {
  readonly #rows: LossRow[] = []
  readonly #down = new Map<string, Down>()
  /** By stream: since when which lines carry it. */
  readonly #carriers = new Map<string, Map<number, Micros>>()
  /** By line: when it last brought something. */
  readonly #heard = new Map<string, Micros>()
  /** Frames that the recorder could not take. */
  lost = 0

  see(item: JournalItem): void {
    if (item.kind === 'data') this.#heard.set(`${item.exchange}#${item.line}`, item.receivedAt)
    if (item.kind === 'control' && item.topic === 'recording.lost') this.#addLost(item.value, item.receivedAt)
    if (item.kind === 'link') this.#link(item)
  }

  /** @returns the rows; what is still down lasts to the end. */
  finish(): readonly LossRow[] {
    for (const key of [...this.#down.keys()]) this.#up(key, null)
    return this.#rows
  }

  #link({ exchange, line, streams, state, detail, receivedAt }: LinkFrame): void {
    for (const stream of streams) {
      const key = `${exchange}\n${stream}`
      const carriers = this.#carriers.get(key) ?? new Map<number, Micros>()
      this.#carriers.set(key, carriers)
      if (state === 'connected') {
        if (carriers.delete(line)) this.#lose(key, carriers, this.#endOf(exchange, line, receivedAt))
        carriers.set(line, receivedAt)
        this.#up(key, receivedAt)
      }
      if (state !== 'disconnected') continue
      carriers.delete(line)
      if (!isOrderly(detail)) this.#lose(key, carriers, { since: receivedAt, detail }, this.#heard.get(`${exchange}#${line}`)) // prettier-ignore
    }
  }

  /** A run that was killed could not tell when its connection ended: what came last is all that is known. */
  #endOf(exchange: string, line: number, now: Micros): Down {
    return { since: this.#heard.get(`${exchange}#${line}`) ?? now, detail: ENDED_WITH_RUN }
  }

  /** A line that carried the stream all along leaves no hole; one that took the place of a silent one leaves it since that one was heard. */
  #lose(key: string, carriers: ReadonlyMap<number, Micros>, down: Down, heard: Micros = down.since): void {
    if (carriers.size === 0) {
      if (!this.#down.has(key)) this.#down.set(key, down)
      return
    }
    const replaced = Math.min(...carriers.values())
    if (replaced > heard) this.#add(key, { ...down, since: heard }, replaced)
  }

  #up(key: string, end: Micros | null): void {
    const down = this.#down.get(key)
    this.#down.delete(key)
    if (down !== undefined) this.#add(key, down, end)
  }

  /** Where the exchange numbers its messages, the numbers say whether anything was missed; elsewhere the time is all there is. */
  #add(key: string, { since, detail }: Down, end: Micros | null): void {
    const [exchange = '', stream = ''] = key.split('\n')
    if (isNumbered(exchange, stream)) return
    this.#rows.push({
      type: 'gap', exchange, stream, cause: 'disconnected', from: null, to: null, start: since, end, missing: null,
      backfilled: 0, provable: false, detail,
    }) // prettier-ignore
  }

  #addLost(value: unknown, at: Micros): void {
    const { lost, from, to } = (value ?? {}) as {
      readonly lost?: unknown
      readonly from?: unknown
      readonly to?: unknown
    }
    if (typeof lost !== 'number') return
    this.lost += lost
    this.#rows.push({
      type: 'gap', exchange: null, stream: null, cause: 'recorder', from: null, to: null,
      start: typeof from === 'number' ? from : at, end: typeof to === 'number' ? to : at, missing: lost, backfilled: 0,
      provable: true, detail: 'the disk or the memory did not take them',
    }) // prettier-ignore
  }
}

function isNumbered(exchange: string, name: string): boolean {
  try {
    const { channel } = resolveStream(`${exchange}:${name}`, exchange)
    return EXCHANGES.get(exchange)?.channels[channel]?.loss === 'detectable'
  } catch {
    return false
  }
}

/** How many ids lie from one to the other, both included. */
export function idCount(from: string | null, to: string | null): number | null {
  if (from === null || to === null || !/^\d{1,40}$/.test(from) || !/^\d{1,40}$/.test(to)) return null
  const count = BigInt(to) - BigInt(from) + 1n
  return count > 0n ? Number(count) : null
}
