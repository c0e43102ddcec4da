/** The index beside a recording: how a session stood at places of it, so that a replay can begin at any time without reading up to it. */
import { deserialize, serialize } from 'node:v8'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openFile } from '../../journal/file-reader.js'
import { type FileSystem, READ, readAt, realFileSystem } from '../../journal/file-system.js'
import { readManifest } from '../../journal/manifest.js'
import { manifestOf, type Place } from '../../journal/reader.js'
import { Recorder } from '../../journal/recorder.js'
import { seekTime } from '../../journal/seek.js'
import { openSource } from '../../journal/source.js'
import type { Micros } from '../../model/time.js'
import { readTapeSetup } from '../tape-header.js'
import { joinStates, type StatePart } from './joined-state.js'
import type { SessionState } from './session-memory.js'

/** Where to begin reading each file, and what a session must know there; a file without a place is read as without an index. */
export interface Checkpoint {
  readonly place: ReadonlyMap<string, Place>
  readonly state: SessionState
}

interface Entry extends Place {
  /** CRC-32 of the bytes before the place: an index of another file is none of this one. */
  readonly guard: number
  /** A session's state as Node serialises it, base64. */
  readonly state: string
}

const TOPIC = 'checkpoint'
/** The number rises whenever a {@link SessionState} holds something else, so that no program takes over what it does not understand. */
const HOLDS = 'checkpoints 2'
/** Bytes before a place that must be what they were. */
const GUARDED = 4_096

/** The index is a recording itself: of decisions, packed, found by time, cut back to its last whole member after a crash. */
export async function indexPath(path: string, files: FileSystem = realFileSystem): Promise<string> {
  return `${(await manifestOf(files, path)) ?? path}.index.gz`
}

/** Writes an index anew. Nothing is there before the first checkpoint is; a former one is gone. */
export class IndexWriter {
  #recorder: Recorder | undefined

  private constructor(
    /** Of the recording. */
    private readonly path: string,
    private readonly index: string,
    private readonly software: string,
  ) {}

  static async create(path: string, software: string): Promise<IndexWriter> {
    const index = await indexPath(path)
    await realFileSystem.unlink(index).catch(() => undefined)
    return new IndexWriter(path, index, software)
  }

  /** Goes on behind the checkpoints that are there. */
  static async goOn(path: string, software: string): Promise<IndexWriter> {
    return new IndexWriter(path, await indexPath(path), software)
  }

  /** @param state what {@link encode} made. @throws GenesisError where the disk refuses. */
  async add(place: Place, time: Micros, state: Buffer): Promise<void> {
    const guard = await guardOf(await fileOf(this.path, place, realFileSystem), place.byte, realFileSystem)
    const header = { holds: HOLDS, software: this.software }
    this.#recorder ??= await Recorder.open({ path: this.index, created: time, streams: [], header, sync: 'none' })
    const value: Entry = { ...place, guard, state: state.toString('base64') }
    this.#recorder.append({ kind: 'control', receivedAt: time, topic: TOPIC, value })
    await this.#recorder.flush()
  }

  async close(): Promise<void> {
    await this.#recorder?.close()
  }
}

export function encode(state: SessionState): Buffer {
  return serialize(state)
}

/** What is asked of files that are read from a time on. */
export interface Wanted {
  readonly from?: Micros
  /** Who reads; without it no index is used. */
  readonly software?: string
  readonly files?: FileSystem
}

/** The checkpoint from which a fold of these files can begin: of several together where what they know joins without a contradiction. */
export async function checkpointBefore(
  paths: readonly string[],
  { from, software, files }: Wanted,
): Promise<Checkpoint | null> {
  if (from === undefined || software === undefined || paths.includes('-') || new Set(paths).size < paths.length)
    return null
  const place = new Map<string, Place>()
  const states: (SessionState | null)[] = []
  for (const path of paths) {
    const found = await findCheckpoint(path, from, software, files)
    if (found !== null) place.set(path, found.place)
    states.push(found?.state ?? null)
  }
  const [only] = states
  if (place.size === 0) return null
  const state = paths.length === 1 ? only : joinStates(await partsOf(paths, states))
  return state === null || state === undefined ? null : { place, state }
}

/** What each file was set up as: the order of the files is that of their states. */
async function partsOf(paths: readonly string[], states: readonly (SessionState | null)[]): Promise<StatePart[]> {
  const parts: StatePart[] = []
  for (const [index, path] of paths.entries()) {
    const { streams, lines } = await readTapeSetup([path], 'binance')
    parts.push({ state: states[index] ?? null, lines, exchanges: streams.map(({ exchange }) => exchange) })
  }
  return parts
}

interface FoundCheckpoint {
  readonly place: Place
  readonly state: SessionState
}

/**
 * The last checkpoint before everything received at `from` or later. Costs a handful of reads, however long the recording is.
 * @returns null where there is none, or none that this program wrote for this very file.
 */
async function findCheckpoint(
  path: string,
  from: Micros,
  software: string,
  files: FileSystem = realFileSystem,
): Promise<FoundCheckpoint | null> {
  const index = await indexPath(path, files)
  const entries = await entriesBefore(index, from, software, files).catch(() => [])
  for (const { file, byte, guard, state } of entries.reverse()) {
    const place = { file, byte }
    if (await stands(path, place, guard, files)) return { place, state: deserialize(Buffer.from(state, 'base64')) as SessionState } // prettier-ignore
  }
  return null
}

async function entriesBefore(index: string, from: Micros, software: string, files: FileSystem): Promise<Entry[]> {
  const source = await openSource(files, index)
  const byte = await seekTime(source, 'gzip', from).finally(() => source.close())
  const reader = await openFile(index, { files, onCorrupt: 'skip', ...(byte === 0 ? {} : { beginAt: { file: null, byte } }) }) // prettier-ignore
  const entries: Entry[] = []
  for await (const batch of reader.batches()) {
    const { header } = reader
    if (header?.['holds'] !== HOLDS || header['software'] !== software) break
    for (const item of batch) {
      if (item.receivedAt >= from) return entries
      if (item.kind === 'control' && item.topic === TOPIC && isEntry(item.value)) entries.push(item.value)
    }
  }
  return entries
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { file, byte, guard, state } = value as Partial<Record<keyof Entry, unknown>>
  return (
    (file === null || typeof file === 'string') &&
    Number.isSafeInteger(byte) &&
    typeof guard === 'number' &&
    typeof state === 'string'
  )
}

/** Whether the recording still is what it was up to the place. */
async function stands(path: string, place: Place, guard: number, files: FileSystem): Promise<boolean> {
  const manifestPath = await manifestOf(files, path)
  if (manifestPath !== undefined) {
    const manifest = await readManifest(files, manifestPath)
    if (manifest?.segments.some(({ file }) => file === place.file) !== true) return false
  } else if (place.file !== null) return false
  const found = await fileOf(path, place, files).then(file => guardOf(file, place.byte, files)).catch(() => null) // prettier-ignore
  return found === guard
}

async function fileOf(path: string, { file }: Place, files: FileSystem): Promise<string> {
  return file === null ? path : join(dirname((await manifestOf(files, path)) ?? path), file)
}

async function guardOf(file: string, byte: number, files: FileSystem): Promise<number> {
  const open = await files.open(file, READ)
  try {
    const begin = Math.max(0, byte - GUARDED)
    const bytes = await readAt(open, begin, byte - begin)
    return bytes.length === byte - begin ? crc32(bytes) : -1
  } finally {
    await open.close()
  }
}
