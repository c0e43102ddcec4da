/** Finds where the connections that were open at a time began: from there on every decoder and every book can be brought up to it. */
import { openJournal, type JournalOptions, type JournalReader } from '../../journal/reader.js'
import { MICROS_PER_DAY, MICROS_PER_MINUTE, type Micros } from '../../model/time.js'

/** Each attempt looks so many times further back. */
const GROWTH = 8
const FARTHEST: Micros = 2_000 * MICROS_PER_DAY

interface Look {
  /** When the earliest of the open connections began; undefined where one of them began before the look does. */
  readonly began: Micros | undefined
  readonly items: number
  readonly reachesStart: boolean
}

/**
 * What an exchange says on a connection only makes sense from the connection's beginning: channel numbers, snapshots, sequence
 * numbers. So a replay from the middle folds from there. Looking back in growing steps costs no more than a few times the way.
 * @returns undefined where reading must begin at the file's own beginning, as for every file that is no recording.
 */
export async function connectionsBefore(
  path: string,
  time: Micros,
  options: JournalOptions,
): Promise<Micros | undefined> {
  let before = -1
  for (let width = MICROS_PER_MINUTE; width < FARTHEST; width *= GROWTH) {
    const look = await lookBack(path, time, width, options)
    if (look === undefined || look.reachesStart) return undefined
    if (look.began !== undefined && look.items > 0) return look.began
    // Nothing more to find: the recording begins within the look.
    if (look.items === before && width > MICROS_PER_DAY) return undefined
    before = look.items
  }
  return undefined
}

async function lookBack(path: string, time: Micros, width: Micros, options: JournalOptions): Promise<Look | undefined> {
  const reader = await openJournal(path, {
    ...options,
    check: 'trusted',
    onCorrupt: 'skip',
    from: time - width,
    to: time + MICROS_PER_MINUTE,
  })
  if (reader.format !== 'recording') {
    await reader.close()
    return undefined
  }
  return look(reader, time, path)
}

async function look(reader: JournalReader, time: Micros, path: string): Promise<Look> {
  /** By line; null where it was open already when the look began. */
  const began = new Map<string, Micros | null>()
  let items = 0
  for await (const batch of reader.batches()) {
    for (const item of batch) {
      items++
      if (item.kind !== 'link' && item.kind !== 'data') continue
      const line = `${item.exchange}#${item.line}`
      if (item.kind === 'data') {
        if (!began.has(line)) began.set(line, null)
      } else if (item.state === 'connected' && (item.receivedAt <= time || !began.has(line))) {
        began.set(line, item.receivedAt)
      }
    }
  }
  const times = [...began.values()]
  const known = times.filter(began => began !== null)
  return {
    began: known.length < times.length ? undefined : Math.min(time, ...known),
    items,
    reachesStart: path !== reader.report().path ? false : reader.report().skippedBytes === 0,
  }
}
