/** Reads a recording from end to end and says what is in it, what is missing, and whether anything was changed since. */
import type { Micros } from '../model/time.js'
import { dirname, join } from 'node:path'
import { messageOf } from '../model/errors.js'
import { realFileSystem } from './file-system.js'
import type { JournalItem } from './item.js'
import { type Manifest, chainValue, readManifest } from './manifest.js'
import { type JournalOptions, manifestOf, openJournal } from './reader.js'
import type { JournalReport } from './report.js'
import { hashFile } from './rotation.js'

export interface VerifyOptions extends Omit<JournalOptions, 'onCorrupt' | 'check' | 'from' | 'to'> {
  /** Sees every item in order: the place for checks that need decoding, such as the coverage of sequence numbers. */
  readonly observe?: (item: JournalItem) => void
}

/** A file of a rotated recording that is not what its manifest says. */
export interface Mismatch {
  readonly file: string
  readonly reason: string
}

export interface VerifyReport {
  readonly path: string
  readonly format: string
  readonly packing: string
  readonly report: JournalReport
  /** Frames or events by exchange. */
  readonly counts: Readonly<Record<string, number>>
  readonly first: Micros | null
  readonly last: Micros | null
  /** Items received before the one in front of them. */
  readonly outOfOrder: number
  /** Frames that the recorder says it could not take. */
  readonly lost: number
  readonly disconnects: number
  /** Files whose checksums were compared with the manifest; 0 where there is none. */
  readonly checkedFiles: number
  readonly mismatches: readonly Mismatch[]
  /** Nothing is corrupt, torn, damaged, lost or changed. */
  readonly whole: boolean
}

/** @throws UsageError where there is no such journal, GenesisError where it is none. What is wrong in it is in the report. */
export async function verifyJournal(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { checkedFiles, mismatches } = await verifyManifest(path, options)
  const reader = await openJournal(path, { ...options, onCorrupt: 'skip', check: 'checked' })
  const tally = new ItemTally()
  for await (const batch of reader.batches()) {
    for (const item of batch) {
      tally.count(item)
      options.observe?.(item)
    }
  }
  const report = reader.report()
  const whole =
    report.linesOf.corrupt === 0 &&
    report.damagedBytes === 0 &&
    report.torn === undefined &&
    tally.lost === 0 &&
    mismatches.length === 0
  return {
    path,
    format: reader.format,
    packing: reader.packing,
    report,
    counts: Object.fromEntries(tally.counts),
    first: tally.first,
    last: tally.last,
    outOfOrder: tally.outOfOrder,
    lost: tally.lost,
    disconnects: tally.disconnects,
    checkedFiles,
    mismatches,
    whole,
  }
}

class ItemTally {
  readonly counts = new Map<string, number>()
  first: Micros | null = null
  last: Micros | null = null
  outOfOrder = 0
  lost = 0
  disconnects = 0

  count(item: JournalItem): void {
    this.first ??= item.receivedAt
    if (this.last !== null && item.receivedAt < this.last) this.outOfOrder++
    this.last = Math.max(this.last ?? 0, item.receivedAt)
    if (item.kind === 'data') this.add(item.exchange)
    else if (item.kind === 'event') this.add(item.event.exchange)
    else if (item.kind === 'link' && item.state === 'disconnected') this.disconnects++
    else if (item.kind === 'control' && item.topic === 'recording.lost') this.lost += lostIn(item.value)
  }

  private add(exchange: string): void {
    this.counts.set(exchange, (this.counts.get(exchange) ?? 0) + 1)
  }
}

function lostIn(value: unknown): number {
  const lost: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'lost') : undefined
  return typeof lost === 'number' ? lost : 0
}

async function verifyManifest(
  path: string,
  options: VerifyOptions,
): Promise<{ checkedFiles: number; mismatches: Mismatch[] }> {
  const files = options.files ?? realFileSystem
  const manifestPath = path === '-' ? undefined : await manifestOf(files, path)
  const manifest: Manifest | undefined =
    manifestPath === undefined ? undefined : await readManifest(files, manifestPath)
  if (manifestPath === undefined || manifest === undefined) return { checkedFiles: 0, mismatches: [] }
  const mismatches: Mismatch[] = []
  let chain = ''
  for (const { file, bytes, sha256, chain: stated } of manifest.segments) {
    chain = chainValue(chain, sha256)
    if (chain !== stated) mismatches.push({ file, reason: 'the chain of checksums is broken here' })
    try {
      const found = await hashFile(files, join(dirname(manifestPath), file))
      if (found.sha256 !== sha256)
        mismatches.push({ file, reason: `was changed: ${found.bytes} bytes, ${bytes} in the manifest` })
    } catch (error) {
      mismatches.push({ file, reason: messageOf(error) })
    }
    // Go on from what is stated, so that one break is told once.
    chain = stated
  }
  return { checkedFiles: manifest.segments.length, mismatches }
}
