/** Opens a journal of any known format: a file, standard input, or a recording in many files by its folder or its manifest. */
import type { Instrument } from '../model/instrument.js'
import type { Micros } from '../model/time.js'
import { basename, join } from 'node:path'
import type { JournalFormat } from './detect.js'
import { openFile } from './file-reader.js'
import { type FileSystem, errnoOf, realFileSystem } from './file-system.js'
import type { RecordingHeader } from './header.js'
import type { JournalItem } from './item.js'
import type { KnownReader } from './known-frame.js'
import type { PayloadCheck } from './line.js'
import { readManifest } from './manifest.js'
import type { Corruption, JournalReport } from './report.js'
import { Series, refuseFolder } from './series.js'
import type { Packing } from './unpack.js'

export interface JournalOptions {
  /** What a bare or foreign file cannot say; default `binance`. */
  readonly exchange?: string
  /** What to do with what cannot be read; default `stop`. */
  readonly onCorrupt?: 'stop' | 'skip' | 'quarantine'
  /** Receives what is quarantined, as it stands in the file. */
  readonly quarantine?: (bytes: Buffer, where: Corruption) => void
  /** The exchange's own time in a bare frame. */
  readonly timeOf?: (data: Buffer) => Micros | undefined
  /** Time of bare frames where none of the first says one; default 0. */
  readonly startAt?: Micros
  /** Makes a frame of a REST answer in a cryptofeed log. */
  readonly restFrame?: (url: string, body: string) => string | undefined
  /** What a table does not say itself: its instrument, in any spelling. */
  readonly symbol?: string
  /** Length of a table's candles: `1m`. */
  readonly interval?: string
  /** Names of a table's columns, where it has no header. */
  readonly columns?: readonly string[]
  /** The instrument behind a table's symbol; default: the symbol as it stands, the pair as far as it shows. */
  readonly instrumentOf?: (exchange: string, symbol: string) => Instrument
  /** Default `checked`. */
  readonly check?: PayloadCheck
  /** Reads messages of a recording as they come, where they can be read byte for byte: the frames say what was found. */
  readonly known?: KnownReader
  /** Nothing received before this is given out; a recording is searched for the place, not read up to it. */
  readonly from?: Micros
  /** Nothing received after this is given out. */
  readonly to?: Micros
  /** Where reading begins, as {@link JournalReader.place} said it of the same recording. */
  readonly beginAt?: Place
  /**
   * Keeps reading as the file grows. Called at its end: resolves after a while, with false to stop. Times and waiting are the
   * caller's.
   */
  readonly follow?: () => Promise<boolean>
  /** What `-` reads. */
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly files?: FileSystem
}

/** Bytes of the files as they lie on the disk, packed or not. */
export interface ReadProgress {
  readonly read: number
  /** null where it cannot be known, as for pipes. */
  readonly total: number | null
}

/** A place in a recording at which a line begins, or a member. */
export interface Place {
  /** Of a recording in many files, which one. */
  readonly file: string | null
  readonly byte: number
}

/** A journal that is being read. */
export interface JournalReader {
  readonly format: JournalFormat
  readonly packing: Packing
  /** The first header of a recording, once its first batch has been read. */
  readonly header: RecordingHeader | undefined
  /**
   * Batches in the order of the journal, once. The data of frames are views of the block they were read from: copy what is kept.
   * @throws GenesisError `corrupt` at the first thing that cannot be read, unless told to skip it.
   */
  batches(): AsyncGenerator<readonly JournalItem[]>
  /** Where what comes after the last batch begins; null where reading cannot begin there. */
  place(): Place | null
  /** So far; complete when {@link batches} has ended. */
  report(): JournalReport
  progress(): ReadProgress
  /** Needed only where {@link batches} is not read. */
  close(): Promise<void>
}

/** @throws UsageError where there is no such file, GenesisError where its content is none that genesis reads. */
export async function openJournal(path: string, options: JournalOptions = {}): Promise<JournalReader> {
  const files = options.files ?? realFileSystem
  const manifestPath = path === '-' ? undefined : await manifestOf(files, path)
  if (manifestPath === undefined) return openFile(path, options)
  const manifest = (await readManifest(files, manifestPath)) ?? refuseFolder(path)
  return new Series(manifestPath, manifest, options)
}

/** The manifest of a folder, or of the path itself; undefined where the path is another file. */
export async function manifestOf(files: FileSystem, path: string): Promise<string | undefined> {
  if (/(?:^|\.)manifest\.json$/.test(basename(path))) return path
  try {
    return (await files.stat(path)).isDirectory() ? join(path, 'manifest.json') : undefined
  } catch (error) {
    if (errnoOf(error) === '') throw error
    // Opening it tells what is wrong with it.
    return undefined
  }
}
