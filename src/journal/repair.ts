/** Makes a whole recording of what can be read of a torn or corrupt one; the original stays as it is. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { type JournalOptions, openJournal } from './reader.js'
import { Recorder } from './recorder.js'
import type { Corruption, JournalReport } from './report.js'

export interface RepairOptions extends Omit<JournalOptions, 'onCorrupt' | 'check' | 'quarantine' | 'from' | 'to'> {
  /** Receives what cannot be read, as it stands in the file. */
  readonly quarantine?: (bytes: Buffer, where: Corruption) => void
}

export interface RepairReport {
  /** What reading the original found. */
  readonly found: JournalReport
  /** Frames in the new recording. */
  readonly frames: number
}

/**
 * Copies every frame that can be read, verbatim, to a new recording.
 * @param now for the header, where the original has none.
 * @throws GenesisError where the target exists or cannot be written, or the original holds events and no frames.
 */
export async function repairJournal(
  path: string,
  target: string,
  now: Micros,
  options: RepairOptions = {},
): Promise<RepairReport> {
  const reader = await openJournal(path, { ...options, onCorrupt: 'quarantine', check: 'checked' })
  let recorder: Recorder | undefined
  try {
    for await (const batch of reader.batches()) {
      recorder ??= await create(target, reader.header, now)
      for (const item of batch) {
        if (item.kind === 'event') throw holdsEvents(path)
        if (!recorder.append(item)) await recorder.drained()
      }
      if (recorder.failure !== undefined) throw recorder.failure
    }
    recorder ??= await create(target, reader.header, now)
    const { failure, written } = await recorder.close()
    if (failure !== undefined) throw failure
    return { found: reader.report(), frames: written }
  } finally {
    await recorder?.close()
    await reader.close()
  }
}

/** Keys of a header that the new recording has of its own. */
const REWRITTEN: ReadonlySet<string> = new Set(['genesis', 'version', 'created', 'streams', 'lineLimit'])

async function create(
  target: string,
  header: Readonly<Record<string, unknown>> | undefined,
  now: Micros,
): Promise<Recorder> {
  const { created = now, streams = [] } = header ?? {}
  const extra = Object.fromEntries(Object.entries(header ?? {}).filter(([key]) => !REWRITTEN.has(key)))
  const recorder = await Recorder.open({
    path: target,
    created: typeof created === 'number' ? created : now,
    streams: Array.isArray(streams) ? streams.map(String) : [],
    header: { ...extra, repaired: now },
  })
  if (recorder.appended === undefined) return recorder
  await recorder.close()
  throw new GenesisError('exists', `${target}: exists already`, EXIT.failed, { hint: 'name a new file with -o' })
}

function holdsEvents(path: string): GenesisError {
  return new GenesisError(
    'no_frames',
    `${path}: holds events and no frames; only recordings can be repaired`,
    EXIT.failed,
    {
      hint: 'read it with --on-corrupt skip',
    },
  )
}
