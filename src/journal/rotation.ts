/** A recording in many files: when the next one begins, what it is called, and the manifest that holds them together. */
import type { Micros } from '../model/time.js'
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { MemberCodec } from './codec.js'
import { fileError } from './file-error.js'
import { type FileSystem, READ, errnoOf, readAt } from './file-system.js'
import {
  EMPTY_MANIFEST,
  type Manifest,
  type ManifestSegment,
  readManifest,
  withSegment,
  writeManifest,
} from './manifest.js'
import { openFile } from './file-reader.js'
import type { RecorderOptions } from './recorder.js'
import type { Segment } from './segment.js'
import { openTarget } from './target.js'

export interface RotationOptions {
  /** Begin a new file at every multiple of this since the epoch: with an hour, on the hour. */
  readonly every?: Micros
  /** Begin a new file when the present one has this many bytes. */
  readonly bytes?: number
}

const DIGITS = 6

export class Rotation {
  /** Of the file being written. */
  number = 0
  private manifest: Manifest = EMPTY_MANIFEST
  private boundary: Micros = Number.POSITIVE_INFINITY

  private constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly stem: string,
    private readonly suffix: string,
    private readonly options: RotationOptions,
  ) {}

  /** Undefined where the recording is one file. */
  static async of(files: FileSystem, options: RecorderOptions): Promise<Rotation | undefined> {
    const { path } = options
    const inFolder = await isFolder(files, path)
    if (!inFolder && options.rotate === undefined) return undefined
    if (inFolder) {
      await files.mkdir(path, { recursive: true }).catch((error: unknown) => {
        throw fileError('create it', path, error)
      })
      return new Rotation(files, path, 'segment', '.jsonl', options.rotate ?? {})
    }
    const name = basename(path)
    const suffix = /(?:\.jsonl|\.json|\.ndjson)?(?:\.gz|\.zst)?$/.exec(name)?.[0] ?? ''
    return new Rotation(files, dirname(path), name.slice(0, name.length - suffix.length), suffix, options.rotate ?? {})
  }

  /** A name by which the packing can be told. */
  get path(): string {
    return join(this.folder, `${this.stem}${this.suffix}`)
  }

  get manifestPath(): string {
    return join(this.folder, this.stem === 'segment' ? 'manifest.json' : `${this.stem}.manifest.json`)
  }

  /** Files of this recording that were there before the first one of this recorder. */
  hasEarlier = false

  /** Takes up what an earlier recorder left: its manifest, and files that a crash kept out of it, their torn tails cut. */
  async recover(codec: MemberCodec | null): Promise<void> {
    this.manifest = (await readManifest(this.files, this.manifestPath)) ?? EMPTY_MANIFEST
    const known = new Set(this.manifest.segments.map(segment => segment.file))
    const numbers = (await this.files.readdir(this.folder)).flatMap(name => this.numberOf(name) ?? [])
    for (const number of numbers.sort((a, b) => a - b)) {
      this.number = Math.max(this.number, number)
      const file = this.nameOf(number)
      if (!known.has(file)) await this.adopt(file, codec)
    }
    this.hasEarlier = this.number > 0
  }

  /** The path of the next file. */
  next(now: Micros): string {
    this.number++
    const { every } = this.options
    if (every !== undefined) this.boundary = (Math.floor(now / every) + 1) * every
    return join(this.folder, this.nameOf(this.number))
  }

  isDue(segment: Segment, now: Micros): boolean {
    return now >= this.boundary || segment.size >= (this.options.bytes ?? Number.POSITIVE_INFINITY)
  }

  /** Enters a finished file into the manifest. A failed one has told of its failure; its file is entered as it stands. */
  async add(segment: Segment): Promise<void> {
    const { bytes, frames, first, last, streams, sha256 } = segment.summary()
    this.manifest = withSegment(this.manifest, {
      file: basename(segment.path),
      bytes,
      frames,
      first,
      last,
      streams,
      sha256,
    })
    try {
      await writeManifest(this.files, this.manifestPath, this.manifest)
    } catch (error) {
      segment.failure ??= fileError('write it', this.manifestPath, error)
    }
  }

  private async adopt(name: string, codec: MemberCodec | null): Promise<void> {
    const path = join(this.folder, name)
    const { file, appended } = await openTarget(this.files, path, codec)
    await file.close()
    const segment = { ...(await surveyed(this.files, path)), file: name, cut: appended?.cut ?? 0 }
    this.manifest = withSegment(this.manifest, segment)
    await writeManifest(this.files, this.manifestPath, this.manifest)
  }

  private nameOf(number: number): string {
    return `${this.stem}.${String(number).padStart(DIGITS, '0')}${this.suffix}`
  }

  private numberOf(name: string): number | undefined {
    const digits = name.slice(this.stem.length + 1, name.length - this.suffix.length)
    return /^\d{6,}$/.test(digits) && name === this.nameOf(Number(digits)) ? Number(digits) : undefined
  }
}

async function isFolder(files: FileSystem, path: string): Promise<boolean> {
  if (path.endsWith('/')) return true
  try {
    return (await files.stat(path)).isDirectory()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw fileError('open it', path, error)
  }
}

/** What a file holds, by reading it. */
async function surveyed(files: FileSystem, path: string): Promise<Omit<ManifestSegment, 'chain' | 'file'>> {
  const streams = new Map<string, number>()
  let first: Micros | null = null
  let last: Micros | null = null
  let frames = 0
  const reader = await openFile(path, { files, onCorrupt: 'skip' })
  for await (const batch of reader.batches()) {
    for (const item of batch) {
      if (item.kind === 'control' && item.topic.startsWith('recording.')) continue
      frames++
      first ??= item.receivedAt
      last = item.receivedAt
      if (item.kind === 'data') streams.set(item.exchange, (streams.get(item.exchange) ?? 0) + 1)
    }
  }
  const { bytes, sha256 } = await hashFile(files, path)
  const counts = Object.fromEntries([...streams].map(([name, count]) => [name, { frames: count }]))
  return { bytes, frames, first, last, streams: counts, sha256 }
}

/** Length and SHA-256 of a file. */
export async function hashFile(files: FileSystem, path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  const file = await files.open(path, READ).catch((error: unknown) => {
    throw fileError('read it', path, error)
  })
  let bytes = 0
  for (;;) {
    const block = await readAt(file, bytes, 1024 * 1024)
    if (block.length === 0) break
    hash.update(block)
    bytes += block.length
  }
  await file.close()
  return { bytes, sha256: hash.digest('hex') }
}
