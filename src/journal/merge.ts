/** Merges journals by the time of receipt, in one order that never depends on timing. */
import type { Micros } from '../model/time.js'
import type { JournalItem } from './item.js'

/** What is merged: anything that gives batches in its own order. */
export interface BatchSource {
  batches(): AsyncIterable<readonly JournalItem[]>
}

interface Head {
  readonly rank: number
  readonly iterator: AsyncIterator<readonly JournalItem[]>
  batch: readonly JournalItem[]
  at: number
  /** The latest time this source has reached: an item that steps back in time keeps its place behind its elders. */
  time: Micros
}

const MOST = 1024

/**
 * All items of all sources, ordered by time; items of one time by the order of the sources as given, then by their order in
 * their source, which is never changed. Memory holds one batch of each source.
 */
export async function* mergeJournals(sources: readonly BatchSource[]): AsyncGenerator<readonly JournalItem[]> {
  const [only] = sources
  if (sources.length === 1 && only !== undefined) {
    yield* only.batches()
    return
  }
  const heads: Head[] = []
  const iterators = sources.map(source => source.batches()[Symbol.asyncIterator]())
  try {
    for (const [rank, iterator] of iterators.entries()) {
      const head = { rank, iterator, batch: [], at: 0, time: Number.NEGATIVE_INFINITY }
      if (await refill(head)) heads.push(head)
    }
    heads.sort(before)
    yield* mergeHeads(heads)
  } finally {
    for (const iterator of iterators) await iterator.return?.()
  }
}

async function* mergeHeads(heads: Head[]): AsyncGenerator<readonly JournalItem[]> {
  let out: JournalItem[] = []
  while (heads.length > 0) {
    const head = heads[0] as Head
    const rival = heads[1]
    // The earliest source goes on until another one is earlier: usually for many items at once.
    do {
      out.push(head.batch[head.at++] as JournalItem)
      advance(head)
    } while (head.at < head.batch.length && (rival === undefined || before(head, rival) < 0))
    if (head.at >= head.batch.length) {
      if (out.length > 0) yield out
      out = []
      if (!(await refill(head))) {
        heads.shift()
        continue
      }
    } else if (out.length >= MOST) {
      yield out
      out = []
    }
    reorder(heads)
  }
  if (out.length > 0) yield out
}

async function refill(head: Head): Promise<boolean> {
  for (;;) {
    const next = await head.iterator.next()
    if (next.done === true) return false
    if (next.value.length === 0) continue
    head.batch = next.value
    head.at = 0
    advance(head)
    return true
  }
}

function advance(head: Head): void {
  const item = head.batch[head.at]
  if (item !== undefined && item.receivedAt > head.time) head.time = item.receivedAt
}

function before(left: Head, right: Head): number {
  return left.time - right.time || left.rank - right.rank
}

/** Moves the first head to its place among the others, which are in order. */
function reorder(heads: Head[]): void {
  const head = heads[0] as Head
  let at = 0
  while (at + 1 < heads.length && before(heads[at + 1] as Head, head) < 0) {
    heads[at] = heads[at + 1] as Head
    at++
  }
  heads[at] = head
}
