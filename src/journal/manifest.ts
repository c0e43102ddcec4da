/** The manifest of a recording in many files: what is in each, chained by checksums so that none can change or go unnoticed. */
import { EXIT, GenesisError, messageOf } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { createHash } from 'node:crypto'
import { fileError } from './file-error.js'
import { CREATE, type FileSystem, READ, errnoOf, readAt, writeAll } from './file-system.js'

/** What one stream has in one segment. Ids as the exchange sent them, where they are known. */
export interface StreamCount {
  readonly frames: number
  readonly firstId?: string
  readonly lastId?: string
}

export interface ManifestSegment {
  /** Name of the file, beside the manifest. */
  readonly file: string
  readonly bytes: number
  /** Frames of the feed and of its links. */
  readonly frames: number
  /** Time of the first and the last frame; null where there is none. */
  readonly first: Micros | null
  readonly last: Micros | null
  /** By exchange, or by stream where the recorder knew it. */
  readonly streams: Readonly<Record<string, StreamCount>>
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string
  /** SHA-256 of the chain value before and this file's {@link sha256}, both hexadecimal: it stands for all files up to here. */
  readonly chain: string
  /** Bytes of a torn tail that were cut after a crash. */
  readonly cut?: number
}

export interface Manifest {
  readonly genesis: 'manifest'
  readonly version: 1
  readonly segments: readonly ManifestSegment[]
}

export const EMPTY_MANIFEST: Manifest = { genesis: 'manifest', version: 1, segments: [] }

/** The manifest with one more segment. */
export function withSegment(manifest: Manifest, segment: Omit<ManifestSegment, 'chain'>): Manifest {
  const before = manifest.segments.at(-1)?.chain ?? ''
  return { ...manifest, segments: [...manifest.segments, { ...segment, chain: chainValue(before, segment.sha256) }] }
}

export function chainValue(before: string, sha256: string): string {
  return createHash('sha256').update(before).update(sha256).digest('hex')
}

/** @returns undefined where there is none. @throws GenesisError where it is none that can be read. */
export async function readManifest(files: FileSystem, path: string): Promise<Manifest | undefined> {
  let text: string
  try {
    const file = await files.open(path, READ)
    const { size } = await file.stat()
    text = (await readAt(file, 0, Math.min(size, 64 * 1024 * 1024))).toString('utf8')
    await file.close()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw fileError('read it', path, error)
  }
  return parseManifest(text, path)
}

export function parseManifest(text: string, path: string): Manifest {
  let value: Partial<Manifest> & { version?: unknown }
  try {
    value = JSON.parse(text) as typeof value
  } catch (error) {
    throw broken(path, messageOf(error))
  }
  if (value.genesis !== 'manifest' || !Array.isArray(value.segments)) throw broken(path, 'not a manifest')
  if ((value.version as number) > 1) throw broken(path, `version ${String(value.version)} needs a later genesis`)
  const segments = value.segments as readonly ManifestSegment[]
  // Names come from a file: they may not lead out of its folder.
  const stray = segments.find(segment => !/^[A-Za-z0-9_.-]{1,200}$/.test(segment.file) || segment.file.startsWith('.'))
  if (stray !== undefined) throw broken(path, 'names a file outside its folder')
  return { genesis: 'manifest', version: 1, segments }
}

function broken(path: string, why: string): GenesisError {
  return new GenesisError('bad_manifest', `${path}: cannot be read: ${why}`, EXIT.failed, {
    hint: 'remove it to have it made anew from the files beside it',
  })
}

/** Replaces the manifest in one step: a crash leaves the old one or the new one. */
export async function writeManifest(files: FileSystem, path: string, manifest: Manifest): Promise<void> {
  const draft = `${path}.new`
  try {
    await files.unlink(draft).catch(() => undefined)
    const file = await files.open(draft, CREATE, 0o644)
    const { failure } = await writeAll(file, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), 0)
    if (failure === undefined) await file.datasync()
    await file.close()
    if (failure !== undefined) throw fileError('write it', path, failure)
    await files.rename(draft, path)
  } catch (error) {
    throw fileError('write it', path, error)
  }
}
