/** What the headers of recordings say about how they were made, so that a replay is set up alike. */
import { findExchange, resolveStream } from '../exchanges/registry.js'
import { openJournal } from '../journal/reader.js'
import type { Stream } from '../model/stream.js'
import { MICROS_PER_SECOND, type Micros } from '../model/time.js'
import { INSTRUMENTS, RULES_FOLLOW } from './instrument-rules.js'
import { parseRules, type InstrumentRules } from './trading-rules.js'

/** Rules that stand behind a header came while the recording began: an answer is not waited for any longer. */
const TOLD_WITHIN: Micros = 60 * MICROS_PER_SECOND

export interface TapeSetup {
  /** What was asked for when it was recorded; empty where a file does not say. */
  readonly streams: readonly Stream[]
  /** Redundant connections per stream. */
  readonly lines: 1 | 2
  /** Rules of instruments that the recorder knew, under `instruments`, in the header or where it says that they follow. */
  readonly rules: readonly InstrumentRules[]
}

/** Reads the beginning of each file. A file without a header says nothing; standard input cannot be looked at twice. */
export async function readTapeSetup(paths: readonly string[], exchange: string): Promise<TapeSetup> {
  const streams: Stream[] = []
  const rules: InstrumentRules[] = []
  let lines: 1 | 2 = 1
  let allSay = paths.length > 0
  for (const path of paths) {
    const header = path === '-' ? undefined : await readHeader(path, exchange)
    const own = header === undefined ? [] : resolveKnown(header.streams)
    if (own.length === 0) allSay = false
    streams.push(...own)
    if (header?.['lines'] === 2) lines = 2
    const told = parseRules(header?.['instruments'] ?? {})
    if (typeof told !== 'string') rules.push(...told)
  }
  return { streams: allSay ? streams : [], lines, rules }
}

async function readHeader(
  path: string,
  exchange: string,
): Promise<{ readonly streams: readonly string[]; readonly [key: string]: unknown } | undefined> {
  const reader = await openJournal(path, { exchange, onCorrupt: 'skip' })
  if (reader.format !== 'recording') {
    await reader.close()
    return undefined
  }
  let instruments: unknown
  for await (const batch of reader.batches()) {
    const { header } = reader
    if (header === undefined || header['rules'] !== RULES_FOLLOW.rules) break
    const told = batch.find(item => item.kind === 'control' && item.topic === INSTRUMENTS)
    if (told?.kind === 'control') instruments = told.value
    if (told !== undefined || (batch[0]?.receivedAt ?? 0) > header.created + TOLD_WITHIN) break
  }
  return reader.header === undefined || instruments === undefined ? reader.header : { ...reader.header, instruments }
}

/** Names that a later version may have written and this one does not know are passed over. */
function resolveKnown(names: readonly string[]): Stream[] {
  return names.flatMap(name => {
    try {
      return [resolveStream(name, findExchange('binance').name)]
    } catch {
      return []
    }
  })
}
