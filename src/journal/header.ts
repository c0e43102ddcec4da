/** The first line of a recording: what it is, which version of the format, and what was recorded. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'

/** The version of the recording format that this genesis writes and, with all before it, reads. */
export const FORMAT_VERSION = 1

export interface RecordingHeader {
  readonly genesis: 'recording'
  readonly version: number
  readonly created: Micros
  /** As the user wrote them. */
  readonly streams: readonly string[]
  /** Longest line in bytes that the writer allowed itself; absent in recordings of other writers. */
  readonly lineLimit?: number
  /** Whatever else the recorder knew: software version, instrument rules, endpoints. */
  readonly [key: string]: unknown
}

const OPENING = /^\s*\{\s*"genesis"\s*:/

/** True where a line claims to be a header, whatever its version. */
export function looksLikeHeader(text: string): boolean {
  return OPENING.test(text)
}

/**
 * Reads a header.
 * @returns undefined where the line is none.
 * @throws GenesisError `newer_format` where only a later genesis can read what follows.
 */
export function parseHeader(text: string, path: string): RecordingHeader | undefined {
  if (!looksLikeHeader(text)) return undefined
  const record = parseRecord(text)
  const { genesis, version, created, streams } = record
  if (genesis !== 'recording' || typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return undefined
  if (version > FORMAT_VERSION) {
    throw new GenesisError(
      'newer_format',
      `${path}: this is a recording of format version ${version}; this genesis reads versions up to ${FORMAT_VERSION}`,
      EXIT.failed,
      { hint: `read it with a genesis that knows format version ${version} (npm install -g genesis@latest)` },
    )
  }
  const names = Array.isArray(streams) ? streams.filter((name): name is string => typeof name === 'string') : []
  return { ...record, genesis, version, created: typeof created === 'number' ? created : 0, streams: names }
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** The header as a line, keys in the contract's order. */
export function headerLine(
  created: Micros,
  streams: readonly string[],
  extra: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({ genesis: 'recording', version: FORMAT_VERSION, created, streams, ...extra })
}
